"""The book on paper: words and links of the screen, no page half empty, nothing torn apart or over its column, the data."""

import functools
import itertools
import re
from collections.abc import Iterator, Sequence
from html import unescape
from pathlib import Path
from typing import Any

import page as pdf_checker
import pytest
from bs4 import Tag
from conftest import ROOT, cases, soup
from docutils.core import publish_doctree
from printed import FOOT, HEAD, LEFT, MARK, RIGHT, SCREEN, SMALLEST, Letter, Printed, bare, blocks, opened

from na_report.base.errors import BookError
from na_report.base.paths import Project
from na_report.paper import typesetting
from na_report.paper.typesetting import Document, typeset
from na_report.paper.writer import Writer, lay_out
from na_report.running.pages import all_pages

pytestmark = pytest.mark.book

BUILT = ROOT / "_build" / "2026" / "nl"
PDFS = [ROOT / "_build" / book / f"{name}.pdf" for book in ("2021/nl", "2026/nl") for name in ("report", "summary")]
PAGES = [page.name for page in all_pages(Project(ROOT)) if page.on_paper]
# After the pages of the book: its figures, and the pages that paper goes without.
BACK = "(the back)"
WORDS = cases("paper")["words"]
# A narrow letter, such as a slanting j, may stand under its neighbour.
NARROW = 2.5
MOST_PAGES, LEAST_FULL = 65, 0.5
# The cover and the contents come before the first chapter.
FRONT = 2
BOXES = ".kader, .tegenspraak, .kerncijfers"
SHORT_TABLE = 900  # letters
# The smallest letters that are read; below are numbers of notes and pages, set high.
LEAST_SIZE = 8.0


@pytest.fixture(scope="module")
def report() -> Iterator[Printed]:
    with opened(BUILT / "report.pdf") as printed:
        yield printed


@pytest.fixture(scope="module")
def paper(report: Printed) -> dict[str, range]:
    """The pages on paper of each page of the book, and those of the back."""
    tops = [page for level, title, page, _ in report.contents() if level == 0 and title != WORDS["contents"]]
    return dict(zip([*PAGES, BACK], itertools.starmap(range, itertools.pairwise([*tops, len(report)])), strict=True))


@functools.cache
def article(name: str, without: str, language: str = "nl") -> Tag:
    """Returns the text of a page for the screen, but for some parts of it."""
    found = soup(BUILT.parent / language / "html" / f"{name}.html").article
    for part in found.select(without):
        part.decompose()
    return found


def only_on_paper(name: str) -> Iterator[str]:
    """Yields what paper shows besides: letters in figures, heads of tables on each page, and the marks of lists."""
    found, sphinx = article(name, "script"), BUILT / "sphinx" / "_build"
    for image in found.select("figure img"):
        drawing = (sphinx / "paper" / "pictures" / "figuren" / Path(image["src"]).name).read_text(encoding="utf-8")
        yield bare(unescape("".join(re.findall(r"<text[^>]*>([^<]*)", drawing))))
    yield from (bare(head.get_text()) for head in found.select("thead") if not head.find_parent(class_="als-tabel"))
    # A screen shows how to cite the book, and what to take along, in another way than Sphinx wrote it.
    for box in soup(sphinx / "html" / f"{name}.html").select(".citeer, .hele-editie"):
        yield from blocks(box)


def noted(name: str) -> list[str]:
    """Returns the addresses of the rows that the marks of a page lead to, each once, where they are on another page."""
    links = article(name, SCREEN).select(f"{MARK} a")
    return list(dict.fromkeys(str(link["href"]) for link in links if not str(link["href"]).startswith("#")))


def notes(name: str) -> str:
    """Returns what stands at the end of a page on paper: the rows that its marks lead to."""
    rows = [row.split(".html#") for row in noted(name)]
    found = [article(page, MARK).select_one(f"tr:has([id='{place}']) td").get_text() for page, place in rows]
    return bare(WORDS["notes"] + "".join(found)) if found else ""


def test_paper_and_screen_have_the_same_words(report: Printed, paper: dict[str, range]) -> None:
    wrong = []
    for name in PAGES:
        printed, place = "".join(map(report.said, paper[name])), 0
        assert len(printed) > 500
        assert printed.endswith(notes(name)), name
        allowed = "|".join(map(re.escape, sorted(filter(None, only_on_paper(name)), key=len, reverse=True)))
        for block in [*blocks(article(name, f"{SCREEN}, {MARK}")), notes(name)]:
            found = printed.find(block, place)
            if found < 0 or not re.fullmatch(rf"(?:{allowed}|R?\d{{1,2}})*", printed[place:found]):
                wrong.append((name, block, "missing" if found < 0 else printed[place:found]))
            place = place if found < 0 else found + len(block)
    assert wrong == []


@functools.cache
def not_printed(name: str) -> set[str]:
    """Returns the places of a page that a screen alone shows."""
    return {str(part["id"]) for alone in article(name, "script").select(SCREEN) for part in alone.select("[id]")}


def test_links_lead_to_the_page_that_the_screen_leads_to(report: Printed, paper: dict[str, range]) -> None:
    for name in PAGES:
        expected = []
        for link in article(name, SCREEN).select("a[href]"):
            file, _, place = str(link["href"]).partition("#")
            target = file.partition("?")[0].removesuffix(".html") or name
            if link.find_parent(class_=MARK[1:]):
                # On paper to the note, which leads on; nowhere when the row is on the page itself.
                expected += [name] if file else []
            elif ":" not in file and place not in not_printed(target) and bare(link.get_text()):
                expected += [target] if target in paper else [] if place else [BACK]
        expected += [page for row in noted(name) if (page := row.partition(".html")[0]) in paper]
        targets = [target for page in paper[name] for target in report.links(page)]
        found = [other for target in targets for other, pages in paper.items() if target in pages]
        # A link that breaks over two lines is two places on paper that lead to one.
        assert once(expected) == once(found)


def once(names: Sequence[object]) -> list[object]:
    return [name for name, _ in itertools.groupby(names)]


def test_the_contents_fit_on_a_page_and_the_back_lists_all_the_rest(report: Printed, paper: dict[str, range]) -> None:
    marks = [(title, page) for level, title, page, _ in report.contents() if level < 2 and title != WORDS["contents"]]
    assert once(report.links(1)) == once([page for _, page in marks])
    assert [title for title, page in marks if bare(title) not in report.said(page)] == []
    assert report.contents()[0][1:3] == (WORDS["contents"], 1)
    back = paper[BACK][0]
    said = bare("".join(letter.text for letter in report.body(back)))
    captions = [(name, part) for name in PAGES for part in article(name, "script").select("figcaption")]
    assert len(captions) > 5
    for name, caption in captions:
        shown = bare("".join(part.get_text() for part in caption.select(".caption-number, strong")))
        page = int(re.search(rf"{re.escape(shown)}(\d+)(?!\d)|$", said)[1] or 0) - 1
        assert page in set(report.links(back)) & set(paper[name]), shown
        assert shown in report.said(page)
    others = [article(page.name, ".headerlink").select("h1") for page in all_pages(Project(ROOT)) if not page.on_paper]
    assert [head for [head] in others if bare(head.get_text()) not in said] == []


def test_nothing_leaves_its_page_or_runs_over_its_neighbour(report: Printed) -> None:
    wide, over, beside = (Letter("x", 9, left, 100, left + 5, 106) for left in (10, 11, 16.5))
    assert (over_another([wide, over, beside]), over_another([wide, beside])) == (["xx"], []), "it is seen"
    for page in range(1, len(report)):
        letters = report.letters(page)
        inside = [one for one in letters if one.left >= LEFT - 1 and one.right <= RIGHT + 1 and one.bottom >= FOOT - 40]
        assert inside == letters, f"page {page + 1}"
        assert over_another(letters) == [], f"page {page + 1}"


def over_another(letters: list[Letter]) -> list[str]:
    """Returns letters that stand on others, with more than half of their width; letters that are one sign have one box."""
    wide = [letter for letter in letters if letter.right - letter.left > NARROW]
    ordered = sorted(wide, key=lambda letter: (round(letter.bottom / 4), letter.left))
    return [
        one.text + other.text
        for one, other in itertools.pairwise(ordered)
        if min(one.top, other.top) - max(one.bottom, other.bottom) > 1
        and (one.left, one.right) != (other.left, other.right)
        and one.left <= other.left
        and min(one.right, other.right) - other.left > 0.5 * min(one.right - one.left, other.right - other.left)
    ]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_no_page_is_half_empty_all_can_be_read_and_what_belongs_together_is_together(language: str) -> None:
    with opened(BUILT.parent / language / "report.pdf") as report:
        heads, pages = report.contents(), range(len(report))
        bodies, said = [*map(report.body, pages)], [*map(report.said, pages)]
    ends = {page - 1 for level, _, page, _ in heads if level == 0} | {len(bodies) - 1}
    assert 20 < len(bodies) - len(ends) < len(bodies) <= MOST_PAGES
    for page, letters in enumerate(bodies):
        assert not [one.text for one in letters if SMALLEST < one.size < LEAST_SIZE - 0.05], f"page {page + 1}"
        if page >= FRONT and page not in ends:
            bottom = min((letter.bottom for letter in letters), default=HEAD)
            assert HEAD - bottom >= LEAST_FULL * (HEAD - FOOT), f"page {page + 1}"
    assert len(heads) > 60
    for _, title, page, height in heads:
        lower = [letter for letter in bodies[page] if letter.top <= height + 4]
        # A heading may stand right above the next, but not at the foot with it.
        assert len(lower) > len(bare(title)) + 40, f"page {page + 1}: {title}"
    texts = [article(name, f"{SCREEN}, {MARK}", language) for name in PAGES]
    parts = [part for text in texts for part in text.select(BOXES)]
    parts += [part for text in texts for part in text.select("table") if len(bare(part.get_text())) < SHORT_TABLE]
    assert len(parts) > 25
    assert [part for part in map(blocks, parts) if not any(all(block in page for block in part) for page in said)] == []


@pytest.mark.parametrize("path", PDFS, ids=lambda path: "-".join(path.parts[-3:]))
def test_every_pdf_is_accessible_and_for_the_archive(path: Path) -> None:
    content, stream = path.read_bytes(), rb"/Length (\d+)[^>]*(?:>>[^>]*)*?>>\s*stream\n"
    ends = {content[match.end() + int(match[1]) :][:10] for match in re.finditer(stream, content)}
    assert ends == {b"\nendstream"}
    found = [pdf_checker.validate_pdf(str(path), profile=name).failures for name in ("PDF/UA-1", "PDF/A-3a")]
    # The checker takes a carriage return, the last byte of a stream, for a part of the line end behind it.
    told = [one for one in itertools.chain(*found) if one.rule_id != "PDFA3A-STREAM-LENGTH-001"]
    assert [f"{one.rule_id}: {one.message}" for one in told] == []


def test_the_data_in_the_pdf_are_the_edition_and_parts_in_another_language_say_so(report: Printed) -> None:
    assert report.files() == {path.name: path.read_bytes() for path in (ROOT / "data" / "2026").iterdir()}
    with opened(BUILT / "summary.pdf") as summary:
        assert (summary.files(), len(summary)) == ({}, 2)
    found = re.findall(rb"/Lang\((\w+)\)", (BUILT / "report.pdf").read_bytes())
    assert found.count(b"en") > 20 and {*found} == {b"en", b"nl"}


# Small documents, of pages that are written here

TITLE = "Titel\n=====\n\n"


def written(folder: Path, markup: str, name: str = "index") -> list[Any]:
    """Writes a page for paper, as Sphinx does, and returns what paper does not know of it."""
    tree = publish_doctree(markup, settings_overrides={"report_level": 5, "doctitle_xform": False})
    writer = Writer(name)
    lay_out(folder, name, {"parts": writer.write(tree), **writer.about})
    return writer.unknown


def printed(folder: Path, *names: str, registers: Sequence[str] = (), site: str = "", **pages: str) -> Path:
    source = folder / "paper" / "pages"
    assert [written(source, TITLE + markup, name) for name, markup in pages.items()] == [[]] * len(pages)
    shown = names or [name for name in pages if name not in registers]
    document = Document("report", shown, WORDS, "nl", "2026-11-24", registers=registers, site=site)
    typeset(document, source, folder, folder, folder / "report.pdf")
    return folder / "report.pdf"


def test_what_ends_with_a_colon_stays_with_what_it_speaks_of(tmp_path: Path) -> None:
    table = "======  ======\nKop     Kop\n======  ======\n" + "Rij     cel\n" * 8 + "======  ======\n"
    pages = {f"p{lines}": "Een zin.\n\n" * lines + "Let op deze tabel:\n\n" + table for lines in range(20, 34)}
    with opened(printed(tmp_path, **pages)) as document:
        said = [document.said(page) for page in range(2, len(document))]
    assert sum("LetopdezetabelKopKopRijcel" in page for page in said) == len(pages)
    # At the foot of a page there was no room for both.
    assert len(pages) < len(said) < 2 * len(pages)


def test_no_text_becomes_markup_notes_end_their_chapter_and_nothing_of_before_is_left(tmp_path: Path) -> None:
    nasty = r'#panic() $x$ "a" // <label> @ref [x] ; (1) {2} --- ~ https://a.nl'
    pages = {name: f"Een zin [1]_.\n\n{nasty}\n\n.. [1] De noot van {name}." for name in ("een", "twee")}
    fresh = printed(tmp_path / "fresh", **pages)
    with opened(fresh) as document:
        end = "Eenzin1." + "".join(nasty.split()) + "1Denootvan"
        assert 0 < document.text().find(f"{end}een.") < document.text().find(f"{end}twee.")
    printed(tmp_path / "again", een="Oud.", twee="Oud.")
    assert printed(tmp_path / "again", **pages).read_bytes() == fresh.read_bytes()


def test_a_link_to_a_register_leads_to_the_web_where_the_book_is_there(tmp_path: Path) -> None:
    pages = {"een": "Zie `twee <twee.html>`_, `rij <twee.html#x>`_ en `drie <drie.html>`_.", "twee": "", "drie": ""}
    site = "https://example.org/2026/nl/"
    with opened(printed(tmp_path, registers=["twee"], site=site, **pages)) as document:
        assert document.links(2) == [f"{site}twee.html", f"{site}twee.html#x", 3]
        assert f"{site}twee.html" in document.links(4), "where the back names the register"


def test_what_can_not_be_printed_is_told_with_its_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for markup, said in cases("paper")["unknown"].items():
        [node] = written(tmp_path, TITLE + markup)
        assert said in node.astext()
    assert written(tmp_path, TITLE + '.. raw:: html\n\n   <a id="b"></a>') == [], "HTML that shows nothing"
    (tmp_path / "stuk.svg").write_text("<svg", encoding="utf-8")
    for markup, told in cases("paper")["refused"].items():
        with pytest.raises(BookError, match=told):
            printed(tmp_path, een="", twee=markup)
    with pytest.raises(BookError, match="no page drie"):
        printed(tmp_path, "een", "drie", een="")
    monkeypatch.setattr(typesetting, "_FONTS", tmp_path)
    with pytest.raises(BookError, match="unknown font family: source sans pro"):
        printed(tmp_path / "other", een="")
