"""What the documents name is there: the commands of README, and in the table of features a test of each and all commands."""

import re

from conftest import ROOT, na_report

from na_report.base.paths import Project
from na_report.commands.arguments import DECLARED

FEATURES, README, MAKEFILE = (
    (ROOT / name).read_text(encoding="utf-8") for name in ("docs/features.md", "README.md", "Makefile")
)


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
