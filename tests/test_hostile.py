"""Markup, code, formulas and tricks in the data: the reader sees them as text, and no program obeys them."""

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from conftest import cases, edit, na_report, seal_again, soup
from printed import opened

from na_report.base.errors import InvalidInputError
from na_report.base.files import contents
from na_report.base.paths import DESCRIPTOR, Project
from na_report.editions.edition import open_edition, rows_of
from na_report.editions.integrity import verify_edition
from na_report.editions.schema import TABLES, write_table

TEXTS, WITH_BRACES = cases("hostile").values()
LONG = "lang" * 750
FREE = {"author", "owners", "name", "page", "pages_cited"}


def poisoned(folder: Path) -> None:
    """Puts each hostile text in many cells of an edition, before or after what stands there, and seals it."""
    number, tables = 0, rows_of(folder)
    for kind in TABLES:
        for row in tables[kind.name]:
            for column in kind.columns:
                if row[column.name] and (column.text or column.name in FREE):
                    number += 1
                    pool = TEXTS if column.text else (*WITH_BRACES, *TEXTS)
                    nasty = LONG if number % 101 == 0 and column.text else pool[number % len(pool)]
                    parts = (nasty, row[column.name]) if number % 3 else (row[column.name], nasty)
                    row[column.name] = " ".join(parts).replace(";", ",")
        write_table(folder, kind, tables[kind.name])
    seal_again(Project(folder.parent.parent), folder.name)


def flat(text: str) -> str:
    """Returns text as a search in it should see it: the quotes and dashes that Dutch typography makes are equal."""
    typed = text.translate(str.maketrans("“”„‘’–—", '"""\'\'--')).replace("…", "...")
    return re.sub(r"-+", "-", " ".join(typed.split()))


@pytest.mark.slow("a book of hostile texts, while each way out of a text is tried by itself in test_registers")
def test_every_hostile_text_is_there_as_text_on_screen_and_paper_and_nothing_runs(project: Project) -> None:
    poisoned(project.data / "2026")
    assert na_report(project, "build", "--edition", "2026").returncode == 0
    book = project.build("2026", "nl")
    pages = [soup(path) for path in (book / "html").glob("*.html")]
    text = flat(" ".join(page.get_text() for page in pages))
    alts = flat(" ".join(str(image["alt"]) for page in pages for image in page.select("article img")))
    assert [nasty for nasty in (*TEXTS, *WITH_BRACES, LONG) if flat(nasty.replace(";", ",")) not in text] == []
    assert sum(flat(nasty) in alts for nasty in TEXTS) >= 3
    for page in pages:
        assert not page.select("article :is(blockquote, hr, .math, .footnote, .danger, .klas, #anker)")
        assert not page.select("article script:not([type='application/ld+json'])")
        formed = page.select("article :is(h1, h2, h3, h4, li, dt, dd, strong, em, code, s, del, pre)")
        assert [tag for tag in formed if re.match(r"(kop|lijst|uitleg|vet|schuin|code|weg)\b", tag.get_text())] == []
        for tag in page.find_all(True):
            assert not [name for name in tag.attrs if name.startswith("on")], tag
            address = str(tag.get("href", tag.get("src", "")))
            assert re.match(r"https?://|mailto:|[\w.#/-]*(?:[?#]|$)", address), tag
    drawings = [*book.rglob("*.svg")]
    assert len(drawings) > 10
    for drawing in drawings:
        tree = ET.fromstring(drawing.read_bytes())  # noqa: S314  our own drawing
        assert not {element.tag.split("}")[1] for element in tree.iter()} & {"script", "foreignObject", "a", "image"}
    tables = [path.read_text(encoding="utf-8-sig") for path in (book / "html" / "_downloads").rglob("*.csv")]
    cells = [cell for table in tables for row in csv.reader(io.StringIO(table)) for cell in row]
    assert sum("=1+1" in cell for cell in cells) > 10
    assert [cell for cell in cells if re.match(r"[=@\t\r]|[+-](?!\d+([.,]\d+)*%?$)", cell)] == []
    with opened(book / "report.pdf") as made:
        text = flat(made.text())
    assert "root:" not in text
    bare = re.sub(r"\W", "", text)
    assert [nasty for nasty in (*TEXTS, *WITH_BRACES) if re.sub(r"\W", "", flat(nasty)) not in bare] == []


def test_a_damaged_descriptor_is_refused_and_named_and_what_says_nothing_is_not(project: Project) -> None:
    path = project.data / "2026" / DESCRIPTOR
    before = path.read_text(encoding="utf-8")
    for name, case in cases("descriptors").items():
        text = before.replace(case.get("instead of", "\0"), case.get("put", ""), 1)
        if "key" in case:
            text = json.dumps(json.loads(before) | {case["key"]: case["value"]})
        path.write_text(case.get("whole", text), encoding="utf-8")
        for use in (open_edition, verify_edition):
            with pytest.raises(InvalidInputError) as caught:
                use("2026", project)
            assert {problem.file for problem in caught.value.problems} == {DESCRIPTOR}, name
            assert all(problem.found and problem.expected and problem.remedy for problem in caught.value.problems), name
        assert "2021\tsealed" in na_report(project, "edition", "list").stdout
    path.write_text(before, encoding="utf-8")
    edit(path, '"pattern": "N', '"minimum": 1, "pattern": "N')  # a least number of a text
    verify_edition("2026", project)


def test_no_name_of_an_edition_leads_elsewhere(project: Project) -> None:
    target = project.root.parent / "x" / "nl" / "build.json"
    target.parent.mkdir(parents=True)
    target.touch()
    before = contents(project.root.parent)
    for name in ("../x", "/etc/x", "2021/../x", "2021\0", "٢٠٢١", "2021" + "a" * 40, "2021\n", "con", "2021A"):
        said = "build --edition,run --edition,archive,edition copy 2021,edition verify,edition seal"
        for command in said.split(","):
            assert na_report(project, *command.split(), name).returncode == 2, command
        # It knows pages, not editions: a name that could be one has simply not run yet.
        na_report(project, "explain", "inleiding", "--edition", name)
    assert contents(project.root.parent) == before
