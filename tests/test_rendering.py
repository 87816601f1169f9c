"""From chapters to pages: a changed value goes everywhere, a wrong reference is named, a preview shows what a build does.

Every address on a page leads somewhere: pictures and files are taken along, the rest stops the book with its cell. What
is saved is shown at once, the last good book stays, and nothing is left running.
"""

import base64
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
from conftest import CLI, PATIENCE, alter, at_work, cases, copy_of_project, edit, na_report, seal_again, soup, wait
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from playwright.sync_api import Browser, expect
from printed import opened
from small_book import built, changed, only_pages, parameters, write_chapter, write_notebook

from na_report.base.errors import BookError, NaReportError
from na_report.base.files import contents, copy_all, put_in_place
from na_report.base.paths import Project
from na_report.book.book import Book, is_whole, publish
from na_report.book.building import finish_html, render_stage
from na_report.book.staging import drop_renderings, stage
from na_report.processes.renderer import Renderer, renderer
from na_report.running.pages import all_pages
from na_report.screen.addresses import dead_ends

FIRST = "# Begin\n\n(doel)=\n## Een doel\n\nZie [de tweede](inleiding.ipynb) en {numref}`tab-b`."
SECOND = "# Kort\n\n:::{table} Tabel.\n:name: tab-b\n\n| a |\n| - |\n| 1 |\n:::\n\nTerug naar [het doel](#doel)."
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><rect width="%d" height="9"/></svg>'
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+FABJADveWkH6oAAAAAElFTkSuQmCC"
ADDRESSES = cases("addresses")
FIGURE = ":::{figure} figuren/f.svg\n:name: fig-f\n:alt: Vlak\n\nVlak.\n:::"


def write_page(project: Project, name: str, text: str, width: int = 0) -> None:
    """Writes a page as a run leaves it, with a figure when it has a width."""
    data = {"image/svg+xml": SVG % width, "text/markdown": FIGURE}
    output = new_output("display_data", data, metadata={"na_report": {"files": {"image/svg+xml": "figuren/f.svg"}}})
    figure = new_code_cell("figure()", id="code", outputs=[output], metadata={"tags": ["remove-input"]})
    cells = [new_markdown_cell(text, id="text"), figure]
    write_notebook(Book(project, "2021", "nl").notebooks, name, *cells[: 2 if width else 1])


@pytest.fixture
def small(project: Project) -> Project:
    only_pages(project, "index", "inleiding", "bronnen")
    write_page(project, "index", FIRST)
    write_page(project, "inleiding", SECOND)
    write_page(project, "bronnen", "# Bronnen\n\nNiets.", 1)
    return project


def make(project: Project, process: Renderer) -> Path:
    """Makes HTML of the pages that ran, going on from what there is, as a preview does."""
    book, pages = Book(project, "2021", "nl"), all_pages(project)
    stage(book, pages)
    render_stage(book, process)
    put_in_place(finish_html(book, pages), book.html)
    return book.html


@pytest.fixture(scope="module")
def process() -> Iterator[Renderer]:
    """A process that has imported Sphinx, for the renderings of a file of tests."""
    with renderer() as shared:
        yield shared


# What changes, one after the other: prose, a title, a table before another, a figure; and then the figure goes.
CHANGES = [
    ("index", f"{FIRST}\n\nEen zin.", 0),
    ("inleiding", SECOND.replace("# Kort", "# Lang"), 0),
    ("index", FIRST + SECOND[7:].replace("tab-b", "tab-a"), 0),
    ("bronnen", "# Bronnen\n\nNiets.", 2),
    ("bronnen", "# Bronnen\n\nNiets.", 0),
]


@pytest.mark.parametrize("last", [4, pytest.param(5, marks=pytest.mark.slow("another case of a kind"))])
def test_a_preview_shows_the_bytes_of_a_book_from_nothing(small: Project, process: Renderer, last: int) -> None:
    make(small, process)
    for change in CHANGES[:last]:
        write_page(small, *change)
        found = contents(make(small, process))
    drop_renderings(Book(small, "2021", "nl"))
    expected = contents(make(small, process))
    assert all(path.startswith("_images/") for path in found.keys() ^ expected.keys())
    assert [path for path in expected if found[path] != expected[path]] == []
    text = b"".join(found[f"{page.name}.html"] for page in all_pages(small)).decode()
    for kind in ("Tabel", "Figuur"):
        numbers = re.findall(rf'caption-number">{kind} (\d+)', text)
        assert numbers == [str(number) for number in range(1, len(numbers) + 1)]


def test_a_build_starts_from_nothing_and_the_check_names_what_differs(project: Project, tmp_path: Path) -> None:
    only_pages(project, "index")
    write_chapter(project, "index", "# Titel\n\nHet goede boek.", f"open('{tmp_path}/ran', 'a').write('once')")
    # Sphinx runs no chapter, whatever the settings say.
    forced = "execute: {execute_notebooks: force}\nsphinx: {config: {%s: force, %s: force}}"
    config = forced % ("nb_execution_mode", "jupyter_execute_notebooks")
    (project.root / "_config.yml").write_text(config, encoding="utf-8")
    (project.chapters / "nl" / "index.ipynb").replace(project.chapters / "en" / "index.ipynb")
    command = ["build", "--edition", "2021", "--language", "en", "--format", "html"]
    assert na_report(project, *command).returncode == 0
    book = Book(project, "2021", "en")
    whole = contents(book.html)
    assert [name for name in whole if b".pdf" in whole[name]] == [], "it leads to no PDF, as none was made"
    # The path tells edition and language, which are not the newest and the first.
    copy = Path(shutil.copytree(book.html, tmp_path / "2021" / "en"))
    for path in [*book.stage.rglob("*"), *(book.folder / "sphinx").rglob("*")]:
        if path.is_file() and path.suffix != ".yml":  # another configuration starts from nothing by itself
            path.write_bytes(b"")
    (book.html / "index.html").unlink()
    ran = sorted(path.name for path in book.notebooks.iterdir())
    for name in ("oud.ipynb", "oud.state.json", "oud.failed.ipynb"):
        (book.notebooks / name).write_text("{}", encoding="utf-8")
    assert na_report(project, *command).returncode == 0
    assert contents(book.html) == whole
    assert sorted(path.name for path in book.notebooks.iterdir()) == ran, "a page that the book no longer has goes"
    assert (tmp_path / "ran").read_text() == "once"
    edit(copy / "index.html", "goede boek", "kwade boek")
    (copy / "extra.js").touch()
    (copy / "search.html").unlink()
    done = na_report(project, "build", "--check", str(copy))
    assert done.returncode == 1, done.stderr
    found = re.findall(r"^(changed|missing|extra) +([\w.]+)", done.stdout, re.MULTILINE)
    assert found == [("extra", "extra.js"), ("changed", "index.html"), ("missing", "search.html")]
    assert "3 of" in done.stdout.splitlines()[-1]


def test_a_wrong_reference_in_the_text_fails_the_book(project: Project) -> None:
    only_pages(project, "index")
    path = project.chapters / "nl" / "index.ipynb"
    shutil.copy(path.with_name("kanttekeningen.ipynb"), path)

    def refused(*told: str) -> None:
        done = na_report(project, "build", "--edition", "2021")
        assert [part for part in told if not re.search(part, done.stderr)] == [], done.stderr
        assert done.returncode
        assert not Book(project, "2021", "nl").html.exists(), "no half book is shown as whole"

    with changed(path) as notebook:
        text = "%%text\n# Kanttekeningen\n\nZie [C99](#c99) en {glu:}`caveats`: {caveats}."
        notebook.cells = [*notebook.cells[:3], new_code_cell(text, metadata={"tags": ["remove-input"]})]
    refused(r"index\.ipynb.*c99", r"index\.ipynb.*glu:")
    with changed(path) as notebook:  # a number in a cell that is not run
        notebook.cells.append(new_markdown_cell("# Begin\n\nHet zijn er {caveats}, zie {numref}`tab-x`."))
    refused("page index would show {caveats} instead")
    edit(path, "{caveats}", "{cavets} {IND999}")
    refused(r"{cavets}: .*\n.*{IND999}: .*IND999")


def test_text_becomes_the_declared_type_or_is_refused(project: Project) -> None:
    def run(**given: str) -> str:
        options = [part for name, value in given.items() for part in ("-p", name, value)]
        return na_report(project, "run", "koploper", "--edition", "2021", *options).stderr

    declaring = parameters('edition: str = "2021"\ni: int = 1\nf: float = 1.0\nb: bool = False\ns: str = ""')
    text = new_markdown_cell("kind: str", metadata={"tags": ["parameters"]})  # declares nothing
    write_notebook(project.chapters / "nl", "koploper", declaring, text, new_code_cell("[i, f, b, s]", id="all"))
    assert run(i="12", f="1.5", b="True", s="12") == ""
    [given] = shown_in(project.build("2021", "nl") / "notebooks").values()
    assert given == "[12, 1.5, True, '12']"
    for wrong in ({"i": "abc", "f": "x", "b": "maybe"}, {"i": "1.5"}):
        told = run(**wrong)
        for name, value in wrong.items():
            assert f"parameter {name}: found '{value}', expected a value of type" in told
    assert "unknown parameter 'kind'" in run(kind="a")


def shown_in(folder: Path) -> dict[tuple[str, str], str]:
    """Returns the outputs of the cells of all pages, as text by page, and by cell id and kind."""
    return {
        (path.stem, f"{cell.id}.{index}.{mime}"): str(content)
        for path in folder.glob("*.ipynb")
        for cell in nbformat.read(path, as_version=4).cells
        for index, output in enumerate(cell.get("outputs", []))
        for mime, content in output.get("data", {}).items()
    }


def test_one_changed_observation_changes_sentence_figure_and_row_alone_and_nbval_sees_it(project: Project) -> None:
    # The pages that show it, and one that is like them and doesn't.
    concerned = ("index", "koploper", "indicatoren")
    shown = []
    for value in ("60.4", "60.3"):
        alter(project, "2026", f"observations IND101-EU-2025 value {value}")
        seal_again(project, "2026")
        assert na_report(project, "run", *concerned, "kanttekeningen", "--edition", "2026").returncode == 0
        shown.append(shown_in(project.build("2026", "nl") / "notebooks"))
    before, after = shown
    changed = [(before[place], after[place], place[1]) for place in before if before[place] != after.get(place)]
    assert {page for page, key in before if before[page, key] != after[page, key]} == {*concerned}
    assert any("papermill.record/text/plain" in key and new == "60,3%" for _, new, key in changed), "the sentence"
    assert any("image/svg+xml" in key for _, _, key in changed), "the figure"
    assert any("#ind101-eu-2025" in new and "[**60,3%**]" in new for _, new, _ in changed), "the row"
    for old, new, key in changed:
        if not key.endswith(("svg+xml", "+svg", "image/png")):
            restored = new.replace("60,3", "60,4").replace("60.3", "60.4").replace("60_3", "60_4")
            assert restored.split() == old.split(), f"{key} differs in more than the value"
    command = [sys.executable, "-m", "pytest", "-q", "--nbval-lax", "-o", "addopts=", "-p", "no:cacheprovider"]
    command.append(str(project.chapters / "nl" / "koploper.ipynb"))
    broken = subprocess.run(command, capture_output=True, text=True, cwd=project.root, check=False)
    assert (broken.returncode, "60,3%" in broken.stdout) == (1, True)


def test_a_renderer_that_is_killed_or_can_not_read_leaves_no_half_book(small: Project, process: Renderer) -> None:
    book, sign, own = Book(small, "2021", "nl"), small.root / "kill", small.root / "own"
    whole = contents(make(small, process))
    (book.stage / "inleiding.ipynb").write_text('{"cells": [', encoding="utf-8")
    with pytest.raises(BookError, match="does not appear to be JSON") as caught:
        render_stage(book, process)
    assert "Traceback" not in str(caught.value) and "click" not in str(caught.value)
    assert len(str(caught.value).splitlines()) <= 6
    assert str(book.folder / "html.log") in caught.value.hint
    own.mkdir()
    code = f"import os\ndef setup(app):\n    os.path.exists({str(sign)!r}) and os.kill(os.getpid(), 9)\n"
    (own / "killing.py").write_text(code)
    edit(small.root / "_config.yml", "sphinx:\n", f"sphinx:\n  local_extensions: {{killing: {own}}}\n")
    sign.touch()
    with pytest.raises(BookError, match="was killed"):
        make(small, process)
    assert contents(book.html) == whole
    sign.unlink()
    assert contents(make(small, process)) == whole, "the next one starts by itself"


def test_a_part_that_a_new_book_does_not_have_goes(small: Project) -> None:
    book = built(small, "2021", "index")
    book.made.mkdir(parents=True)
    (book.made / "report.pdf").write_bytes(b"new")
    publish(book, "", {"report.pdf": book.made / "report.pdf"}, ["pdf"])
    assert not (book.folder / "summary.pdf").exists(), "the summary of the book before"
    assert book.html.is_dir(), "its format was not asked for"
    assert not is_whole(book), "pages and PDF are of two builds"


def test_an_output_puts_no_file_outside_the_stage(small: Project) -> None:
    book = Book(small, "2021", "nl")
    path = book.notebooks / "bronnen.ipynb"
    before = (small.chapters / "words.yml").read_bytes()
    names = ("../../../../chapters/words.yml", "/x.svg", "_static/x.css", 5)
    for carried in (*({"files": {"image/svg+xml": name}} for name in names), {"files": {"text/csv": "x.csv"}}, 5):
        with changed(path) as notebook:
            notebook.cells[1].outputs[0].metadata["na_report"] = carried
        with pytest.raises(NaReportError, match="bronnen carries a file"):
            stage(book, all_pages(small))
    assert (small.chapters / "words.yml").read_bytes() == before


def test_a_folder_that_can_not_be_read_is_no_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        copy_all(tmp_path / "gone", tmp_path / "copy")


# Addresses


@pytest.fixture
def beside(small: Project) -> Project:
    """The book with files beside its chapters; a test writes the first page."""
    (small.chapters / "nl" / "map").mkdir()
    for name in ("foto.png", "map/een foto.png"):
        (small.chapters / "nl" / name).write_bytes(base64.b64decode(PIXEL))
    for name in ("tabel.xlsx", ".env", "_eigen.xlsx"):
        (small.chapters / "nl" / name).write_bytes(b"x")
    write_page(small, "inleiding", "# Kort\n\n(doel)=\n## Doel\n\nNiets.")
    return small


def test_what_authors_write_pasted_or_put_beside_the_chapter_is_in_the_book(beside: Project, process: Renderer) -> None:
    write_page(beside, "index", ADDRESSES["good"].replace("PASTED", f"data:image/png;base64,{PIXEL}"))
    with changed(Book(beside, "2021", "nl").notebooks / "index.ipynb") as notebook:
        notebook.cells[0]["attachments"] = {name: {"image/png": PIXEL} for name in ("plak.png", "met spatie.png")}
    folder = make(beside, process)
    page = soup(folder / "index.html").article
    shown = {str(tag["alt"]): tag for tag in page.select("img")}
    assert shown.keys() == set("12345678")
    assert (shown["1"]["width"], shown["1"]["height"], shown["1"].get("style")) == ("40", "50", None)
    for tag in shown.values():
        assert (folder / unquote(tag["src"])).read_bytes() == base64.b64decode(PIXEL), tag
    links = [str(tag["href"]) for tag in page.select("a[href]:not(.headerlink)")]
    assert "https://example.org/?a=1&b=2" in links
    assert "https://example.org/?c=3&d=4" in links, "escaped once, not twice"
    assert "https://example.org/?e=%26amp;f" in links
    assert [(folder / link).read_bytes() for link in links if link.endswith("tabel.xlsx")] == [b"x"]
    stage = Book(beside, "2021", "nl").stage
    assert not [*stage.rglob(".env"), *stage.rglob("_eigen.xlsx")], "what is hidden is for no reader"
    # What is saved anew is shown anew, and missed when it goes.
    (beside.chapters / "nl" / "foto.png").write_bytes(b"new")
    make(beside, process)
    assert (folder / soup(folder / "index.html").select_one("img[alt='1']")["src"]).read_bytes() == b"new"
    (beside.chapters / "nl" / "foto.png").unlink()
    with pytest.raises(BookError, match=r"foto\.png"):
        make(beside, process)
    taken = next(stage.glob("index-*.png")).name
    (beside.chapters / "nl" / taken).write_bytes(b"other")
    with pytest.raises(NaReportError, match=f"the name of another file of the book: {taken}"):
        make(beside, process)


def test_every_address_that_leads_nowhere_is_told_with_its_cell(beside: Project, process: Renderer) -> None:
    damaged = "![x](attachment:a.png)"
    bad = ADDRESSES["bad"] | {damaged: f"{damaged[5:-1]!r}, expected one of the project"}
    cells = [new_markdown_cell(text, id=f"c{number}") for number, text in enumerate(["# Proef", *bad])]
    cells[-1]["attachments"] = {"a.png": {"image/png": "é"}}
    output = new_output("display_data", {"text/html": "<img src='j.png'>"})
    cells.append(new_code_cell("toon()", id="code", outputs=[output]))
    write_notebook(Book(beside, "2021", "nl").notebooks, "index", *cells)
    with pytest.raises(BookError) as caught:
        make(beside, process)
    lines = str(caught.value).splitlines()
    for number, (text, said) in enumerate(bad.items(), start=1):
        told = [line for line in lines if line.strip().startswith(f"index.ipynb, cell c{number} (")]
        assert any(said in line for line in told), (text, told)
        assert repr(text)[1:20] in told[0], "the first line of the cell"
    assert any("cell code ('toon()')" in line and "j.png" in line for line in lines)


def test_a_place_that_a_page_does_not_have_is_told_with_its_cell(beside: Project, process: Renderer) -> None:
    links = '<a href="inleiding.html#weg">a</a> <a href="#nergens">b</a> <a href="inleiding.html?q=1#doel">c</a>'
    write_page(beside, "index", f"# Proef\n\n{links}")
    with pytest.raises(BookError) as caught:
        make(beside, process)
    _, *told = str(caught.value).splitlines()
    places = ("inleiding.html#weg", "#nergens")
    assert told == [f"  index.html: '{place}' leads nowhere (cell text, '# Proef')." for place in places]
    page = """<img alt='<a href="x"> src=y' src="a.html"><p id="b">a < b <a href="#b">b</a> <a href="#c">c</a></p>"""
    assert [*dead_ends(beside.root, {"a.html": page})] == [("a.html", "#c")]


# The preview that follows what is saved


class Running:
    """A preview in a process of its own, with the way to its pages."""

    def __init__(self, project: Project, edition: str = "2021") -> None:
        self.project, pipe = project, subprocess.PIPE
        command = [*CLI, "preview", "--edition", edition, "--port", "0"]
        self.process = subprocess.Popen(
            command, cwd=project.root, stdout=pipe, stderr=subprocess.STDOUT, text=True, start_new_session=True
        )
        self.address = re.search(r"http://127\.0\.0\.1:\d+/html/", self.process.stdout.readline())[0]

    def write(self, text: str, code: str = "1 + 1") -> None:
        write_chapter(self.project, "index", f"# Begin\n\n{text}", code)

    def get(self, name: str, host: str = "localhost", method: str = "GET") -> tuple[int, bytes]:
        place = urlsplit(self.address)
        asked = HTTPConnection(place.netloc, timeout=PATIENCE)
        asked.request(method, place.path + name, headers={"Host": host})
        answer = asked.getresponse()
        return answer.status, answer.read()

    def shows(self, name: str, words: str) -> bool:
        return wait(lambda: words in self.get(name)[1].decode())

    def prints(self, words: str, without: str = "\0") -> bool:
        """Tells whether the PDF that the preview offers comes to some words, and to be without others."""

        def holds() -> bool:
            status, content = self.get("../report.pdf")
            with opened(content) if status == 200 else nullcontext() as document:
                said = document.text() if document else ""
            return words.replace(" ", "") in said and without.replace(" ", "") not in said

        return wait(holds)

    def tells(self, words: str) -> bool:
        """Tells whether it comes to say what is wrong, or with no words that nothing is."""
        return wait(lambda: words in (said := self.get("../error.txt")[1].decode()) and bool(words) == bool(said))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    project = copy_of_project(tmp_path_factory.mktemp("preview"))
    only_pages(project, "index", "kort")
    write_chapter(project, "index", "# Begin\n\nEerste woorden.")
    write_chapter(project, "kort", "# Kort\n\nTweede bladzijde.")
    # What an earlier program left, killed midway: its looks and what Sphinx kept.
    left = Book(project, "2021", "nl", is_preview=True)
    (left.stage / "_static" / "fonts").mkdir(parents=True)
    (left.rendered / ".doctrees").mkdir(parents=True)
    (left.rendered / ".doctrees" / "environment.pickle").write_bytes(b"of another program")
    preview = Running(project)
    assert b"preview.js" in preview.get("index.html")[1], "it waits for the book"
    assert preview.shows("index.html", "Eerste woorden")
    yield preview
    preview.process.kill()
    said = preview.process.communicate()[0]
    assert "Traceback" not in said and "Exception" not in said, said


@pytest.mark.slow("what is saved and what is wrong, seen in a browser instead of over HTTP")
def test_an_open_page_shows_what_is_saved_and_what_is_wrong(running: Running, browser: Browser) -> None:
    page = browser.new_page()
    blocked: list[str] = []
    page.on("console", lambda said: blocked.append(said.text) if said.type == "error" else None)
    page.goto(running.address)
    running.write("Vanzelf te zien.")
    expect(page.get_by_text("Vanzelf te zien.")).to_be_visible()
    running.write("Zie [C98](#c98).")
    expect(page.get_by_role("alert")).to_contain_text("c98")
    expect(page.get_by_text("Vanzelf te zien.")).to_be_visible()
    running.write("Weer goed.")
    expect(page.get_by_text("Weer goed.")).to_be_visible()
    expect(page.get_by_role("alert")).to_be_hidden()
    assert blocked == []
    page.close()


def test_a_new_title_is_in_every_menu_and_a_page_that_goes_is_gone_on_paper_too(running: Running) -> None:
    write_chapter(running.project, "kort", "# Heel kort\n\nTweede bladzijde.")
    assert running.shows("kort.html", "Heel kort")
    assert running.shows("index.html", "Heel kort")
    assert running.prints("Tweede bladzijde.")
    only_pages(running.project, "index")
    assert running.prints("Begin", without="Tweede bladzijde.")


def test_saved_words_are_on_page_and_paper_and_an_error_is_told_and_leaves_them(running: Running) -> None:
    for text, code, told in (("", "1 + 1", ""), ("Zie [C99](#c99).", "1 + 1", "c99"), ("", "1 / 0", "ZeroDivision")):
        running.write(text or "Het laatste goede.", code)
        assert running.tells(told)
        assert running.shows("index.html", "Het laatste goede")
        assert running.prints("Het laatste goede.")
    running.write("Weer goed.")
    assert running.shows("index.html", "Weer goed")
    assert running.tells("")


def test_only_files_of_the_book_are_served_and_only_to_this_machine(running: Running) -> None:
    sheets = re.findall(r'href="(_static/[^"?]+\.css)', running.get("index.html")[1].decode())
    # Also those in whose place an earlier preview left nothing.
    assert sheets and {running.get(name)[0] for name in ("index.html", *sheets)} == {200}
    nowhere = ("../../../../chapters/nl/index.ipynb", "%2e%2e/%2e%2e/_toc.yml", "//etc/passwd", "_static/", "no.html")
    assert [name for name in nowhere if running.get(name)[0] != 404] == []
    # A browser that goes before it has all, which is not told of at the end.
    large = Book(running.project, "2021", "nl", is_preview=True).html / "large.js"
    large.write_bytes(bytes(50_000_000))
    place = urlsplit(running.address)
    with socket.create_connection((place.hostname, place.port), timeout=PATIENCE) as gone:
        gone.sendall(f"GET {place.path}large.js HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
        assert gone.recv(12) == b"HTTP/1.0 200"
    for method in ("GET", "HEAD"):
        assert running.get("index.html", host="evil.example", method=method)[0] == 403
    for elsewhere in ("127.0.0.2", "::1"):
        with pytest.raises(OSError):
            socket.create_connection((elsewhere, place.port), timeout=PATIENCE)


def test_ctrl_c_leaves_nothing_running_whatever_a_page_is_doing(running: Running) -> None:
    running.write("", "import time\nopen('begun', 'w').close()\ntime.sleep(300)")
    assert wait((running.project.chapters / "nl" / "begun").exists)
    assert len(at_work(running.project)) > 2
    os.killpg(running.process.pid, signal.SIGINT)
    assert running.process.wait(timeout=PATIENCE) == 0
    assert wait(lambda: at_work(running.project) == [])
