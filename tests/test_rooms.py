"""The house of the library: rooms of a dozen modules that import one way, as README draws them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import networkx as nx
import pytest
from conftest import ROOT

SOURCE = ROOT / "src" / "na_report"
ROOMS = re.findall(r"^src/na_report/(\w+)/ ", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
# These make pages into a book, whatever the pages are about.
WITHOUT_SUBJECT = ("processes", "running", "screen", "paper", "book")
OF_AN_EDITION = {
    "na_report.editions.folders",
    "na_report.editions.descriptor",
}  # that there is one, and what its seal says
MOST_LINES, MOST_MODULES = 300, 16


def modules(source: Path) -> dict[str, Path]:
    found = {}
    for path in source.rglob("*.py"):
        parts = path.relative_to(source.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(source: Path) -> nx.DiGraph[str]:
    """Returns which module imports which, also inside functions."""
    known, net = modules(source), nx.DiGraph()
    for name, path in known.items():
        net.add_node(name)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    whole = f"{node.module}.{alias.name}"
                    net.add_edges_from([(name, other) for other in (whole, node.module) if other in known][:1])
            elif isinstance(node, ast.Import):
                net.add_edges_from((name, alias.name) for alias in node.names if alias.name in known)
    return net


def room(module: str) -> str:
    found = module.split(".")[1:2]
    return found[0] if found and found[0] in ROOMS else ""


def wrong_ways(net: nx.DiGraph[str]) -> list[tuple[str, str]]:
    """Returns who imports from a room below its own; what is in no room may import all, and may be imported by none."""
    return [
        (one, other)
        for one, other in net.edges
        if room(one) and other != "na_report" and (not room(other) or ROOMS.index(room(other)) > ROOMS.index(room(one)))
    ]


NET = imports(SOURCE)


def test_every_room_is_drawn() -> None:
    assert sorted(ROOMS) == sorted(path.name for path in SOURCE.iterdir() if (path / "__init__.py").is_file())


def test_rooms_import_one_way() -> None:
    assert wrong_ways(NET) == []


def test_no_modules_import_each_other() -> None:
    assert [found for found in nx.strongly_connected_components(NET) if len(found) > 1] == []


def test_an_import_the_other_way_is_seen(tmp_path: Path) -> None:
    for name, text in {"base/low.py": "def f():\n    from na_report.book import high\n", "book/high.py": ""}.items():
        (tmp_path / "na_report" / name).parent.mkdir(parents=True)
        (tmp_path / "na_report" / name).write_text(text)
    assert wrong_ways(imports(tmp_path / "na_report")) == [("na_report.base.low", "na_report.book.high")]


@pytest.mark.parametrize("name", ROOMS)
def test_a_room_is_held_in_the_head(name: str) -> None:
    paths = [path for path in (SOURCE / name).glob("*.py") if path.name != "__init__.py"]
    assert 0 < len(paths) <= MOST_MODULES
    long = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in paths}
    assert {path: lines for path, lines in long.items() if lines > MOST_LINES} == {}


def test_what_makes_a_book_knows_nothing_of_its_subject() -> None:
    subject = ("editions", "workbook", "statistics", "reasoning", "writing", "registers", "figures")
    found = [
        (one, other)
        for one, other in NET.edges
        if room(one) in WITHOUT_SUBJECT and room(other) in subject and other not in OF_AN_EDITION
    ]
    assert found == []


def test_what_makes_a_book_has_no_word_of_its_subject() -> None:
    words = re.compile(r"\b(kanttekening|aanbeveling|conclusie|bevinding|caveat|finding|recommendation)s?\b")
    files = [
        path
        for name in WITHOUT_SUBJECT
        for path in (SOURCE / name).rglob("*")
        if path.is_file() and path.suffix != ".po"
    ]
    found = {
        path.name: words.findall(path.read_text(encoding="utf-8"))
        for path in files
        if path.suffix not in (".mo", ".pyc", ".ipynb")
    }
    assert {name: hits for name, hits in found.items() if hits} == {}
