"""Registers as a file of the chapters describes them: what a cell says, and what is told of a fault in that file."""

import re
from collections.abc import Callable
from itertools import product

import pytest
import yaml
from conftest import ROOT, edit

from na_report.base.errors import NaReportError
from na_report.base.paths import Project
from na_report.editions.edition import open_edition
from na_report.registers import blocks, registers
from na_report.registers.templates import Templates
from na_report.writing.voice import Voice

EDITIONS = {name: open_edition(name) for name in ("2021", "2026")}
NAME = "  name: tab-organisaties\n"
FAULTS = [  # what stands in the file, what stands there instead, what is told
    (
        "{{ name }}{% if",
        "{{ naam }}{% if",
        "organisations, columns, organisation, line 1: .*'naam' is undefined.*expected one of id, name",
    ),
    ("{{ role | filled }}", "{{ role | fild }}", "organisations, columns, role, line 1: .*No filter named 'fild'"),
    ("{{ role | filled }}", "{{ role | filled", "organisations, columns, role, line 1: .*unexpected end of template"),
    ("{{ role | filled }}", "{{ words('rol') }}", "words.yml, words.rol: found nothing, expected a text"),
    ("table: organisations", "table: organisation", "organisations, table: found 'organisation', expected .* table"),
    (NAME, "", "organisations: found no name"),
    (NAME, NAME + "  filter: [nr]\n", "organisations, filter: .*one of table, name"),
    (NAME, NAME + "  order: '{{ nmae }}'\n", "organisations, order, line 1: .*'nmae' is undefined"),
    (NAME, NAME + "  where: '{{ type }}'\n", "organisations, where: found '.*', expected True or False"),
    (NAME, NAME + "  filters: [rol]\n", "organisations: found 'rol', expected one of its columns"),
    ("organisations:\n", "organisation:\n", "chapters/registers.yml: found no register 'organisations'"),
]


def refused(project: Project, file: str, old: str, new: str, shows: Callable[[], object]) -> str:
    """Returns what is told of a fault in a file of the chapters, which is then put back."""
    path = project.chapters / file
    good = path.read_text(encoding="utf-8")
    edit(path, old, new)
    with pytest.raises(NaReportError) as caught:
        shows()
    path.write_text(good, encoding="utf-8")
    assert caught.value.hint
    return str(caught.value)


def test_a_fault_in_the_file_is_told_with_register_column_and_what_to_do(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project.root)
    for old, new, told in FAULTS:
        said = refused(project, "registers.yml", old, new, lambda: registers.show(EDITIONS["2021"], "organisations"))
        assert re.search(told, said), said


def test_each_register_has_a_caption_and_heads_in_each_language_and_edition() -> None:
    for name in yaml.safe_load((ROOT / "chapters" / "registers.yml").read_bytes()):
        for edition, language in product(EDITIONS.values(), ("nl", "en")):
            shown = registers.show(edition, name, language, sector="mbo", kind="newer").markdown.splitlines()
            assert len(shown[0]) > len(":::{table} ") + 10 or len(shown) == 1, (name, edition.name, language)


@pytest.mark.parametrize(
    "cell",
    [
        "{{ name }}",
        "{{ name | lower }}",
        "{{ (name | filled) ~ (name | lower) }}",
        "{{ [name | filled, name | lower] | join(' ') }}",
        "{{ id | link(name) }}",
        "{{ id | link(name | upper) }}",
        "{{ id | place(name) }}",
        "{{ name | sortable(1) }}",
        "{{ [name, name] | together }}",
        "{{ words('about_agenda', agenda=name | lower) }}",
    ],
)
def test_no_cell_lets_text_of_the_data_become_markup(cell: str) -> None:
    templates = Templates(Voice(EDITIONS["2021"]))
    text = "a|b [x](y) <i> **c** `x`\n:::"
    shown = templates.cell(cell, "here")(templates.view({"id": "A01", "name_nl": text}))
    for mark in ("a|b", "[x](", "<i>", "**c", ":::", "`"):
        assert mark not in shown


def test_a_fault_in_a_block_is_told_with_its_line(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.root)
    for old, new, told in (
        (
            "{{ row.title }}]{#{{ row.id | anchor }}}.**",
            "{{ row.titel }}.**",
            "blocks.md, conclusions, line 3: .*no 'titel', but .*title",
        ),
        (
            "{{ row.text | filled }} ({{",
            "{{ row.tekst }} ({{",
            "blocks.md, basis, line 8: .*no 'tekst', but id, .*text",
        ),
        ("{% include 'basis' ", "{% include 'base' ", "chapters/blocks.md has no part 'base'; it has agenda"),
        (
            "{% for row in below(id, 'agendas') %}",
            "{% for row in below(id, 'agendas' %}",
            "blocks.md, basis, line 10: .*unexpected",
        ),
        ("{{ row.text | filled }} ({{", "{{ (row.text | filled) + row.text.lower() }} ({{", "basis, line 8: .*write ~"),
    ):
        said = refused(
            project, "blocks.md", old, new, lambda: blocks.show(EDITIONS["2021"], "conclusions", section="3.6")
        )
        assert re.search(told, said), said
