"""Answers of statistics offices: what is read of them, what is refused, and how two of them differ."""

import csv
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from conftest import cases
from recorded import SKILLS as REAL
from recorded import file, series

from na_report.editions.edition import open_edition
from na_report.statistics.answer_formats import UnreadableError, letters
from na_report.statistics.reading import Cell, differences, read
from na_report.statistics.refreshing import method_series
from na_report.statistics.series import Series, declared, faults, without_series


def adults(*places: str) -> Series:
    return replace(series("IND109", start=""), places={place: place for place in places})


LABELS, SKILLS = REAL.decode(), series("IND101")
ELSEWHERE = REAL.replace(b"17/12/24 11:00:00", b"2024-12-17T11:00:00")  # the day as other offices write it
VINTAGES = {year: file(f"trng_lfse_04_{year}.tsv") for year in (2020, 2024)}
COMMON = [line.split(b"\t")[0].split(b",")[-1].decode() for line in VINTAGES[2024].splitlines()[1:]]
PAIR = [read([VINTAGES[year]], adults(*COMMON)).cells for year in (2020, 2024)]


def as_csv(header: str, rows: list[list[str]], separator: str = ",") -> bytes:
    lines = [header.split(), *rows]
    return "\r\n".join(separator.join(f'"{cell}"' for cell in line) for line in lines).encode("utf-8-sig")


def test_codes_labels_and_both_in_either_version_read_the_same() -> None:
    """The rows of the series as they are, with labels, told in the three other ways."""
    codes = {label: code for code, label in SKILLS.labels.items()}
    names = ("freq", "ind_type", "indic_is", "unit", "geo")
    rows = [row for row in csv.DictReader(LABELS.splitlines()) if all(row[name] in codes for name in names)]
    flow = "ESTAT:ISOC_SK_DSKL_I21(1.0)"
    plain, both, second = [], [], []
    for row in rows:
        value = [row["TIME_PERIOD"], row["OBS_VALUE"]]
        pairs = [(codes[row[name]], row[name]) for name in names]
        plain.append([flow, value[0], *(code for code, _ in pairs), value[1], "b"])
        both.append([flow, *(f"{code}: {label}" for code, label in pairs), *value, "b: break in time series"])
        second.append(["dataflow", flow, "I", *(part for pair in pairs for part in pair), *value, "B"])
    listed, with_names = " ".join(names), " ".join(f"{name} Name_of_{name}" for name in names)
    answers = [
        as_csv(f"DATAFLOW TIME_PERIOD {listed} OBS_VALUE OBS_FLAG", plain),
        as_csv(f"DATAFLOW {listed} TIME_PERIOD OBS_VALUE OBS_FLAG", both),
        as_csv(f"STRUCTURE[|] STRUCTURE_ID ACTION {with_names} TIME_PERIOD OBS_VALUE OBS_STATUS", second, ";"),
    ]
    real, elsewhere, *found = (read([content], SKILLS) for content in (REAL, ELSEWHERE, *answers))
    expected = {key: Cell(cell.value, "b") for key, cell in real.cells.items()}
    assert len(expected) == 2 * len(SKILLS.places)
    assert [each.form for each in (real, *found)] == ["SDMX-CSV 1.0", "SDMX-CSV 1.0", "SDMX-CSV 1.0", "SDMX-CSV 2.0"]
    assert all(each.cells == expected for each in found)
    assert (real.updated, elsewhere.updated) == ("2024-12-17", "2024-12-17")
    header = f"DATAFLOW {listed} TIME_PERIOD OBS_VALUE OBS_FLAG CONF_STATUS"
    secret = as_csv(header, [[*both[0], "C: Confidential"]])
    assert [cell.flags for cell in read([secret], SKILLS).cells.values()] == ["bc"]


def test_tables_of_both_generations_have_each_of_their_flags_and_no_value_where_there_is_none() -> None:
    old, new = PAIR
    assert old["NL", "2013"] == new["NL", "2013"] == Cell("17.9", "b")
    assert (new["NL", "2021"], old["PL", "2000"], old["PT2", "2000"]) == (Cell("26.6", "b"), Cell(""), Cell("", "bu"))
    accounts = replace(SKILLS, dimensions={"unit": "MIO_EUR", "geo": "*"}, places={"AT": "AT"})
    assert read([file("teina200_2015.tsv")], accounts).cells["AT", "2003"] == Cell("-4078.7")
    # A break that is lost joins two series that can't be compared.
    for mark, expected in cases("flags").items():
        assert letters(mark) == expected
        with pytest.raises(UnreadableError, match="found the flag"):
            letters(f"{mark}, something else")


def test_the_22_cells_that_eurostat_changed_between_2020_and_2024_are_named_rightly() -> None:
    years, found = {period for _, period in PAIR[0]}, differences(*PAIR)
    told = [
        f"{one.place} {one.period}: {', '.join(one.kinds)}: {one.old} -> {one.new}"
        for one in found
        if one.period in years
    ]
    assert told == cases("revisions")
    # Of the years that came after, each place has values, and those of Montenegro end in 2020.
    after = Counter(kind for one in found if one.period not in years for kind in one.kinds)
    assert after == {"new": 4 * len(COMMON) - 3, "break": len(COMMON) - 1}
    assert differences(PAIR[1], PAIR[1]) == []
    key = ("NL", "2020")
    assert differences({key: Cell("3")}, {key: Cell("", "c")})[0].kinds == ("withdrawn, confidential",)
    assert differences({key: Cell("3", None)}, {key: Cell("3", "p")}) == [], "nothing is known of its flags"


def test_a_break_of_a_value_that_is_not_there_holds_for_the_next_one_and_names_that_fit_stay() -> None:
    gap = {"2010": Cell("1"), "2011": Cell("", "b"), "2012": Cell("2")}
    assert method_series("lfs4w", gap, {}) == {"2010": "lfs4w_from_2010", "2012": "lfs4w_from_2012"}
    mine = {period: cell for (place, period), cell in PAIR[1].items() if place == "NL" and period >= "2009"}
    found = method_series("lfs4w", mine, {"2019": "lfs4w_to_2020", "2024": "lfs4w_from_2021"})
    parts = {"lfs4w_from_2009": (2009, 2011), "lfs4w_from_2011": (2011, 2013), "lfs4w_to_2020": (2013, 2021)}
    parts["lfs4w_from_2021"] = (2021, 2025)
    assert found == {str(year): name for name, years in parts.items() for year in range(*years)}
    assert method_series("lfs4w", mine, found) == found


DUTCH = next(line for line in LABELS.splitlines() if "Netherlands,2023,82.70" in line)
CUT_OFF = {"text": LABELS[: len(LABELS) // 2 - 20], "expect": "cells, expected 11; the answer may be cut off"}


@pytest.mark.parametrize("case", [*cases("answers"), CUT_OFF], ids=lambda case: case["expect"])
def test_what_is_no_answer_to_the_question_is_refused_by_name(case: dict[str, Any]) -> None:
    asked = adults("NL") if case.get("of") == "IND109" else SKILLS
    text = file(case["file"]).decode() if "file" in case else case.get("text", LABELS)
    if old := case.get("instead of"):
        part = DUTCH if case.get("in") == "row" else text
        assert old in part
        text = text.replace(part, part.replace(old, case["put"]))
    with pytest.raises(UnreadableError) as caught:
        read([text.encode(case.get("encoding", "utf-8"))], replace(asked, places=case.get("places", asked.places)))
    assert case["expect"] in f"{caught.value.kind}: {caught.value}"


def test_edition_2026_declares_what_its_sources_publish_and_names_what_has_no_series() -> None:
    edition = open_edition("2026")
    tables = {name: edition.records(name) for name in ("series", "sources", "indicators", "observations")}
    # The value of an observation is a number in memory and text in the table.
    tables["observations"] = [row | {"value": str(row["value"]).replace("nan", "")} for row in tables["observations"]]
    assert list(faults(tables)) == []
    found = without_series(tables)
    assert set(found) & {one.indicator_id for one in declared(tables["series"])} == set()
    assert "IND105" in found, "the old measurement of digital skills is in no dataset that is declared"
    # An office in capitals in the title of another's page, a survey in the name of an indicator, a survey via a newspaper.
    second_hand = {"IND009": "tradingeconomics2025adult", "IND115": "roa2024piaac", "IND133": "euronews2025talis"}
    assert {one: found[one] for one in second_hand} == {one: [source] for one, source in second_hand.items()}
    assert "IND019" not in found, "of no office"
    tables["series"][0] = {**tables["series"][0], "unit": "people", "dimensions": "unit=PC", "places": "NL=NL;BE=BE"}
    assert [fault.split(": ")[1][:20] for fault in faults(tables)] == ["found the unit peopl", "found 2 places, expe"]
