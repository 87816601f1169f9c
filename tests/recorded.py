"""Answers of statistics offices as they were recorded, and an edition that asks for them."""

import gzip
from datetime import date
from pathlib import Path

from conftest import ROOT

from na_report.base.paths import DESCRIPTOR, Project
from na_report.editions.edition import seal_edition
from na_report.editions.schema import BY_NAME, Row, read_table, write_table
from na_report.statistics.series import Series, declared


def file(name: str) -> bytes:
    content = (ROOT / "tests" / "answers" / name).read_bytes()
    return gzip.decompress(content) if name.endswith(".gz") else content


SKILLS, ADULTS = file("isoc_sk_dskl_i21_2024-12-17.csv.gz"), file("trng_lfse_04_2024.tsv")


def declaring(indicator: str, **other: str) -> Row:
    """Returns the row of edition 2026 that declares the series of an indicator, with other cells here and there."""
    rows = read_table(ROOT / "data" / "2026", BY_NAME["series"])
    return next(row for row in rows if row["indicator_id"] == indicator) | other


def series(indicator: str, **other: str) -> Series:
    """Returns that series as the program has it."""
    return declared([declaring(indicator, **other)])[0]


def with_series(project: Project, *rows: Row) -> None:
    """Gives edition 2026 of a copy these series alone."""
    numbered = [row | {"id": f"SER{number:03}"} for number, row in enumerate(rows, 1)]
    write_table(project.data / "2026", BY_NAME["series"], numbered)
    sealed_as_of(project)


def sealed_as_of(project: Project, day: date = date(2024, 11, 1)) -> None:
    """Seals edition 2026 of a copy again, before the recorded answers came."""
    (project.data / "2026" / DESCRIPTOR).unlink(missing_ok=True)
    seal_edition("2026", project, created=day)


def downloaded(folder: Path) -> Path:
    """Makes a folder with the real answer of December 2024 and the real table of 2024, as someone downloaded them."""
    (folder / "downloaded").mkdir()
    for name, content in {"isoc_sk_dskl_i21.csv": SKILLS, "trng_lfse_04.tsv": ADULTS}.items():
        (folder / "downloaded" / name).write_bytes(content)
    return folder / "downloaded"
