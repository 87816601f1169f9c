"""Answers of statistics offices: what is read of them, what is refused, and how two of them differ."""

from __future__ import annotations

import csv
import dataclasses
import gzip
import hashlib
import json
from collections import Counter

import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from na_report.editions.edition import open_edition
from na_report.statistics.answers import UnreadableError, letters
from na_report.statistics.drafting import method_series
from na_report.statistics.reading import Cell, Difference, differences, read
from na_report.statistics.series import Series, declared, faults, without_series

ANSWERS = ROOT / "tests" / "answers"
REAL = gzip.decompress((ANSWERS / "isoc_sk_dskl_i21_2024-12-17.csv.gz").read_bytes())
LABELS = REAL.decode()
VINTAGES = {year: (ANSWERS / f"trng_lfse_04_{year}.tsv").read_bytes() for year in (2020, 2024)}


def series_of(indicator: str) -> Series:
    rows = open_edition("2026").records("series")
    return next(series for series in declared(rows) if series.indicator_id == indicator)


def adults(*places: str, start: str = "") -> Series:
    lfs = series_of("IND109")
    return dataclasses.replace(lfs, places={place: place for place in places}, start=start)


SKILLS = series_of("IND101")
COMMON = [line.split(b"\t")[0].split(b",")[-1].decode() for line in VINTAGES[2024].splitlines()[1:]]
PAIR = [read([VINTAGES[year]], adults(*COMMON)).cells for year in (2020, 2024)]
OLD_YEARS = {period for _, period in PAIR[0]}


def test_the_real_answer_of_2024_has_the_dutch_figures_of_the_edition() -> None:
    assert hashlib.sha256(REAL).hexdigest().startswith("473c4837cfd716f0")
    found = read([REAL], SKILLS)
    assert (found.form, found.updated) == ("SDMX-CSV 1.0", "2024-12-17")
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
    assert len(rows) == 2 * len(SKILLS.places)
    flow = "ESTAT:ISOC_SK_DSKL_I21(1.0)"
    plain, both, second = [], [], []
    for row in rows:
        value = [row["TIME_PERIOD"], row["OBS_VALUE"]]
        pairs = [(codes[row[name]], row[name]) for name in names]
        plain.append([flow, value[0], *(code for code, _ in pairs), value[1], "b"])
        both.append([flow, *(f"{code}: {label}" for code, label in pairs), *value, "b: break in time series"])
        second.append(["dataflow", flow, "I", *(part for pair in pairs for part in pair), *value, "B"])
    expected = {key: Cell(cell.value, "b") for key, cell in read([REAL], SKILLS).cells.items()}
    with_names = "".join(f"{name} Name_of_{name} " for name in names)
    answers = [
        as_csv(f"DATAFLOW TIME_PERIOD {' '.join(names)} OBS_VALUE OBS_FLAG", plain),
        as_csv(f"DATAFLOW {' '.join(names)} TIME_PERIOD OBS_VALUE OBS_FLAG", both),
        as_csv(f"STRUCTURE[|] STRUCTURE_ID ACTION {with_names}TIME_PERIOD OBS_VALUE OBS_STATUS", second, ";"),
    ]
    found = [read([content], SKILLS) for content in answers]
    assert [each.form for each in found] == ["SDMX-CSV 1.0", "SDMX-CSV 1.0", "SDMX-CSV 2.0"]
    assert all(each.cells == expected for each in found)
    assert found[1].labels["NL"] == "Netherlands"


def test_tables_of_both_generations_have_their_flags_and_no_value_where_there_is_none() -> None:
    old, new = PAIR
    assert old["NL", "2013"] == new["NL", "2013"] == Cell("17.9", "b")
    assert (new["NL", "2021"], old["PL", "2000"]) == (Cell("26.6", "b"), Cell(""))
    regions = read([VINTAGES[2020]], dataclasses.replace(adults("PL"), places={"PL": "PL43", "PT": "PT2"})).cells
    assert (regions["PL", "2016"], regions["PT", "2006"]) == (Cell("2.5", "bu"), Cell("", "bu"))
    whole = dataclasses.replace(SKILLS, dimensions={"unit": "MIO_EUR", "geo": "*"}, places={"AT": "AT", "BG": "BG"})
    found = read([(ANSWERS / "teina200_2015.tsv").read_bytes()], whole)
    assert (found.form, len(found.cells)) == ("Eurostat TSV, old form", 24)
    assert found.cells["AT", "2003"] == Cell("-4078.7")


def test_a_flag_is_a_letter_a_code_or_words() -> None:
    told = {
        "bu": "bu",
        "A": "",
        "P": "p",
        "b: break in time series": "b",
        "Eurostat estimate": "s",
        "see metadata": "i",
    }
    assert {text: letters(text) for text in told} == told


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


def told(change: Difference) -> str:
    return f"{change.place} {change.period}: {', '.join(change.kinds)}: {change.old} -> {change.new}"


def test_the_22_cells_that_eurostat_changed_between_2020_and_2024_are_named_rightly() -> None:
    found = differences(*PAIR)
    assert [told(change) for change in found if change.period in OLD_YEARS] == REAL_PAIR.strip().splitlines()
    # Of the years that came after, each place has values, and those of Montenegro end in 2020.
    after = Counter(kind for change in found if change.period not in OLD_YEARS for kind in change.kinds)
    assert after == {"new": 4 * len(COMMON) - 3, "break": len(COMMON) - 1}
    assert differences(PAIR[1], PAIR[1]) == []


def test_a_confidential_value_and_one_without_known_flags() -> None:
    key = ("NL", "2020")
    assert differences({key: Cell("3")}, {key: Cell("", "c")})[0].kinds == ("withdrawn, confidential",)
    assert differences({key: Cell("3", None)}, {key: Cell("3", "p")}) == []


def test_breaks_of_2011_2013_and_2021_start_a_series_and_no_name_spans_one() -> None:
    mine = {period: cell for (place, period), cell in PAIR[1].items() if place == "NL" and period >= "2009"}
    edition = {str(year): "lfs4w_to_2020" for year in range(2009, 2020)} | dict.fromkeys(
        ("2023", "2024"), "lfs4w_from_2021"
    )
    found = method_series("lfs4w", mine, edition)
    first = {name: min(year for year in found if found[year] == name) for name in found.values()}
    assert first == {
        "lfs4w_to_2010": "2009",
        "lfs4w_2011_2012": "2011",
        "lfs4w_to_2020": "2013",
        "lfs4w_from_2021": "2021",
    }
    assert list(found) == [str(year) for year in range(2009, 2025)]
    assert list(found.values()) == sorted(found.values(), key=[*first].index), "each name once"
    # A break that is said of a value that is not there holds for the next one.
    gap = {"2010": Cell("1"), "2011": Cell("", "b"), "2012": Cell("2")}
    assert method_series("lfs4w", gap, {}) == {"2010": "lfs4w_to_2010", "2012": "lfs4w_from_2012"}
    # What is split already stays as it is.
    assert method_series("lfs4w", mine, found) == found


def cbs(*rows: dict[str, object]) -> bytes:
    return json.dumps({"@odata.context": "https://datasets.cbs.nl/odata/v1/CBS/x/$metadata", "value": rows}).encode()


def test_observations_of_cbs_come_in_pages_with_the_state_of_their_periods() -> None:
    series = dataclasses.replace(SKILLS, provider="cbs", dataset="x", places={"NL": "NL"}, dimensions={"Measure": "M1"})
    row = {"Id": 1, "Measure": "M1", "ValueAttribute": "None", "StringValue": None, "Perioden": "2022JJ00"}
    hidden = {**row, "Perioden": "2024MM03", "Value": None, "ValueAttribute": "Confidential"}
    pages = [
        cbs({**row, "Value": 3.10}, {**row, "Measure": "M2", "Value": 9}),
        cbs({**row, "Perioden": "2023JJ00", "Value": 4}, hidden),
        cbs({"Identifier": "2022JJ00", "Status": "Definitief"}, {"Identifier": "2023JJ00", "Status": "Voorlopig"}),
    ]
    found = {"2022": Cell("3.1"), "2023": Cell("4", "p"), "2024-03": Cell("", "c")}
    assert read(pages, series).cells == {("NL", period): cell for period, cell in found.items()}


DUTCH = next(line for line in LABELS.splitlines() if "Netherlands,2023,82.70" in line)
TSV = b"freq,unit,sex,age,%s\\TIME_PERIOD\t2019 \n"


def file(name: str) -> bytes:
    return (ANSWERS / name).read_bytes()


def with_line(old: str, new: str) -> bytes:
    return LABELS.replace(DUTCH, DUTCH.replace(old, new)).encode()


def without(old: str, new: str) -> bytes:
    return LABELS.replace(old, new).encode()


REFUSED = {
    "dataset of another name": (REAL, adults("NL"), "found the dataset ESTAT:ISOC_SK_DSKL_I21$DEFAULTVIEW(1.0)"),
    "JSON-stat 1": (file("jsonstat1_nama_gdp_c_2015.json"), SKILLS, "found JSON-stat 1, which is retired"),
    "JSON-stat 2.0": (b'{"version": "2.0", "class": "dataset", "dimension": {}}', SKILLS, "found JSON-stat 2.0, exp"),
    "SDMX-JSON": (gzip.decompress(file("sdmx_json_part2_2021.json.gz")), SKILLS, "found SDMX-JSON"),
    "OData v3": (b'{"odata.metadata": "x", "value": []}', SKILLS, "found OData v3, which CBS retires"),
    "SDMX-ML": (file("sdmx_ml_nama_10_gdp_2022.xml"), SKILLS, "found SDMX-ML (XML), expected"),
    "a promise of before 2023": (file("async_2018.xml"), SKILLS, "found SDMX-ML (XML), expected"),
    "other XML": (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', SKILLS, "found XML, expected"),
    "page": (b"<!DOCTYPE html><html>we are closed</html>", SKILLS, "found a web page"),
    "nothing": (b"", SKILLS, "found nothing"),
    "UTF-16": (LABELS.encode("utf-16"), SKILLS, "found the byte 0xff, expected text in UTF-8"),
    "cut off": (REAL[: len(REAL) // 2 - 20], SKILLS, "the answer may be cut off"),
    "cut off in a table": (VINTAGES[2024][:-9], adults("NL"), "the answer may be cut off"),
    "cut off in JSON": (cbs()[:-3], SKILLS, "found damaged JSON"),
    "no number": (with_line("82.70", '"82,70"'), SKILLS, "NL 2023: found the value '82,70'"),
    "formula": (with_line("82.70", "=1+1"), SKILLS, "found the value '=1+1'"),
    "huge number": (with_line("82.70", "9" * 400), SKILLS, "found the value '999"),
    "flag": (with_line("82.70,", "82.70,q"), SKILLS, "NL 2023: found the flag 'q'"),
    "quarter": (with_line(",2023,", ",2023-Q1,"), SKILLS, "found the period '2023-Q1'"),
    "deletion": (
        b"STRUCTURE,ACTION,freq,unit,sex,age,geo,TIME_PERIOD,OBS_VALUE\nx,D,A,PC,T,Y25-64,NL,2023,1\n",
        adults("NL"),
        "found the action 'D'",
    ),
    "no value column": (without("OBS_VALUE", "VALUE"), SKILLS, "0 columns OBS_VALUE"),
    "another table": (VINTAGES[2024], SKILLS, "definition changed: found no dimension ind_type"),
    "unit gone": (without("Percentage of individuals,", "Per mille,"), SKILLS, "unit changed: found no row: unit has"),
    "group gone": (without("All individuals,", "All,"), SKILLS, "definition changed: found no row: ind_type has All"),
    "place gone": (REAL, dataclasses.replace(SKILLS, places={"NL": "XX"}), "definition changed: found no row: geo has"),
    "all withdrawn": (TSV % b"geo" + b"A,PC,T,Y25-64,NL\t: \n", adults("NL"), "series gone: found no value of NL"),
    "a dimension more": (
        TSV % b"edu,geo" + b"A,PC,T,Y25-64,X,NL\t1 \nA,PC,T,Y25-64,Y,NL\t2 \n",
        adults("NL"),
        "definition changed: found 1 and 2 for NL 2019",
    ),
    "deep": (b"[" * 100_000, SKILLS, "can't be read as a table"),
}


@pytest.mark.parametrize(("content", "series", "said"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_answer_to_the_question_is_refused_by_name(content: bytes, series: Series, said: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        read([content], series)
    assert said in f"{refused.value.kind}: {refused.value}"


def test_edition_2026_declares_what_its_sources_publish_and_names_what_has_no_series() -> None:
    edition = open_edition("2026")
    tables = {name: edition.records(name) for name in ("series", "sources", "indicators")}
    # The value of an observation is a number in memory and text in the table.
    tables["observations"] = [
        {**row, "value": "" if row["value"] != row["value"] else str(row["value"])}
        for row in edition.records("observations")
    ]
    assert list(faults(tables)) == []
    assert set(without_series(tables)) & {series.indicator_id for series in declared(tables["series"])} == set()
    assert "IND105" in without_series(tables), "the old measurement of digital skills is in no dataset that is declared"
    # An office in capitals in the title of another's page, a survey in the name of an indicator, a survey via a newspaper.
    second_hand = {"IND009": "tradingeconomics2025adult", "IND115": "roa2024piaac", "IND133": "euronews2025talis"}
    assert {one: without_series(tables)[one] for one in second_hand} == {one: [it] for one, it in second_hand.items()}
    assert "IND019" not in without_series(tables), "of no office"
    tables["series"] = [row for row in tables["series"] if row["indicator_id"] != "IND108"]
    assert "IND108" in without_series(tables)
    tables["series"][0] = {**tables["series"][0], "unit": "people", "dimensions": "unit=PC", "places": "NL=NL;BE=BE"}
    assert [fault.split(": ")[1][:20] for fault in faults(tables)] == ["found the unit peopl", "found 2 places, expe"]


SMALL = {
    "csv": (b"\n".join(line for line in REAL.splitlines() if b"DATAFLOW" in line or b",Netherlands," in line), SKILLS),
    "tsv": (VINTAGES[2024], adults("NL")),
    "cbs": (
        cbs({"Measure": "M1", "Perioden": "2022JJ00", "Value": 3.1}),
        dataclasses.replace(SKILLS, places={"NL": "NL"}, dimensions={"Measure": "M1"}),
    ),
}


@settings(max_examples=300, deadline=None)
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
