"""Statistics offices are asked, on this machine as they answer, fail and come late; what is read of them, and what is refused."""

import csv
import gzip
import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

import pytest
from conftest import alter, cases, na_report
from recorded import ADULTS, declaring, file, series, with_series
from recorded import SKILLS as REAL
from workbooks import rows_of

from na_report.base.errors import NaReportError
from na_report.base.files import contents
from na_report.base.paths import Project
from na_report.commands import editions as commands
from na_report.editions.edition import open_edition, seal_edition
from na_report.editions.integrity import verify_edition
from na_report.statistics import asking
from na_report.statistics.answer_formats import UnreadableError, letters
from na_report.statistics.reading import Cell, differences, read
from na_report.statistics.refreshing import method_series, refresh
from na_report.statistics.series import Series, Source, answers_in, declared, faults, without_series

FAULT = '<S:Fault xmlns:S="http://schemas"><faultcode>{}</faultcode><faultstring>{}</faultstring></S:Fault>'
LATER = "<e:Body><a:asyncResponse><status><id>key-1</id><status>{}</status></status></a:asyncResponse></e:Body>"
FAILING = cases("failures")
HERE = series("IND109", places="NL=NL")
# What the server does with a request, as cases/failures.yml tells; without words it gives the recorded table.
Act = Mapping[str, Any]


class Handler(BaseHTTPRequestHandler):
    server: "Server"

    def do_GET(self) -> None:
        assert self.headers["User-Agent"].startswith("na-report/")
        self.server.log.append(self.path)
        acts = next((acts for part, acts in self.server.does.items() if part in self.path), [{}])
        act = acts[min(self.server.log.count(self.path), len(acts)) - 1]
        body = FAULT.format(*act["fault"]) if "fault" in act else act.get("body", ADULTS.decode())
        headers, content = act.get("headers", {}), body.encode()
        if headers.get("Content-Encoding") == "gzip":
            content = gzip.compress(content)
        time.sleep(act.get("sleep", 0))
        if act.get("hangs up"):
            return self.connection.close()
        self.send_response(act.get("status", 200))
        for name, value in ({} if "drops" in act else {"Content-Length": str(len(content))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        for start in range(0, len(content), size := act.get("drops", len(content) or 1)):
            self.wfile.write(content[start : start + size])
            self.wfile.flush()
            time.sleep(0.1 if "drops" in act else 0)

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    """An office on this machine: per part of an address what it does one after the other, and in its log what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.log: list[str] = []
        self.does: dict[str, Sequence[Act]] = {}
        self.address = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def handle_error(self, *_: object) -> None:
        pass  # the other side goes when it has waited long enough

    def offices(self) -> asking.Offices:
        return asking.Offices(date(2027, 2, 1), dict.fromkeys(asking.ADDRESSES, self.address))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")  # what is asked of this machine goes through no other
    for name, limit in {"SILENCE": 0.4, "WHOLE": 1.2, "LARGEST": 100_000, "BACKOFF": 0, "POLL": 0.01}.items():
        monkeypatch.setattr(asking, name, limit)
    with Server() as made:
        yield made
        made.shutdown()


@pytest.mark.parametrize("act", FAILING.values(), ids=FAILING)
def test_each_way_to_fail_is_one_sentence(server: Server, act: Act) -> None:
    server.does["/data/"] = [act]
    with pytest.raises(UnreadableError) as refused:
        server.offices()(HERE)
    assert str(refused.value).startswith(f"Eurostat gave no answer: {act['expect']}")
    assert "\n" not in str(refused.value)


def test_an_office_is_asked_again_after_the_wait_that_it_names_and_no_more_than_it_allows(server: Server) -> None:
    offices = server.offices()
    server.does["/data/"] = [{"status": 503, "headers": {"Retry-After": "1"}, "body": ""}, {}]
    start = time.monotonic()
    assert offices(HERE).parts == [ADULTS]
    assert time.monotonic() - start >= 1
    assert len(server.log) == 2
    server.log.clear()
    server.does.clear()
    for _ in range(60):
        offices(replace(HERE, provider="oecd"))
    with pytest.raises(UnreadableError, match="it allows 60 questions an hour"):
        offices(replace(HERE, provider="oecd"))
    assert len(server.log) == 60
    assert server.log[0].startswith("/data/trng_lfse_04/A.PC.T.Y25-64.NL?format=csvfile&")
    offices.bases = {"eurostat": server.address.replace("http://", "https://")}
    with pytest.raises(UnreadableError, match="the connection is not safe"):
        offices(HERE)


def test_an_answer_that_comes_later_is_waited_for(server: Server) -> None:
    def later(*states: str) -> list[Act]:
        return [{"body": LATER.format(state)} for state in states]

    states = later("PROCESSING", "PROCESSING", "AVAILABLE")
    server.does = {"/async/status/key-1": states, "/async/data/key-1": [{}], "/sdmx/": later("SUBMITTED")}
    assert server.offices()(HERE).parts == [ADULTS]
    assert sum("/async/status/" in path for path in server.log) == 3
    for state, said in (("PROCESSING", "had none after"), ("EXPIRED", "then said 'EXPIRED'")):
        server.does["/async/status/key-1"] = later(state)
        with pytest.raises(UnreadableError, match=said):
            server.offices()(HERE)


def test_pages_of_cbs_are_turned_as_long_as_they_stay_there_and_say_what_is_provisional(server: Server) -> None:
    def page(*rows: dict[str, object], onward: str = "") -> list[Act]:
        said = {"@odata.context": "x", "value": rows, **({"@odata.nextLink": onward} if onward else {})}
        return [{"body": json.dumps(said)}]

    def row(period: str, value: float | None, mark: str = "None", of: str = "M1") -> dict[str, object]:
        said = {"Measure": of, "Perioden": period, "Value": value, "ValueAttribute": mark}
        return said | {"Id": 1, "StringValue": None}

    states = {"2022JJ00": "Definitief", "2023JJ00": "Voorlopig"}
    first_page = row("2022JJ00", 3.10), row("2022JJ00", 9, of="M2")
    server.does = {
        "skip=1": page(row("2023JJ00", 4), row("2024MM03", None, "Confidential")),
        "/Observations": page(*first_page, onward=f"{server.address}/x/Observations?skip=1"),
        "/PeriodenCodes": page(*({"Identifier": year, "Status": state} for year, state in states.items())),
    }
    cbs = series("IND109", places="NL=NL", provider="cbs", dataset="x", dimensions="Measure=M1", start="")
    expected = {"2022": Cell("3.1"), "2023": Cell("4", "p"), "2024-03": Cell("", "c")}
    parts = server.offices()(cbs).parts
    assert read(parts, cbs).cells == {("NL", period): cell for period, cell in expected.items()}
    with pytest.raises(UnreadableError, match="found damaged JSON"):
        read([*parts[:-1], b"<html>we are closed</html>"], cbs)
    assert "Measure eq 'M1'" in unquote(server.log[0])
    for elsewhere in ("http://192.0.2.1/more", f"{server.address}0/more", f"{server.address}@192.0.2.1/", "http://["):
        server.does["/Observations"] = page(*first_page, onward=elsewhere)
        with pytest.raises(UnreadableError, match="CBS gave no answer: it sends on to another place"):
            server.offices()(cbs)


WAYS = ("busy for ever", "too many questions", "silence", "broken off", "too large a question")
INDICATORS = [f"IND{number}" for number in (*range(101, 105), *range(106, 114), *range(121, 124))]
SETS = [f"set_{number:02}" for number in range(1, 16)]


def many(project: Project) -> None:
    """Fifteen series that each ask for the Dutch row of the recorded table, for another indicator and in another dataset."""
    of = {"places": "NL=NL", "start": "2019"}
    about = zip(INDICATORS, SETS, strict=True)
    with_series(project, *(declaring("IND109", indicator_id=one, dataset=name, **of) for one, name in about))


def test_where_every_third_answer_fails_the_rest_is_there_and_a_second_run_asks_for_that_alone(
    project: Project, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(project)
    failing = dict(zip(SETS[2::3], WAYS, strict=True))
    server.does = {f"/{name}/": [FAILING[way]] for name, way in failing.items()}
    monkeypatch.setattr(commands, "_offices", server.offices)
    command = ("edition", "refresh", "2026", "--as", "2027")
    done = na_report(project, *command)
    assert done.returncode == 1
    assert done.stderr.startswith("error: 5 of 15 series could not be had; the draft has the other 10.\n")
    assert "hint: Ask for the rest with: na-report edition refresh 2026 --as 2027\n" in done.stderr
    for name, way in failing.items():
        assert re.search(f"^SER\\d+ {name} -> .*{re.escape(FAILING[way]['expect'])}", done.stdout, re.MULTILINE)
    server.does.clear()
    for wanted in (SETS[2::3], []):
        server.log.clear()
        assert na_report(project, *command).returncode == 0
        assert sorted(path.split("/data/")[1].split("/")[0] for path in server.log) == wanted
    # The same as when nothing had failed, and as from the answers that were kept, to the byte and without a network.
    aside = [(project.data / "2027").rename(project.root / "run-1")]
    refresh("2026", "2027", server.offices(), project)
    aside.append((project.data / "2027").rename(project.root / "run-2"))
    server.shutdown()
    refresh("2026", "2027", answers_in(aside[-1]), project)
    first_run, whole, stored = (contents(folder) for folder in (*aside, project.data / "2027"))
    assert first_run == whole == stored


def test_a_second_run_keeps_what_a_person_changed_and_asks_what_was_corrected(project: Project, server: Server) -> None:
    many(project)
    server.does["/set_03/"] = [{"status": 404}]
    refresh("2026", "2027", server.offices(), project)
    row = "observations IND109-NL-202"
    alter(project, "2027", f"{row}2 text_nl x; {row}2 text_en x")

    def meanwhile(act: Callable[[], object]) -> Source:
        """Does something at the moment that an office is asked."""
        return lambda series: (act(), server.offices()(series))[1]

    server.does.clear()
    edits = meanwhile(lambda: alter(project, "2027", f"{row}1 text_nl y; {row}1 text_en y"))
    done = refresh("2026", "2027", edits, project)
    assert (done.asked, {outcome.kind for outcome in done.outcomes}) == (["SER003"], {""})
    found = rows_of(project, "observations", "2027")
    assert [found[f"IND109-NL-{year}"]["text_nl"] for year in (2021, 2022)] == ["y", "x"]
    assert found["IND103-NL-2020"]["value"] == "18.8", "the answer is in"
    alter(project, "2027", "series SER001 dimensions freq=A;unit=THS;geo=*")
    done = refresh("2026", "2027", server.offices(), project)
    assert done.asked == ["SER001"]
    assert "unit has PC and not THS" in done.outcomes[0].why
    assert "/A.THS.NL?" in server.log[-1]

    alter(project, "2027", "series SER001 dimensions freq=A;unit=PC;geo=*")
    with pytest.raises(NaReportError, match="2027 exists already"):
        refresh("2026", "2027", meanwhile(lambda: seal_edition("2027", project, by="N. Jansen")), project)
    verify_edition("2027", project)


# What is read of an answer


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
    before = [one for one in found if one.period in years]
    told = [f"{one.place} {one.period}: {', '.join(one.kinds)}: {one.old} -> {one.new}" for one in before]
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
