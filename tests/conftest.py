"""A real project in a temporary folder for tests that change, break or build something."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from na_report.evidence.edition import seal_edition
from na_report.evidence.integrity import DESCRIPTOR
from na_report.paths import Project

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A copy of the project: data, chapters and configuration."""
    root = tmp_path / "project"
    root.mkdir()
    for name in ("_toc.yml", "_config.yml", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, root / name)
    for name in ("data", "chapters"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    return Project(root)


Change = Callable[[str, str, str, str], None]


@pytest.fixture
def change(project: Project) -> Change:
    """Changes one cell of a table of edition 2021: table, id, column, new value."""

    def apply(table: str, key: str, column: str, value: str) -> None:
        path = project.data / "2021" / f"{table}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        [row] = [row for row in rows if row["id"] == key]
        row[column] = value
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    return apply


@pytest.fixture
def reseal(project: Project) -> Callable[[], None]:
    """Seals edition 2021 of the copy anew, as a researcher does with a new edition."""

    def apply() -> None:
        (project.data / "2021" / DESCRIPTOR).unlink()
        seal_edition("2021", project)

    return apply
