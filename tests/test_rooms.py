"""The house as README draws it: rooms of a dozen modules that import one way; and what the documents name is there."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import networkx as nx
from conftest import ROOT, na_report

from na_report.base.paths import Project
from na_report.commands.arguments import DECLARED

SOURCE = ROOT / "src" / "na_report"
README, FEATURES, MAKEFILE = (
    (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "docs/features.md", "Makefile")
)
ROOMS = re.findall(r"^src/na_report/(\w+)/ ", README, re.MULTILINE)
# These make pages into a book, whatever the pages are about; those are about it.
WITHOUT_SUBJECT = ("processes", "running", "screen", "paper", "book")
SUBJECT = ("editions", "workbook", "statistics", "reasoning", "writing", "registers", "figures")
# That there is an edition, and what its seal says.
OF_AN_EDITION = {"na_report.editions.folders", "na_report.editions.descriptor"}
MOST_LINES, MOST_MODULES = 300, 14


def imports(source: Path) -> nx.DiGraph[str]:
    """Returns which module imports which, also inside functions."""
    parts = {path: path.relative_to(source.parent).with_suffix("").parts for path in source.rglob("*.py")}
    known = {".".join(found).removesuffix(".__init__"): path for path, found in parts.items()}
    net = nx.DiGraph()
    net.add_nodes_from(known)
    for name, path in known.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import | ast.ImportFrom):
                wholes = [f"{getattr(node, 'module', '')}.{alias.name}".lstrip(".") for alias in node.names]
                # What is no module itself is a name in one.
                others = (whole if whole in known else whole.rpartition(".")[0] for whole in wholes)
                net.add_edges_from((name, other) for other in others if other in known)
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


def test_every_room_is_drawn_and_imports_one_way_without_circles(tmp_path: Path) -> None:
    for name, text in {"base/low.py": "def f():\n    from na_report.book import high\n", "book/high.py": ""}.items():
        (tmp_path / "na_report" / name).parent.mkdir(parents=True)
        (tmp_path / "na_report" / name).write_text(text)
    assert wrong_ways(imports(tmp_path / "na_report")) == [("na_report.base.low", "na_report.book.high")], "one is seen"
    assert sorted(ROOMS) == sorted(path.name for path in SOURCE.iterdir() if (path / "__init__.py").is_file())
    assert wrong_ways(NET) == []
    assert [found for found in nx.strongly_connected_components(NET) if len(found) > 1] == []


def test_a_room_is_held_in_the_head() -> None:
    modules = [path for name in ROOMS for path in (SOURCE / name).glob("*.py") if path.name != "__init__.py"]
    sizes = Counter(path.parent.name for path in modules)
    assert {name: size for name, size in sizes.items() if size > MOST_MODULES} == {}
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in modules}
    assert {path: count for path, count in lines.items() if count > MOST_LINES} == {}


def test_what_makes_a_book_knows_nothing_of_its_subject_and_has_no_word_of_it() -> None:
    edges = [(one, other) for one, other in NET.edges if room(one) in WITHOUT_SUBJECT and room(other) in SUBJECT]
    assert [edge for edge in edges if edge[1] not in OF_AN_EDITION] == []
    words = re.compile(r"\b(kanttekening|aanbeveling|conclusie|bevinding|caveat|finding|recommendation)s?\b")
    for path in (path for name in WITHOUT_SUBJECT for path in (SOURCE / name).rglob("*") if path.is_file()):
        if path.suffix not in (".po", ".mo", ".pyc", ".ipynb"):
            assert words.findall(path.read_text(encoding="utf-8")) == [], path


def test_each_feature_has_a_test_and_each_command_is_a_feature() -> None:
    rows = re.findall(r"^\| ([^|]+) \|([^|]*)\| `tests/(\w+\.py)(?:::(\w+))?` \|$", FEATURES, re.MULTILINE)
    assert len(rows) == FEATURES.count("` |\n"), "a row of the table was not read"
    for feature, _, file, test in rows:
        text = (ROOT / "tests" / file).read_text(encoding="utf-8")
        assert re.search(rf"^def {test or 'test_.*'}\(", text, re.MULTILINE), feature
    commands = re.findall(r"`([a-z ]+?)(?: --\w+)?`", " ".join(command for _, command, _, _ in rows))
    assert {*DECLARED["commands"]} <= {*commands}


def test_the_commands_of_the_readme_exist_and_explain_themselves() -> None:
    targets = {*re.findall(r"(?:`|^)make ([a-z]+)\b", README, re.MULTILINE)}
    assert targets <= {*re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE)}
    assert {*re.findall(r"na-report ((?:edition )?[a-z]+)", README)} <= {*DECLARED["commands"]}
    for command in DECLARED["commands"]:
        assert na_report(Project(ROOT), *command.split(), "--help").returncode == 0, command
