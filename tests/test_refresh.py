"""A draft from statistics offices: asked of a server on this machine that answers, fails and comes late as they do."""

from __future__ import annotations

import gzip
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

import pytest
from conftest import ROOT, na_report

from na_report.base.errors import NaReportError
from na_report.base.paths import DESCRIPTOR, Project
from na_report.commands import editions as commands
from na_report.editions.declared_tables import BY_NAME
from na_report.editions.edition import open_edition, seal_edition
from na_report.editions.folders import is_draft
from na_report.editions.integrity import verify_edition
from na_report.editions.table_files import Row, read_table, write_table
from na_report.registers import analysis
from na_report.statistics.asking import Limits, Offices
from na_report.statistics.drafting import KeptValue
from na_report.statistics.kept import Answer, answers_in
from na_report.statistics.reading import Cell, Difference, read
from na_report.statistics.refreshing import refresh
from na_report.statistics.rows import UnreadableError
from na_report.statistics.series import Series, declared

ANSWERS = ROOT / "tests" / "answers"
REAL = gzip.decompress((ANSWERS / "isoc_sk_dskl_i21_2024-12-17.csv.gz").read_bytes())
ADULTS = (ANSWERS / "trng_lfse_04_2024.tsv").read_bytes()
TODAY = date(2027, 2, 1)
LIMITS = Limits(connect=2, silence=0.4, whole=1.2, size=100_000, attempts=2, backoff=0, patience=1, poll=0.01, polls=5)
FAULT = '<S:Fault xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><faultcode>{}</faultcode><faultstring>{}</faultstring></S:Fault>'
LATER = (
    '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><a:asyncResponse xmlns:a="http://estat">'
    "<status><id>{}</id><status>{}</status></status></a:asyncResponse></e:Body></e:Envelope>"
)


class Server(ThreadingHTTPServer):
    """An office on this machine: per part of an address what it does, and in its log what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.log: list[str] = []
        self.does: dict[str, Act] = {}
        self.address = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def handle_error(self, *_: object) -> None:
        pass  # the other side goes when it has waited long enough

    def offices(self) -> Offices:
        return Offices(TODAY, dict.fromkeys(("eurostat", "oecd", "cbs"), self.address), LIMITS)


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        assert self.headers["User-Agent"].startswith("na-report/")
        self.server.log.append(self.path)
        does = next((act for part, act in self.server.does.items() if part in self.path), answer(ADULTS))
        does(self, self.server.log.count(self.path))

    def log_message(self, *_: object) -> None:
        pass


Act = Callable[[BaseHTTPRequestHandler, int], None]


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked of this machine goes through no other."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as made:
        yield made
        made.shutdown()


def answer(content: bytes, status: int = 200, **headers: str) -> Act:
    def act(request: BaseHTTPRequestHandler, _: int) -> None:
        request.send_response(status)
        for name, value in {"Content_Length": str(len(content)), **headers}.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(content)

    return act


def first(acts: int, act: Act, then: Act) -> Act:
    return lambda request, number: (act if number <= acts else then)(request, number)


def silent(request: BaseHTTPRequestHandler, _: int) -> None:
    time.sleep(1)


def dripping(request: BaseHTTPRequestHandler, _: int) -> None:
    request.send_response(200)
    request.end_headers()
    for _ in range(30):
        request.wfile.write(b"x")
        request.wfile.flush()
        time.sleep(0.1)


def broken(request: BaseHTTPRequestHandler, _: int) -> None:
    answer(ADULTS[:500], Content_Length=str(len(ADULTS)))(request, 0)


def hung_up(request: BaseHTTPRequestHandler, _: int) -> None:
    request.connection.close()


def _row(indicator: str, **other: str) -> Row:
    rows = read_table(ROOT / "data" / "2026", BY_NAME["series"])
    return next(row for row in rows if row["indicator_id"] == indicator) | other


def series(**other: str) -> Series:
    return declared([_row("IND109", places="NL=NL", **other)])[0]


def fault(code: int, text: str, status: int) -> Act:
    return answer(FAULT.format(code, text).encode(), status)


FAILING = {
    "busy for ever": (answer(b"", 503), "it said 503 (Service Unavailable)"),
    "too many questions": (answer(b"", 429, Retry_After="20"), "it asks to come back in 20 s"),
    "silence": (silent, "nothing came within 0.4 s"),
    "drop by drop": (dripping, "it was not whole after 1.2 s"),
    "broken off": (broken, "the answer broke off"),
    "hung up": (hung_up, "no connection"),
    "too large a question": (fault(413, "EXTRACTION_TOO_BIG: max is 5000000", 413), "the question is too large for it"),
    "nothing there": (fault(100, "NO_RESULTS", 400), "it has nothing for these codes"),
    "dataset gone": (answer(b"", 404), "it said 404"),
    "wrong question": (fault(150, "Invalid key", 400), "it said 150: Invalid key"),
    "an error with 200": (fault(500, "Oops", 200), "it said 500: Oops"),
    "elsewhere": (answer(b"", 302, Location="http://192.0.2.1/"), "it sends on to another place, 'http://192.0.2.1/'"),
    "too large": (answer(b"x" * 100_001), "it is larger than 100,000 bytes"),
    "large unpacked": (answer(gzip.compress(b"x" * 100_001), Content_Encoding="gzip"), "it is larger than 100,000"),
    "no gzip": (answer(b"nothing like it", Content_Encoding="gzip"), "the answer broke off"),
}


@pytest.mark.parametrize(("act", "said"), FAILING.values(), ids=FAILING)
def test_each_way_to_fail_is_one_sentence(server: Server, act: Act, said: str) -> None:
    server.does["/data/"] = act
    with pytest.raises(UnreadableError) as refused:
        server.offices()(series())
    assert str(refused.value).startswith(f"Eurostat gave no answer: {said}")
    assert "\n" not in str(refused.value)


def test_the_office_is_asked_again_after_the_wait_that_it_names(server: Server) -> None:
    server.does["/data/"] = first(1, answer(b"", 503, Retry_After="1"), answer(ADULTS))
    start = time.monotonic()
    assert server.offices()(series()).parts == [ADULTS]
    assert time.monotonic() - start >= 1
    assert len(server.log) == 2


def test_an_answer_that_comes_later_is_waited_for(server: Server) -> None:
    waiting, ready = (answer(LATER.format("key-1", state).encode()) for state in ("PROCESSING", "AVAILABLE"))
    server.does = {"/async/status/key-1": first(2, waiting, ready), "/async/data/key-1": answer(ADULTS)}
    server.does["/sdmx/"] = answer(LATER.format("key-1", "SUBMITTED").encode())
    assert server.offices()(series()).parts == [ADULTS]
    assert sum("/async/status/" in path for path in server.log) == 3
    for state, said in (("PROCESSING", "had none after"), ("EXPIRED", "then said 'EXPIRED'")):
        server.does["/async/status/key-1"] = answer(LATER.format("key-1", state).encode())
        with pytest.raises(UnreadableError, match=said):
            server.offices()(series())


def test_pages_of_cbs_are_turned_as_long_as_they_stay_there(server: Server) -> None:
    def page(onward: str = "", **row: object) -> Act:
        said = {"@odata.context": "x", "value": [row], **({"@odata.nextLink": onward} if onward else {})}
        return answer(json.dumps(said).encode())

    first_row = {"Measure": "M1", "Value": 1.5, "Perioden": "2022JJ00"}
    server.does = {
        "skip=1": page(**{**first_row, "Perioden": "2023JJ00"}),
        "/Observations": page(f"{server.address}/x/Observations?skip=1", **first_row),
        "/PeriodenCodes": page(Identifier="2023JJ00", Status="Voorlopig"),
    }
    cbs = series(provider="cbs", dataset="x", dimensions="Measure=M1", start="")
    given = server.offices()(cbs)
    assert read(given.parts, cbs).cells == {("NL", "2022"): Cell("1.5"), ("NL", "2023"): Cell("1.5", "p")}
    assert "Measure eq 'M1'" in unquote(server.log[0])
    for elsewhere in ("http://192.0.2.1/more", f"{server.address}0/more", f"{server.address}@192.0.2.1/", "http://["):
        server.does["/Observations"] = page(elsewhere, **first_row)
        with pytest.raises(UnreadableError, match="CBS gave no answer: it sends on to another place"):
            server.offices()(cbs)


def test_the_oecd_is_asked_no_more_than_it_allows(server: Server) -> None:
    offices, oecd = server.offices(), series(provider="oecd")
    for _ in range(60):
        offices(oecd)
    with pytest.raises(UnreadableError, match="it allows 60 questions an hour"):
        offices(oecd)
    assert len(server.log) == 60
    assert server.log[0].startswith("/data/trng_lfse_04/A.PC.T.Y25-64.NL?format=csvfile&")


# A project whose edition 2026 has the series that a test wants.


def changed(
    project: Project, table: str, cells: dict[str, dict[str, str]], *, edition: str = "2026", gone: tuple[str, ...] = ()
) -> None:
    """Changes cells of a table by id, and takes out rows; edition 2026 is sealed again, as it was made in 2024."""
    folder = project.data / edition
    rows = read_table(folder, BY_NAME[table])
    assert {*cells, *gone} <= {row["id"] for row in rows}
    kept = [row | cells.get(row["id"], {}) for row in rows if row["id"] not in gone]
    write_table(folder, BY_NAME[table], kept)
    if edition == "2026":
        sealed_again(project, date(2024, 11, 1))


def sealed_again(project: Project, day: date) -> None:
    (project.data / "2026" / DESCRIPTOR).unlink(missing_ok=True)
    seal_edition("2026", project, created=day)


def with_series(project: Project, *rows: Row) -> None:
    numbered = [row | {"id": f"SER{number:03}"} for number, row in enumerate(rows, 1)]
    write_table(project.data / "2026", BY_NAME["series"], numbered)
    sealed_again(project, date(2024, 11, 1))


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def real(tmp_path: Path) -> Path:
    """A folder with the real answer of December 2024 and the real table of 2024, as someone downloaded them."""
    folder = tmp_path / "downloaded"
    folder.mkdir()
    (folder / "isoc_sk_dskl_i21.csv").write_bytes(REAL)
    (folder / "trng_lfse_04.tsv").write_bytes(ADULTS)
    return folder


def observations(project: Project, edition: str) -> dict[str, Row]:
    return {row["id"]: row for row in read_table(project.data / edition, BY_NAME["observations"])}


def test_the_real_answer_makes_a_draft_with_the_dutch_figures_and_tells_what_follows(
    project: Project, real: Path
) -> None:
    truth = observations(project, "2026")
    with_series(project, _row("IND101"), _row("IND106"), _row("IND109"))
    # Drawn as one line, as before the breaks were seen.
    older = {f"IND109-NL-{year}": {"series": "lfs4w_to_2020"} for year in range(2009, 2020)}
    older |= {"IND101-NL-2023": {"value": "80"}, "IND106-NL-2023": {"value": "54.5"}}
    changed(project, "observations", older, gone=("IND101-EE-2023", "IND101-BE-2021"))
    [advice] = [row for row in read_table(project.data / "2026", BY_NAME["recommendations"]) if row["id"] == "R1"]
    changed(project, "recommendations", {"R1": {"rests_on": f"{advice['rests_on']};IND101"}})
    story = project.chapters / "nl" / "sector" / "mbo.md"
    told = "Even dit. In 2023 kon {IND101-NL-2023} het, nu {IND101}.{FM01} In 2021 was dat {IND101-NL-2021}."
    text = story.read_text(encoding="utf-8").replace("+++ stand\n", f"+++ stand\n\n{told}\n")
    story.write_text(text, encoding="utf-8")
    before = contents(project.data / "2026")
    done = na_report(project, "edition", "refresh", "2026", "--as", "2027", "--answers", str(real))
    assert done.returncode == 0
    found = observations(project, "2027")
    mine = [key for key in truth if key.startswith(("IND101-", "IND106-"))]
    assert {key: found[key]["value"] for key in mine} == {key: truth[key]["value"] for key in mine}
    for line in (
        "  NL 2023: revised: 80 -> 82.7\n",
        "  EE 2023: new: : -> 62.61\n",
        "  NL 2021: new, break: : -> 26.6 b (break in the series)\n",
        "  break: IND109-NL-2012 belongs to the series lfs4w_2011_2012 now, not to lfs4w_to_2020\n",
        "recommendations concerned: R1\n",
        "IND133 has no series: no recorded answer to verify its codes (euronews2025talis)\n",
        "sentence on sector-mbo: In 2023 kon 80% het, nu 83,6%.\n  becomes: In 2023 kon 82,7% het, nu 83,6%.\n",
    ):
        assert line in done.stdout
    assert done.stdout.count("sentence on") == 1
    assert "value IND109" not in done.stdout, "the latest Dutch value is what it was"
    # The figure draws a line per series: none goes through the breaks of 2011, 2013 and 2021.
    drawn = analysis.series(open_edition("2027", project), ["IND109"], ["NL"])
    lines = [sorted(map(int, piece["year"])) for _, piece in drawn.groupby("series", sort=False)]
    assert lines == [[2009, 2010], [2011, 2012], [*range(2013, 2021)], [*range(2021, 2025)]]
    assert contents(project.data / "2026") == before, "the edition that was refreshed does not change"
    verify_edition("2027", project)
    # From the answers that were kept, and as JSON.
    options = ("--as", "2028", "--answers", "data/2027", "--format", "json")
    said = json.loads(na_report(project, "edition", "refresh", "2026", *options).stdout)
    assert said["outcomes"][2]["changes"][1] == {
        **{"place": "NL", "period": "2021", "kinds": ["new", "break"], "old": ":", "new": "26.6 b"}
    }
    assert "IND109-NL-2021" in said["changes"]["tables"]["observations"]["added"]


def test_what_a_person_entered_beside_the_office_is_kept_and_shown(project: Project, real: Path) -> None:
    with_series(project, _row("IND101"))
    changed(project, "observations", {"IND101-NL-2023": {"source_id": "roa2024piaac", "value": "77.7"}})
    [outcome] = refresh("2026", "2027", answers_in(real), project).outcomes
    assert observations(project, "2027")["IND101-NL-2023"]["value"] == "77.7"
    assert outcome.kept == [KeptValue("IND101-NL-2023", "77.7", "roa2024piaac", "82.7")]
    assert {change.period for change in outcome.changes} == {"2025"}, "which that answer did not have yet"


def test_a_value_that_a_person_changed_after_a_refresh_stays_in_the_next(project: Project, real: Path) -> None:
    with_series(project, _row("IND101"))
    refresh("2026", "2027", answers_in(real), project)
    mine = {"IND101-NL-2021": {"value": "70"}}
    changed(project, "observations", mine, edition="2027", gone=("IND101-BE-2021",))
    seal_edition("2027", project, created=TODAY, by="N. Jansen")
    later = REAL.replace(b"Netherlands,2023,82.70,", b"Netherlands,2023,82.80,p")
    line = next(line for line in later.splitlines() if b"Netherlands,2023,82.80" in line)
    (real / "isoc_sk_dskl_i21.csv").write_bytes(later + line.replace(b",2023,82.80,p", b",2025,84.0,") + b"\n")
    [outcome] = refresh("2027", "2028", answers_in(real), project).outcomes
    assert outcome.changes == [Difference("NL", "2023", ("revised", "flag added: p"), "82.7", "82.8 p")]
    # The value of 2025 was typed before the office gave one.
    assert [kept.id for kept in outcome.kept] == ["IND101-NL-2021", "IND101-NL-2025"]
    found = observations(project, "2028")
    assert (found["IND101-NL-2021"]["value"], found["IND101-NL-2023"]["value"]) == ("70", "82.8")
    assert "IND101-BE-2021" not in found, "somebody took it out"


def test_nothing_new_is_told_and_so_is_an_older_answer(project: Project, real: Path) -> None:
    with_series(project, _row("IND101"))
    sealed_again(project, date(2026, 11, 24))
    [outcome] = refresh("2026", "2027", answers_in(real), project).outcomes
    assert (outcome.changes, outcome.kept, outcome.methods, outcome.definitions) == ([], [], [], [])
    assert outcome.note == "the data are of 2024-12-17, older than the edition of 2026-11-24"


WAYS = ("busy for ever", "too many questions", "silence", "broken off", "too large a question")
INDICATORS = [f"IND{number}" for number in (*range(101, 105), *range(106, 114), *range(121, 124))]
SETS = [f"set_{number:02}" for number in range(1, 16)]


def many(project: Project) -> None:
    """Fifteen series that each ask for the Dutch row of the recorded table, for another indicator and in another dataset."""
    wanted = zip(INDICATORS, SETS, strict=True)
    rows = [_row("IND109", places="NL=NL", start="2019", indicator_id=one, dataset=name) for one, name in wanted]
    with_series(project, *rows)


def test_where_every_third_answer_fails_the_rest_is_there_and_a_second_run_asks_for_that_alone(
    project: Project, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(project)
    failing = dict(zip(SETS[2::3], WAYS, strict=True))
    server.does = {f"/{name}/": FAILING[way][0] for name, way in failing.items()}
    monkeypatch.setattr(commands, "_offices", server.offices)
    command = ("edition", "refresh", "2026", "--as", "2027")
    done = na_report(project, *command)
    assert done.returncode == 1
    assert done.stderr.startswith("error: 5 of 15 series could not be had; the draft has the other 10.\n")
    assert "hint: Ask for the rest with: na-report edition refresh 2026 --as 2027\n" in done.stderr
    for name, way in failing.items():
        assert re.search(f"^SER\\d+ {name} -> .*{re.escape(FAILING[way][1])}", done.stdout, re.MULTILINE)
    said = json.loads((project.data / "2027" / "answers" / "index.json").read_text(encoding="utf-8"))
    assert [answer["asked"] for answer in said["answers"]] == ["2027-02-01"] * 10
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


def test_a_second_run_keeps_what_a_person_changed_and_asks_again_for_a_series_that_was_corrected(
    project: Project, server: Server
) -> None:
    many(project)
    server.does["/set_03/"] = answer(b"", 404)
    refresh("2026", "2027", server.offices(), project)
    changed(project, "observations", {"IND109-NL-2022": {"text_nl": "x", "text_en": "x"}}, edition="2027")
    server.does.clear()
    done = refresh("2026", "2027", server.offices(), project)
    assert (done.asked, {outcome.kind for outcome in done.outcomes}) == (["SER003"], {""})
    assert observations(project, "2027")["IND109-NL-2022"]["text_nl"] == "x"
    changed(project, "series", {"SER001": {"dimensions": "freq=A;unit=THS;geo=*"}}, edition="2027")
    done = refresh("2026", "2027", server.offices(), project)
    assert done.asked == ["SER001"]
    assert "unit has PC and not THS" in done.outcomes[0].why
    assert "/A.THS.NL?" in server.log[-1]


def test_a_draft_of_answers_is_sealed_by_somebody_and_its_answers_with_it(project: Project, real: Path) -> None:
    with_series(project, _row("IND101"))
    refresh("2026", "2027", answers_in(real), project)
    with pytest.raises(NaReportError, match="Nobody approved"):
        seal_edition("2027", project)
    seal_edition("2027", project, created=TODAY, by="N. Jansen")
    verify_edition("2027", project)
    approved = open_edition("2027", project).descriptor["approved"]
    assert (approved["by"], approved["on"], len(approved["answers"])) == ("N. Jansen", "2027-02-01", 2)
    kept = next((project.data / "2027" / "answers").glob("*.gz"))
    before = kept.read_bytes()
    kept.write_bytes(before[:-1])
    with pytest.raises(NaReportError, match=f"answers/{kept.name}: found"):
        verify_edition("2027", project)
    kept.write_bytes(before)
    (kept.parent / "extra.gz").write_bytes(b"")
    with pytest.raises(NaReportError, match="extra"):
        verify_edition("2027", project)
    with pytest.raises(NaReportError, match="exists already"):
        refresh("2026", "2027", answers_in(real), project)


def test_a_draft_that_is_sealed_while_an_office_answers_stays_as_it_was(project: Project) -> None:
    def sealing(series: Series) -> Answer:
        if (project.data / "2027").is_dir():
            seal_edition("2027", project, by="N. Jansen")
        raise UnreadableError("no answer")

    with_series(project, _row("IND109"))
    refresh("2026", "2027", sealing, project)
    with pytest.raises(NaReportError, match="2027 exists already"):
        refresh("2026", "2027", sealing, project)
    verify_edition("2027", project)
    assert not is_draft(project.data / "2027")


def test_wrong_use_is_told(project: Project, real: Path) -> None:
    with pytest.raises(NaReportError, match="There is no folder"):
        answers_in(real / "none")
    with pytest.raises(NaReportError, match="declares no series"):
        refresh("2021", "2027", answers_in(real), project)
    with_series(project, _row("IND101", unit="people"))
    with pytest.raises(NaReportError, match="found the unit people"):
        refresh("2026", "2027", answers_in(real), project)
    with_series(project, _row("IND101"))
    refresh("2026", "2027", answers_in(real), project)
    with pytest.raises(NaReportError, match="exists already"):
        refresh("2021", "2026", answers_in(real), project)
    index = project.data / "2027" / "answers" / "index.json"
    kept = next(index.parent.glob("*.gz"))
    before = kept.read_bytes()
    unknown = b'"missed": [{"series": "SER001", "kind": "lost", "why": ""}]'
    other_kind = index.read_bytes().replace(b'"missed": []', unknown)
    of_kept, of_index = (gzip.compress(b"other"), before[:-9], b"no gzip"), (b"{", other_kind)
    for path, damaged in (*((kept, each) for each in of_kept), *((index, each) for each in of_index)):
        sound = path.read_bytes()
        path.write_bytes(damaged)
        with pytest.raises(NaReportError, match="are damaged"):
            answers_in(project.data / "2027")
        path.write_bytes(sound)
