"""The table of features names a test of each that exists, and has each command."""

import re

from conftest import ROOT

from na_report.commands.arguments import DECLARED

TEXT = (ROOT / "docs" / "features.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| ([^|]+) \|([^|]*)\| `(tests/\S+)` \|$", TEXT, re.MULTILINE)


def test_each_feature_has_a_test() -> None:
    assert len(ROWS) == TEXT.count("` |\n"), "a row of the table was not read"
    for feature, _, test in ROWS:
        file, _, name = test.partition("::")
        assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8") if name else (ROOT / file).is_file(), feature


def test_each_command_is_a_feature() -> None:
    assert {*DECLARED["commands"]} <= {
        *re.findall(r"`([a-z ]+?)(?: --\w+)?`", " ".join(command for _, command, _ in ROWS))
    }
