"""What the book shows of the data: numbers, figures and registers; without codes or words of ours; what is told of a fault."""

import re
from collections import Counter
from dataclasses import replace
from functools import cache
from itertools import product

import pytest
import yaml
from bs4 import BeautifulSoup, Tag
from conftest import ROOT, block, cases, edit

from na_report.base.digits import as_shown, in_digits
from na_report.base.errors import NaReportError
from na_report.base.paths import Project
from na_report.base.wording import Words
from na_report.editions.cells import PLACEHOLDER
from na_report.editions.edition import open_edition
from na_report.figures import charts
from na_report.registers import analysis, blocks, registers
from na_report.registers.templates import Templates
from na_report.running.pages import all_pages
from na_report.writing.grammar import written
from na_report.writing.markdown import SESSION, anchor, plain
from na_report.writing.page import telling, told
from na_report.writing.voice import Voice

EDITIONS = {name: open_edition(name) for name in ("2021", "2026")}
EACH = pytest.mark.parametrize(("name", "language"), [*product(EDITIONS, ("nl", "en"))])
FIRST, EDITION = EDITIONS.values()
# What a notebook has under which name.
NAMES = {"evidence": FIRST, "language": "nl", "counts": {"gaps": 3}}
FAULTY = cases("templates")
CODE = re.compile(
    r"(?<![\w-])(?:(?:AP|AM|ACT|INI|IND|FR-[A-Z]|C|X|R)\d+|F[A-Z]?\d{2,}|A\d{2}(?:\.\d+[a-z]?)?)(?![\w-])"
)


@pytest.mark.parametrize("file", ["registers.yml", "blocks.md"])
def test_a_fault_is_told_with_register_column_and_remedy(project: Project, file: str) -> None:
    good = (project.chapters / file).read_text(encoding="utf-8")
    for fault in FAULTY[file]:
        edit(project.chapters / file, fault["old"], fault["new"])
        with pytest.raises(NaReportError, match=fault["told"]) as caught:
            registers.show(FIRST, "organisations"), blocks.show(FIRST, "conclusions", section="3.6")
        assert caught.value.hint
        (project.chapters / file).write_text(good, encoding="utf-8")


@pytest.mark.parametrize("cell", FAULTY["cells"])
def test_no_cell_lets_text_of_the_data_become_markup(cell: str) -> None:
    templates = Templates(Voice(FIRST))
    text = "a|b [x](y) <i> **c** `x`\n:::"
    shown = templates.cell(cell, "here")(templates.view({"id": "A01", "name_nl": text}))
    assert [mark for mark in ("a|b", "[x](", "<i>", "**c", ":::", "`") if mark in shown] == []


def test_a_constant_in_a_template_is_said_in_the_language_of_each_page_and_asked_by_each() -> None:
    for language, said in {"en": "second-hand or paraphrased", "nl": "uit de tweede hand of omschreven"}.items():
        edition = open_edition("2021")
        cell = Templates(Voice(edition, language)).cell("{{ 'B' | label('confidence') }}", "here")
        assert (cell({}), '["row", "codes", "confidence:B"]' in edition.reads.answers) == (said, True)


@EACH
def test_no_text_shows_the_id_of_a_row_each_register_has_a_caption_and_what_is_used_nowhere_says_so(
    name: str, language: str
) -> None:
    edition, voice, seen = EDITIONS[name], Voice(EDITIONS[name], language), 0
    for table, rows in edition.tables.items():
        for column in (column for column in rows.columns if column.endswith(f"_{language}")):
            for text in rows[column]:
                if ids := [code for code in CODE.findall(PLACEHOLDER.sub("", text)) if voice.table_of(code)]:
                    seen += 1
                    assert not set(ids) & set(CODE.findall(plain(voice.filled(text)))), (table, text)
    assert seen > 10, "there are such texts"
    said = [plain(voice.rows([row])) for rows in edition.tables.values() for row in rows["id"]]
    assert [text for text in said if len(text) < 4 or CODE.search(text)] == []
    for row in edition.records("conclusions"):
        text = Templates(voice).block("basis", {"id": row["id"], "question": "Waarop?"})
        assert [item for item in row["rests_on"].split(";") if f"(#{anchor(item)})" not in text] == [], row["id"]
        assert not re.search(r"\[[A-Z]{1,3}\d\d", text), "a sentence rather than a code"
    for register in yaml.safe_load((ROOT / "chapters" / "registers.yml").read_bytes()):
        shown = registers.show(edition, register, language, sector="mbo", kind="newer").markdown.splitlines()
        assert len(shown[0]) > len(":::{table} ") + 10 or len(shown) == 1, register
    nowhere, used = Words(language)("used", 0), Words(language)("used", 2, rows="").split(":")[0]
    lines = [line for line in plain(block(edition, "sources", language)).splitlines() if line[:2] == "- "]
    assert {nowhere in line for line in lines} == {True, False}
    assert all((nowhere in line) != (f"{used}: " in line) for line in lines)


def test_rows_are_told_by_name_or_number_and_a_period_on_a_card_and_not_where_the_year_is_ours() -> None:
    voice = Voice(FIRST)
    said = plain(voice.rows(["FM12", "FP02", "FM13", "FM14", "C14", "AM03"]))
    assert said.startswith("bevindingen 12, 13 en 14 (mbo); bevinding 2 (po/vo); ‘") and said.endswith("; opmerking 3")
    assert voice.rows([]) == ""
    ours = Words("nl")("periods.inferred", year="2020")
    figures = {"IND002": "x", "IND028": "veel", "IND052": "weinig"}
    cards = plain(block(FIRST, "key_figures", figures=figures))
    assert ours not in cards and ours in plain(registers.show(FIRST, "observations", sector="all").markdown)
    assert all(said in cards for said in ("cijfer over 2020", "jaar niet vermeld", "cijfer over 2018–2022"))


def test_all_unknown_numbers_are_named_at_once_and_what_myst_has_braces_for_is_none() -> None:
    with pytest.raises(NaReportError) as caught:
        told("{IND998}, {gap}, {gaps}, {gap|a|b|c}, {FM99}, {ACT99_since} en {IND999_year}", NAMES)
    found = [line.partition(":")[0] for line in str(caught.value).splitlines()]
    assert found == ["{IND998}", "{gap}", "{FM99}", "{ACT99_since}", "{IND999_year}", "{gap|…}"]
    myst = ":::{container} kader ```{note} {numref}`fig-x` [a]{.alleen-scherm} [a]{#b .c} {{ name }}"
    assert told(myst, NAMES).markdown == myst


def test_a_story_tells_text_and_code_in_their_order_where_the_condition_holds() -> None:
    inside = "::::{if} later\nNieuw: {IND019}.\n\n```{code-cell}\n1 + counts['gaps']\n```\n::::"
    for later, said in {False: [], True: ["Nieuw: [[41%](#ind019-nl-2019)]{.waarde}.", 4]}.items():
        found = telling(f"Eerst {{gaps}}.\n\n{inside}\n\nDan.", "x", NAMES | {"later": later})
        assert [getattr(piece, "markdown", piece) for piece in found] == ["Eerst drie.", *said, "Dan."]
    since = told("Sinds {ACT15_since}.{FM32}", NAMES | {"evidence": EDITION})
    assert since.markdown == "Sinds 2022.[[&#42;](#fm32)]{.herkomst .alleen-scherm}", "it leads to a finding"


def test_a_cell_in_jupyterlab_shows_what_the_book_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "## Kop\n\n:::{container} kader\nHet is {IND019}, zie {numref}`fig-x` en [kort](kort.ipynb).\n:::"
    drawn = charts.observed_bars(FIRST, ["IND020", "IND019"], name="fig-x", caption="Twee jaren.")
    shows = (told(text, NAMES), drawn, registers.show(FIRST, "caveats"))
    assert all("text/html" not in block._repr_mimebundle_()[0] for block in shows), "a run of the book"
    monkeypatch.setenv(SESSION, "sector.ipynb")
    prose, figure, table = shown = [block._repr_mimebundle_()[0]["text/html"] for block in shows]
    assert '<span class="waarde"><a class="reference external" href="#ind019-nl-2019">41%</a></span>' in prose
    assert "<h2>Kop</h2>" in prose and '<a class="reference external" href="kort.ipynb">kort</a>' in prose
    assert figure.count("data:image/svg+xml;base64,") == 1 and "<figcaption>" in figure and "<table" in figure
    assert table.count("<tr>") == len(FIRST["caveats"]) + 1
    assert not [html for html in shown if ":::" in html or "{" in html or "system-message" in html]


def test_a_chapter_draws_any_observations_with_a_caption_of_its_own() -> None:
    def bars(**options: object) -> str:
        return charts.observed_bars(FIRST, ["IND020", "IND019"], name="fig-x", **options).markdown  # type: ignore[arg-type]

    drawn = bars(caption="Van {IND020} in {IND020_year} naar {IND019}.", alt="Eerst {IND020}.", labels="period")
    assert "\nVan [[76%](#ind020-nl-2015)]{.waarde} in 2015 naar [[41%](#ind019-nl-2019)]{.waarde}. Bron: " in drawn
    assert ':alt: "Eerst 76%."' in drawn
    assert ':alt: "Staafdiagram: toen 76%, nu 41%."' in bars(caption="Kort.", labels=["Toen", "Nu"])
    with pytest.raises(NaReportError, match="IND999"):
        bars(caption="Van {IND999}.")


def test_halves_are_rounded_up_wherever_a_number_is_shown_in_each_language() -> None:
    for case, shown in cases("numbers").items():
        given, unit, language = case.split()
        assert written(float(given), unit, language) == shown, case
    voices = [Voice(replace(EDITION, name=year)) for year in ("2025", "2026", "2027")]
    passed = ["is voorbij" in voice.value("IND125").link for voice in voices]
    assert passed == [False, True, True], "a target whose year has passed says so"
    for given in ("19.5", "0.0000001", "1300000", "123456789012345", "-0.3", "0"):
        assert in_digits(as_shown(float(given))) == given


# What a reader meets on the pages

CASES = cases("book_pages")
LENGTHS, WORDS = CASES["lengths"], CASES["words"]
SECTORS = {f"sector-{row['slug']}": row["id"] for row in EDITION.rows("sectors", kind="sector").to_dict("records")}
# What is for the screen and to look things up in: its rows go by the ids that the data has.
REGISTERS = ("organisaties", "indicatoren", "bewijs", "bronnen", "kanttekeningen")
# Pages that explain how the book was made may name rows by their id, and say what an edition is.
EXPLAIN = ("inleiding", "verantwoording", "gesprekspartners", "colofon", "toegankelijkheid")
# Words of the machine, in a word's beginning, and names that it gives to its parts.
OURS = re.compile(
    r"\b(?:(?:grondslag|indicator|waarneming|editie|kanttekening|afgeleid|categoriecode|observation|caveat|inferred"
    r"|edition)\w*|toets(?=:)|neem \w+ mee|take along|houd(?:t|en) stand|holds up)\b",
    re.IGNORECASE,
)
MARK = "\N{DAGGER}"
IN_EACH_LANGUAGE = pytest.mark.parametrize("language", ["nl", "en"])


@cache
def built(book: str, name: str) -> str:
    return (ROOT / "_build" / book / "html" / f"{name}.html").read_text(encoding="utf-8")


@cache
def with_addresses(book: str, name: str) -> BeautifulSoup:
    page = BeautifulSoup(built(book, name), "html.parser")
    for link in page.select("a[href]"):
        link.append(f" ({link['href']})")
    return page


@pytest.mark.book
@pytest.mark.parametrize("case", CASES["places"], ids=lambda case: str(case["at"]))
def test_a_place_says_what_the_edition_holds(case: dict[str, str]) -> None:
    book, name, place = case["at"].split(" ", 2)
    shown = " ".join(" ".join(part.get_text() for part in with_addresses(book, name).select(place)).split())
    assert shown
    assert [text for text in case.get("says", []) if text not in shown] == [], shown
    assert [text for text in case.get("lacks", []) if text in shown] == [], shown


def whole(page: str, without: str = "nav") -> Tag:
    """Returns the article of a page without what is no text, and without other parts."""
    [article] = BeautifulSoup(page, "html.parser").select("article")
    for part in article.select(f"nav, script, style, .meenemen, .headerlink, {without}"):
        part.decompose()
    for mark in article.select(".opmerking, .herkomst"):
        mark.replace_with(MARK)
    return article


def count(*parts: Tag) -> int:
    return sum(len(re.findall(r"\w[\w’'.,%+/-]*", part.get_text(" "))) for part in parts)


def running(article: Tag) -> list[Tag]:
    """Returns the paragraphs and the items of lists that tell something, each once."""
    apart = ":is(p, li, figure, aside, table, .alleen-scherm)"
    return article.select(f":is(p, li):not({apart} *)")


def headings(article: Tag) -> list[str]:
    return [" ".join(head.get_text().split()) for head in article.select("h1, h2, h3")]


def told_otherwise(page: str, *, explains: bool = False) -> list[str]:
    """Returns what a page shows that a report doesn't: codes, words of ours, sentences with two marks."""
    article = whole(page, "table, .tabel, details")
    said = " ".join(part.get_text(" ") for part in [*running(article), *article.select("h1, h2, h3, figcaption, th")])
    found = [word for word in OURS.findall(said) if not (explains and word.lower() == "edition")]
    sentences = re.split(rf"(?<=[.!?])\s|(?<=[.!?]{MARK})\s", " \n".join(part.get_text() for part in running(article)))
    found += [sentence for sentence in sentences if sentence.count(MARK) > 1]
    return found if explains else [*found, *CODE.findall(article.get_text(" "))]


def untitled(article: Tag) -> list[str]:
    """Returns the figures whose caption does not start with a message of its own in at most ten words."""
    titles = {
        figure["id"]: " ".join(title.get_text() for title in figure.select(".caption-text strong")).split()
        for figure in article.select("figure")
    }
    return [name for name, said in titles.items() if not 2 < len(said) <= 10 or [*titles.values()].count(said) > 1]


@pytest.mark.book
@IN_EACH_LANGUAGE
@pytest.mark.parametrize("name", LENGTHS)
def test_a_page_tells_rather_than_lists_at_a_length_without_codes_or_words_of_ours(name: str, language: str) -> None:
    page, (fewest, most, share) = built(f"2026/{language}", name), LENGTHS[name]
    article = whole(page, "details:not([open])")
    told = count(*running(article))
    assert fewest <= told <= most
    assert told >= share * count(article)
    assert told_otherwise(page, explains=name in EXPLAIN) == []
    if name in SECTORS:  # a story ends with what it means, and folds its findings
        assert headings(article)[-1].startswith(WORDS["last heading"][language])
        assert running(article)[-1].get_text().startswith(WORDS["last line"][language])
        findings = {anchor(key) for key in EDITION.rows("findings", sector=SECTORS[name])["id"]}
        ids, shown = ({part["id"] for part in those.select("[id]")} for those in (whole(page), article))
        assert findings <= ids and len(findings) > 10
        assert not findings & shown
    if name == "index":
        items = article.select(".lijst > ol > li")
        links = [link["href"] for item in items for link in item.select("strong a")]
        assert links == [f"aanbevelingen.html#r{number}" for number in range(1, 9)]
        step, whom = (WORDS[name][language] for name in ("first step", "with whom"))
        assert [item for item in items if step not in item.get_text() or whom not in item.get_text()] == []
        assert (len(article.select(".kader > ol > li")), len(article.select(".kerncijfers li"))) == (5, 6)


@pytest.mark.book
@IN_EACH_LANGUAGE
def test_no_two_pages_share_a_heading_each_figure_has_a_title_and_no_sentence_two_full_stops(language: str) -> None:
    names = [page.name for page in all_pages(Project(ROOT))]
    assert {*names} == {*LENGTHS, *REGISTERS}
    pages = {name: whole(built(f"2026/{language}", name)) for name in names}
    heads = Counter(head for article in pages.values() for head in set(headings(article)))
    assert len(heads) > 4 * len(pages)
    assert [head for head, times in heads.items() if times > 1] == []
    assert sum(len(article.select("figure")) for article in pages.values()) > 7
    assert {name: found for name, article in pages.items() if (found := untitled(article))} == {}
    said, undated = " ".join(article.get_text() for article in pages.values()), WORDS["undated"][language]
    assert undated in said and f"{undated}." not in said


def test_what_a_page_must_not_say_is_seen_but_in_a_fold_and_a_figure_without_a_title_of_its_own_is_too() -> None:
    for said, found in CASES["said"].items():
        shown = said.replace(MARK, '<span class="herkomst"><a href="#fm12">*</a></span>')
        assert told_otherwise(f"<article><p>{shown}</p></article>") == found
        assert told_otherwise(f"<article><details><summary>Meer</summary><p>{shown}</p></details></article>") == []
    form = '<figure id="f{}"><span class="caption-text"><strong>{}</strong> Bron: CBS.</span></figure>'
    titles = ("Jongeren staan derde.", "Aandeel.", "Jongeren staan derde.")
    assert untitled(whole(f"<article>{''.join(map(form.format, range(3), titles))}</article>")) == ["f0", "f1", "f2"]


# What became of what the report names


def test_each_row_has_a_state_those_of_the_report_are_counted_apart_and_what_came_later_says_so() -> None:
    for table, counted in CASES["states"].items():
        keys = set(EDITION[table]["id"])
        assert keys <= set(EDITION["statuses"]["id"])
        assert len(analysis.of_report(EDITION, table)) == sum(counted.values()) < len(keys)
        assert analysis.status_counts(EDITION, table) == counted
    assert blocks.show(FIRST, "became") is None
    for name in ("initiatives", "organisations"):
        lines = [line for line in registers.show(EDITION, name).markdown.splitlines() if line.startswith("| [")]
        marked = {line.split("[")[1].split("]")[0] for line in lines if "van na het rapport" in line}
        assert marked == {*EDITION[name]["id"]} - {*FIRST[name]["id"]} != set()


@IN_EACH_LANGUAGE
def test_the_registers_and_the_advice_show_each_state_as_ours_and_none_is_old_without_saying_so(language: str) -> None:
    undated, no_year, now, ours = (WORDS[name][language] for name in ("undated", "no year", "now", "ours"))
    templates = Templates(Voice(EDITION, language))
    shown = [registers.show(EDITION, name, language).markdown for name in ("organisations", "initiatives")]
    shown.append(block(EDITION, "agendas", language, ids=list(EDITION["agendas"]["id"])))
    for row in EDITION.records("statuses"):
        key = row["id"]
        said = templates.line(key, "now")
        assert any(said in part for part in shown), key
        if not row["source_id"]:
            assert row["status"] == "unknown", key
            continue
        year = EDITION.row("sources", row["source_id"])["year"]
        assert (year or undated) in said, key
        if row["status"] == "running":
            # Not only in the source behind it, but in the words that say how it stands.
            assert (year or no_year) in templates.line(row, "stand"), key
            assert not year or int(year) > 2021, "a trace from before the edition of the report shows nothing of now"
    for key in EDITION["recommendations"]["id"]:
        lines = block(EDITION, "recommendation", language, id=key).splitlines()
        [line] = [each for each in lines if f"- **{now} (2026)**: " in each]
        assert ours in line and "(#bron-" in line
