"""The house as README draws it, what the documents name, and what a release is made of: packages by hash, actions by commit."""

from __future__ import annotations

import ast
import itertools
import re
import tomllib
from collections import Counter
from pathlib import Path

import networkx as nx
import yaml
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


# The release

WORKFLOWS = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / ".github" / "workflows").glob("*.yml")}
# What a job may do, and the one action or command that needs it.
RIGHTS = {
    "pages": "actions/deploy-pages",
    "id-token": "actions/deploy-pages",
    "contents": "git push origin",
    "pull-requests": "gh pr create",
}


def test_the_lock_has_every_package_that_the_project_names_each_with_hashes_and_no_place() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    entries = [entry for entry in re.split(r"(?<!\\)\n", lock) if entry.strip() and not entry.lstrip().startswith("#")]
    good = re.compile(r"[a-z0-9-]+==[0-9][^\s;\\]*( ; [^\\]+?)?( \\\n\s+--hash=sha256:[0-9a-f]{64})+\s*")
    assert [entry for entry in entries if not good.fullmatch(entry)] == []
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = itertools.chain(project["dependencies"], *project["optional-dependencies"].values())
    names = {re.split(r"[^A-Za-z0-9._-]", line)[0].lower().replace("_", "-") for line in wanted}
    assert names - {entry.partition("==")[0] for entry in entries} == {"na-report"}, "the project's own extra"


def workflow_faults(text: str) -> list[str]:
    """Returns where a workflow trusts what can be moved, or may do more than it needs."""
    workflow = yaml.safe_load(text)
    faults = ["permissions"] if workflow.get("permissions") != {"contents": "read"} else []
    faults += ["pull_request_target"] if "pull_request_target" in text else []
    faults += [f"no version: {line}" for line in text.splitlines() if "uses:" in line and not re.search(r"# v\d", line)]
    for name, job in workflow["jobs"].items():
        used = [step["uses"] for step in job["steps"] if "uses" in step]
        said = "\n".join(step.get("run", "") for step in job["steps"])
        faults += [use for use in used if not re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}", use)]
        for right, level in job.get("permissions", {}).items():
            if level != "read" and RIGHTS.get(right, "\0") not in "\n".join([*used, said]):
                faults.append(f"{name}: {right}")
        if "timeout-minutes" not in job and said.strip():
            faults.append(f"{name}: no limit of time")
        for step in job["steps"]:
            checks_out = step.get("uses", "").startswith("actions/checkout")
            if checks_out and step["with"].get("persist-credentials") is not False:
                faults.append(f"{name}: keeps its key")
        if re.search(r"\$\{\{\s*(github\.event|github\.head_ref|inputs)", said):
            faults.append(f"{name}: runs what others write")
    return faults


def test_a_workflow_trusts_nothing_that_can_be_moved_and_may_do_little() -> None:
    assert {name: found for name, text in WORKFLOWS.items() if (found := workflow_faults(text))} == {}
    job = "permissions: {contents: write}, steps: [{run: '${{ github.event.x }}'},\n{uses: actions/x@v4}]"
    found = workflow_faults(f"permissions: {{contents: read}}\njobs: {{a: {{{job}}}}}")
    faults = ["actions/x@v4", "a: contents", "a: no limit of time", "a: runs what others write"]
    assert found == ["no version: {uses: actions/x@v4}]}}", *faults]


def test_what_changes_outside_is_watched_and_a_release_brings_its_archive_and_bill() -> None:
    news = yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text(encoding="utf-8"))
    assert {entry["package-ecosystem"] for entry in news["updates"]} == {"github-actions", "pip"}
    for said in ("schedule:", "pip-audit --requirement requirements.lock"):
        assert said in WORKFLOWS["audit.yml"]
    for said in ("make archive sbom", "path: _build/sbom.cdx.json", "na-report-*.zip"):
        assert said in WORKFLOWS["publish.yml"]
