"""What must hold for any input: hypothesis makes them up, the same ones each time; `make fuzz` tries many others."""

import json
import os
import re
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from markdown_it.renderer import RendererHTML
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser
from recorded import ADULTS, SKILLS, series
from workbooks import FILE, rewrite, small, template

from na_report.base.digits import for_sheet
from na_report.base.errors import NaReportError
from na_report.base.files import contents
from na_report.base.paths import DESCRIPTOR, Project
from na_report.editions.edition import open_edition, seal_edition, seal_of
from na_report.editions.integrity import check_tables, find_problems, verify_edition
from na_report.editions.schema import BY_NAME, TABLES, Column
from na_report.statistics.answer_formats import UnreadableError
from na_report.statistics.reading import read
from na_report.statistics.series import Series
from na_report.workbook.cell_values import to_text
from na_report.workbook.importing import import_edition
from na_report.workbook.package import Cell, FaultError, decode, encode
from na_report.writing.markdown import escape, plain

__all__ = ["small", "template"]

TIMES = int(os.environ.get("FUZZ_TIMES", "1"))
HARMLESS = [HealthCheck.function_scoped_fixture]  # each example puts back what it did
settings.register_profile(
    "ours", None, derandomize=TIMES == 1, deadline=None, database=None, suppress_health_check=HARMLESS
)
settings.load_profile("ours")

MARKUP = r"""<b> </script> <!-- --> {glue:}`x` ```{raw} ::: $x$ $$ [a](b) ![a](b) [^1] ** __ ~~ `c` | # 1. - + % --- === >
    &amp; &#60;
    {{7*7}} {% %} \ \* http://a.nl javascript:x =1+1 @x (a)= ^ : ; {IND007} { } é 漢"""
PIECES = st.sampled_from([*MARKUP.split(), "\u202e", "\ufeff"])
TEXT = st.lists(st.one_of(PIECES, st.text(max_size=8), st.just(" ")), max_size=8).map("".join)
WITHOUT_CONTROL = TEXT.map(lambda text: re.sub(r"[\x00-\x1f\x7f-\x9f]", "", text))
PARSER = create_md_parser(
    MdParserConfig(enable_extensions={"attrs_block", "attrs_inline", "colon_fence", "deflist"}), RendererHTML
)


@given(WITHOUT_CONTROL)
@example("% weg")
@example("---")
@example("2) x")
@settings(max_examples=400 * TIMES)
def test_markdown_shows_escaped_text_as_it_is_also_in_a_table_and_plain_undoes_it(text: str) -> None:
    shown = " ".join(text.split())
    tokens = PARSER.parse(escape(text))
    inside = [child for token in tokens for child in token.children or []]
    assert [token.type for token in tokens] in ([], ["paragraph_open", "inline", "paragraph_close"])
    assert {child.type for child in inside} <= {"text", "text_special"}
    assert "".join(child.content for child in inside) == plain(escape(text)) == shown
    html = PARSER.render(f"| a | b |\n| - | - |\n| {escape(text)} | x |")
    assert html.count("<td") == 2
    assert html.count("<") == len(re.findall(r"</?(?:table|thead|tbody|tr|th|td)\b", html))


@given(st.text(alphabet=st.one_of(st.sampled_from("_x0041FD"), st.characters())))
@example("_x005F_x0041_")
@settings(max_examples=300 * TIMES)
def test_a_spreadsheet_takes_a_safe_cell_for_text_and_what_xml_can_not_hold_comes_back(text: str) -> None:
    safe = for_sheet(text)
    assert safe in (text, f"'{text}")
    assert not safe.startswith(("=", "@", "\t", "\r"))
    assert not safe.startswith(("+", "-")) or re.fullmatch(r"[+-]\d+([.,]\d+)*%?", safe.rstrip("\n"))
    assert decode(encode(text)) == text
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", encode(text))


COLUMNS = [column for table in TABLES for column in table.columns]
USED = ["General", "0", "0%", "yyyy-mm-dd", "mmm-yy", "@", '"%"0', "h:mm", "yyyy", ";;;", "# ?/?", "0.0E+0", "0.0,"]
FORMATS = st.one_of(st.sampled_from(USED), st.text(alphabet='0#?.,%;@/"\\[]<ymdhs $-€_*', max_size=12))
TIMED = st.one_of(st.dates(date(1900, 1, 1)), st.datetimes(datetime(1900, 1, 1)), st.times(), st.timedeltas())
TYPED = st.one_of(TEXT, st.from_regex(r"[-+]?\d{1,6}([.,]\d{1,4}){0,3} ?%?", fullmatch=True))
VALUES = {"n": st.floats(), "d": TIMED, "smfeb": TYPED}
CELLS = st.one_of(*(st.builds(Cell, values, st.sampled_from(kinds), FORMATS) for kinds, values in VALUES.items()))


@given(CELLS, st.sampled_from(COLUMNS), TEXT, st.sampled_from(["", "percent", "count"]))
@settings(max_examples=600 * TIMES)
def test_a_cell_gives_a_text_or_says_what_is_wrong(cell: Cell, column: Column, before: str, unit: str) -> None:
    try:
        assert isinstance(to_text(cell, column, before=before, unit=unit), str)
    except FaultError as fault:
        assert len(fault.args) == 3
        assert all(isinstance(part, str) and part for part in fault.args[1:])


@given(st.data(), st.sampled_from([table.name for table in TABLES]))
@settings(max_examples=150 * TIMES)
def test_checks_of_any_row_end_in_a_list_of_problems(data: st.DataObject, name: str) -> None:
    numbers = st.sampled_from(["1", "²", "٣", "9" * 5000, "-1", "1e5", "2019/2018", "http://[", "2026-02-30"])
    cells = st.one_of(TEXT, numbers)
    row = {column.name: data.draw(cells) for column in BY_NAME[name].columns}
    assert all(str(problem) for problem in check_tables({name: [(2, row)]}))


MORE = [b"\0", b'"', b"\r", b"\xff", b",", b"\n", b"<row/>", b"&#0;", b"[", b"null", b"9" * 5000, b'r="A1"']


def spoilt(data: st.DataObject, content: bytes) -> bytes:
    """Puts something else in one place of a file."""
    start = data.draw(st.integers(0, len(content)))
    end = start + data.draw(st.integers(0, 30))
    return content[:start] + data.draw(st.one_of(st.sampled_from(MORE), st.binary(max_size=20))) + content[end:]


CBS = b'{"@odata.context": "x", "value": [{"Measure": "M1", "Perioden": "2022JJ00", "Value": 3.1}]}'
DUTCH = b"\n".join(line for line in SKILLS.splitlines() if b"DATAFLOW" in line or b",Netherlands," in line)
ANSWERS = {
    DUTCH: series("IND101"),
    ADULTS: series("IND109", places="NL=NL", start=""),
    CBS: series("IND101", places="NL=NL", dimensions="Measure=M1"),
}


@given(st.data(), st.sampled_from([*ANSWERS.items()]))
@settings(max_examples=200 * TIMES)
def test_a_spoilt_answer_of_an_office_is_read_or_refused(data: st.DataObject, case: tuple[bytes, Series]) -> None:
    answer, asked = case
    with suppress(UnreadableError):
        for (place, _), cell in read([spoilt(data, answer)], asked).cells.items():
            assert place in asked.places and float(cell.value or 0) < 1e40


@contextmanager
def put_back(folder: Path) -> Iterator[None]:
    """Puts back what an example did to the files of an edition, and takes a refusal for an answer."""
    before = contents(folder)
    try:
        yield
    except NaReportError as error:
        assert str(error)
    finally:
        for name, content in before.items():
            (folder / name).write_bytes(content)


@given(st.data(), st.sampled_from(["codes.csv", "sources.csv", "observations.csv"]))
@settings(max_examples=40 * TIMES)
def test_a_spoilt_table_is_told_and_what_is_sealed_opens(small: Project, data: st.DataObject, name: str) -> None:
    path = small.data / "2021" / name
    before = path.read_bytes()
    with put_back(path.parent):
        path.write_bytes(spoilt(data, before))
        assert bool(find_problems(path.parent)) == (path.read_bytes() != before)
        path.with_name(DESCRIPTOR).unlink()
        seal_edition("2021", small)
        verify_edition("2021", small)
        open_edition("2021", small)


WORDS = st.sampled_from(["resources", "name", "hash", "created", "licenses", "title"])
VALUE = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=10))
JSON = st.recursive(
    VALUE, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=5), max_leaves=12
)


@given(st.data(), st.one_of(st.sampled_from([[], {}, [{}], "", None, "x"]), JSON), st.booleans())
@settings(max_examples=120 * TIMES)
def test_any_descriptor_is_accepted_or_refused(small: Project, data: st.DataObject, given_json: Any, raw: bool) -> None:
    path = small.data / "2021" / DESCRIPTOR
    before = path.read_bytes()
    said = json.loads(before)
    key = data.draw(st.sampled_from(sorted(said)))
    made = spoilt(data, before) if raw else json.dumps({**said, key: given_json}).encode()
    for use in (lambda: seal_of(open_edition("2021", small)), lambda: verify_edition("2021", small)):
        with put_back(path.parent):
            path.write_bytes(made)
            use()


@given(st.data())
@settings(max_examples=12 * TIMES)
def test_a_spoilt_workbook_is_taken_in_or_changes_nothing(small: Project, data: st.DataObject) -> None:
    path = small.root / "spoilt.xlsx"
    shutil.copy(small.root / FILE, path)
    with zipfile.ZipFile(path) as archive:
        name = data.draw(st.sampled_from(sorted(archive.namelist())))
    rewrite(path, lambda part, content: spoilt(data, content) if part == name else content)
    before = contents(small.data)
    with put_back(small.data / "2021"):
        made = import_edition(path, "2030", small)
        assert find_problems(made.folder) == []
        shutil.rmtree(made.folder)
    assert contents(small.data) == before
