"""Answers of statistics offices: what is read of them, what is refused, and how two of them differ."""

import csv
import gzip
import json
from collections import Counter
from dataclasses import replace

import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from na_report.editions.edition import open_edition
from na_report.statistics.answer_formats import UnreadableError, letters
from na_report.statistics.drafting import method_series
from na_report.statistics.reading import Cell, differences, read
from na_report.statistics.series import Series, declared, faults, without_series


def file(name: str) -> bytes:
    content = (ROOT / "tests" / "answers" / name).read_bytes()
    return gzip.decompress(content) if name.endswith(".gz") else content


def series_of(indicator: str) -> Series:
    return next(one for one in declared(open_edition("2026").records("series")) if one.indicator_id == indicator)


def adults(*places: str) -> Series:
    return replace(series_of("IND109"), places={place: place for place in places}, start="")


REAL = file("isoc_sk_dskl_i21_2024-12-17.csv.gz")
LABELS = REAL.decode()
VINTAGES = {year: file(f"trng_lfse_04_{year}.tsv") for year in (2020, 2024)}
SKILLS = series_of("IND101")
COMMON = [line.split(b"\t")[0].split(b",")[-1].decode() for line in VINTAGES[2024].splitlines()[1:]]
PAIR = [read([VINTAGES[year]], adults(*COMMON)).cells for year in (2020, 2024)]


def test_the_real_answer_of_2024_has_the_dutch_figures_of_the_edition() -> None:
    found = read([REAL], SKILLS)
    assert (found.form, found.updated) == ("SDMX-CSV 1.0", "2024-12-17")
    elsewhere = LABELS.replace("17/12/24 11:00:00", "2024-12-17T11:00:00").encode()
    assert elsewhere != REAL and read([elsewhere], SKILLS).updated == "2024-12-17", "the day as other offices write it"
    edition = open_edition("2026")
    for series in (SKILLS, series_of("IND106")):
        cells = read([REAL], series).cells
        assert {period for place, period in cells if place == "NL"} == {"2021", "2023"}
        for (place, period), cell in cells.items():
            assert float(cell.value) == edition.row("observations", f"{series.indicator_id}-{place}-{period}")["value"]


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
    with_names = "".join(f"{name} Name_of_{name} " for name in names)
    answers = [
        as_csv(f"DATAFLOW TIME_PERIOD {' '.join(names)} OBS_VALUE OBS_FLAG", plain),
        as_csv(f"DATAFLOW {' '.join(names)} TIME_PERIOD OBS_VALUE OBS_FLAG", both),
        as_csv(f"STRUCTURE[|] STRUCTURE_ID ACTION {with_names}TIME_PERIOD OBS_VALUE OBS_STATUS", second, ";"),
    ]
    found = [read([content], SKILLS) for content in answers]
    expected = {key: Cell(cell.value, "b") for key, cell in read([REAL], SKILLS).cells.items()}
    assert len(expected) == 2 * len(SKILLS.places)
    assert [each.form for each in found] == ["SDMX-CSV 1.0", "SDMX-CSV 1.0", "SDMX-CSV 2.0"]
    assert all(each.cells == expected for each in found)
    secret = as_csv(
        f"DATAFLOW {' '.join(names)} TIME_PERIOD OBS_VALUE OBS_FLAG CONF_STATUS", [[*both[0], "C: Confidential"]]
    )
    assert [cell.flags for cell in read([secret], SKILLS).cells.values()] == ["bc"]


@pytest.mark.parametrize(
    ("mark", "expected"),
    [
        ("break in time series, low reliability", "bu"),
        ("Provisional, break in time series", "bp"),
        ("definition differs, see metadata", "d"),
        ("definition differs (see metadata)", "d"),
        ("see metadata (phased out)", "i"),
        ("b, u", "bu"),
    ],
)
def test_of_more_flags_in_one_cell_each_is_read(mark: str, expected: str) -> None:
    """A break that is lost joins two series that can't be compared."""
    assert letters(mark) == expected
    with pytest.raises(UnreadableError, match="found the flag"):
        letters(f"{mark}, something else")


def test_tables_of_both_generations_have_their_flags_and_no_value_where_there_is_none() -> None:
    old, new = PAIR
    assert old["NL", "2013"] == new["NL", "2013"] == Cell("17.9", "b")
    assert (new["NL", "2021"], old["PL", "2000"], old["PT2", "2000"]) == (Cell("26.6", "b"), Cell(""), Cell("", "bu"))
    accounts = replace(SKILLS, dimensions={"unit": "MIO_EUR", "geo": "*"}, places={"AT": "AT"})
    assert read([file("teina200_2015.tsv")], accounts).cells["AT", "2003"] == Cell("-4078.7")


# What the two tables differ in, over the rows and years that both have; read off the files by hand.
REAL_PAIR = """
MT 2019: revised: 12 -> 11.8
NO 2000: withdrawn: 13.3 u -> :
NO 2001: withdrawn: 14.2 u -> :
NO 2002: withdrawn: 13.3 u -> :
NO 2003: revised, flag dropped: b: 17.1 b -> 19.3
NO 2004: revised: 17.4 -> 19.6
NO 2005: revised: 17.8 -> 20.1
PL 2019: revised, flag added: b, break: 4.8 -> 4.9 b
PL43 2019: flag added: b, break: 3 -> 3 b
PT 2000: flag dropped: b: 3.3 b -> 3.3
PT 2011: revised: 11.5 b -> 11.4 b
PT 2012: revised: 10.5 -> 10.4
PT 2015: revised: 9.7 -> 9.8
PT2 2000: flag dropped: b: : bu -> : u
PT2 2015: revised: 6.3 -> 6.2
PT2 2016: revised: 6.4 -> 6.3
PT2 2017: revised: 5.9 -> 5.8
PT2 2018: revised: 5.8 -> 5.6
PT2 2019: revised: 5.1 -> 5
SE 2005: flag added: b, break: 17.4 -> 17.4 b
SE 2006: flag added: b, break: 18.8 -> 18.8 b
SE 2007: flag added: b, break: 19 -> 19 b
"""


def test_the_22_cells_that_eurostat_changed_between_2020_and_2024_are_named_rightly() -> None:
    years, found = {period for _, period in PAIR[0]}, differences(*PAIR)
    assert [str(one) for one in found if one.period in years] == REAL_PAIR.strip().splitlines()
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


def cbs(*rows: dict[str, object]) -> bytes:
    return json.dumps({"@odata.context": "x", "value": rows}).encode()


TSV = b"freq,unit,sex,age,%s\\TIME_PERIOD\t2019 \n"
DELETED = b"STRUCTURE,ACTION,freq,unit,sex,age,geo,TIME_PERIOD,OBS_VALUE\nx,D,A,PC,T,Y25-64,NL,2023,1\n"
DUTCH = next(line for line in LABELS.splitlines() if "Netherlands,2023,82.70" in line)


def other(old: str, new: str) -> bytes:
    return LABELS.replace(DUTCH, DUTCH.replace(old, new)).encode()


def without(old: str, new: str) -> bytes:
    return LABELS.replace(old, new).encode()


REFUSED = {
    "found the dataset ESTAT:ISOC_SK_DSKL_I21$DEFAULTVIEW(1.0)": (REAL, adults("NL")),
    "found JSON-stat 1, which is retired": (file("jsonstat1_nama_gdp_c_2015.json"), SKILLS),
    "found JSON-stat 2.0, exp": (b'{"version": "2.0", "class": "dataset", "dimension": {}}', SKILLS),
    "found SDMX-JSON": (file("sdmx_json_part2_2021.json.gz"), SKILLS),
    "found OData v3, which CBS retires": (b'{"odata.metadata": "x", "value": []}', SKILLS),
    "found SDMX-ML (XML), expected": (file("sdmx_ml_nama_10_gdp_2022.xml"), SKILLS),
    "SDMX-ML (XML), expected": (file("async_2018.xml"), SKILLS),
    "found XML, expected": (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', SKILLS),
    "found a web page": (b"<!DOCTYPE html><html>we are closed</html>", SKILLS),
    "found nothing": (b"", SKILLS),
    "found the byte 0xff, expected text in UTF-8": (LABELS.encode("utf-16"), SKILLS),
    "cells, expected 11; the answer may be cut off": (REAL[: len(REAL) // 2 - 20], SKILLS),
    "24 cells, expected 5 and 24; the answer may be cut off": (VINTAGES[2024].replace(b",NL\t", b"\t"), adults("NL")),
    "found damaged JSON": (cbs()[:-3], SKILLS),
    "NL 2023: found the value '82,70'": (other("82.70", '"82,70"'), SKILLS),
    "NL 2023: found the value '=1+1'": (other("82.70", "=1+1"), SKILLS),
    "found the value '999": (other("82.70", "9" * 400), SKILLS),
    "NL 2023: found the flag 'q'": (other("82.70,", "82.70,q"), SKILLS),
    "found the period '2023-Q1'": (other(",2023,", ",2023-Q1,"), SKILLS),
    "found the action 'D'": (DELETED, adults("NL")),
    "0 columns OBS_VALUE": (without("OBS_VALUE", "VALUE"), SKILLS),
    "definition changed: found no dimension ind_type": (VINTAGES[2024], SKILLS),
    "unit changed: found no row: unit has": (without("Percentage of individuals,", "Per mille,"), SKILLS),
    "definition changed: found no row: ind_type has All": (without("All individuals,", "All,"), SKILLS),
    "definition changed: found no row: geo has": (REAL, replace(SKILLS, places={"NL": "XX"})),
    "series gone: found no value of NL": (TSV % b"geo" + b"A,PC,T,Y25-64,NL\t: \n", adults("NL")),
    "definition changed: found 1 and 2 for NL 2019": (
        TSV % b"edu,geo" + b"A,PC,T,Y25-64,X,NL\t1 \nA,PC,T,Y25-64,Y,NL\t2 \n",
        adults("NL"),
    ),
    "can't be read as a table": (b"[" * 100_000, SKILLS),
}


@pytest.mark.parametrize(
    ("said", "content", "series"), [(said, *given) for said, given in REFUSED.items()], ids=REFUSED
)
def test_what_is_no_answer_to_the_question_is_refused_by_name(said: str, content: bytes, series: Series) -> None:
    with pytest.raises(UnreadableError) as refused:
        read([content], series)
    assert said in f"{refused.value.kind}: {refused.value}"


def test_edition_2026_declares_what_its_sources_publish_and_names_what_has_no_series() -> None:
    edition = open_edition("2026")
    tables = {name: edition.records(name) for name in ("series", "sources", "indicators", "observations")}
    # The value of an observation is a number in memory and text in the table.
    tables["observations"] = [row | {"value": str(row["value"]).replace("nan", "")} for row in tables["observations"]]
    assert list(faults(tables)) == []
    found = without_series(tables)
    assert set(found) & {series.indicator_id for series in declared(tables["series"])} == set()
    assert "IND105" in found, "the old measurement of digital skills is in no dataset that is declared"
    # An office in capitals in the title of another's page, a survey in the name of an indicator, a survey via a newspaper.
    second_hand = {"IND009": "tradingeconomics2025adult", "IND115": "roa2024piaac", "IND133": "euronews2025talis"}
    assert {one: found[one] for one in second_hand} == {one: [source] for one, source in second_hand.items()}
    assert "IND019" not in found, "of no office"
    tables["series"][0] = {**tables["series"][0], "unit": "people", "dimensions": "unit=PC", "places": "NL=NL;BE=BE"}
    assert [fault.split(": ")[1][:20] for fault in faults(tables)] == ["found the unit peopl", "found 2 places, expe"]


SMALL = {
    "csv": (b"\n".join(line for line in REAL.splitlines() if b"DATAFLOW" in line or b",Netherlands," in line), SKILLS),
    "tsv": (VINTAGES[2024], adults("NL")),
    "cbs": (
        cbs({"Measure": "M1", "Perioden": "2022JJ00", "Value": 3.1}),
        replace(SKILLS, places={"NL": "NL"}, dimensions={"Measure": "M1"}),
    ),
}


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(SMALL)), st.data())
def test_a_damaged_answer_is_read_or_refused_and_nothing_else(kind: str, data: st.DataObject) -> None:
    content, series = SMALL[kind]
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(len(content), start + 40)))
    damaged = content[:start] + data.draw(st.binary(max_size=20)) + content[end:]
    try:
        found = read([damaged], series)
    except UnreadableError:
        return
    assert all(place in series.places and float(cell.value or 0) < 1e40 for (place, _), cell in found.cells.items())
