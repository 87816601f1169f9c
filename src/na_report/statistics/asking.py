"""Asks the statistics offices: politely, with limits, and with one sentence when it fails."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from urllib.parse import quote, urlencode, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import BaseHTTPResponse
from urllib3.util import Retry

from na_report.statistics.kept import Answer
from na_report.statistics.rows import LARGEST, UnreadableError
from na_report.statistics.series import PLACE, Series

NAMES = {"eurostat": "Eurostat", "oecd": "the OECD", "cbs": "CBS"}
ADDRESSES = {
    "eurostat": "https://ec.europa.eu/eurostat/api/dissemination",
    "oecd": "https://sdmx.oecd.org/public/rest",
    "cbs": "https://datasets.cbs.nl/odata/v1/CBS",
}
# Downloads that an office allows in an hour.
MOST = {"oecd": 60}
_WAITING, _READY = ("SUBMITTED", "PROCESSING"), "AVAILABLE"
_PAGES = 100
_FEWER = "name more codes in the table series"


@dataclass(frozen=True)
class Limits:
    """How long and how much; seconds, bytes and times."""

    connect: float = 10  # until a connection is there
    silence: float = 60  # without a byte of an answer
    whole: float = 600  # for one answer
    size: int = LARGEST  # of one answer
    attempts: int = 3  # after a failure that may pass
    backoff: float = 1  # the first wait before that; each next one is twice as long
    patience: float = 120  # the longest wait that an office may ask for; a longer one is left to a next run
    poll: float = 10  # between two looks at an answer that comes later
    polls: int = 60


class Offices:
    """The offices as a source of answers, with which goes the day that they were asked."""

    def __init__(self, today: date, bases: Mapping[str, str] = ADDRESSES, limits: Limits | None = None) -> None:
        self.today, self.bases, self.limits = today, bases, limits or Limits()
        self.asked: Counter[str] = Counter()
        self.session = requests.Session()
        asks = f"na-report/{version('na-report')} (research report; one question per series)"
        self.session.headers["User-Agent"] = asks
        for scheme in ("http://", "https://"):
            self.session.mount(scheme, HTTPAdapter(max_retries=_retry(self.limits)))

    def __call__(self, series: Series) -> Answer:
        """Returns the answer to a series.

        Raises:
            UnreadableError: There is none; says who failed and how.
        """
        office = NAMES[series.provider]
        asked = _addresses(series, self.bases)
        try:
            parts = [part for address in asked for part in self._pages(series, address)]
        except UnreadableError as error:
            raise UnreadableError(f"{office} gave no answer: {error}", error.kind) from error
        except requests.RequestException as error:
            raise UnreadableError(f"{office} gave no answer: {self._why(error)}") from error
        return Answer.of(parts, self.today.isoformat(), asked[0])

    def _why(self, error: requests.RequestException) -> str:
        if isinstance(error, requests.exceptions.SSLError):
            return "the connection is not safe (certificate)"
        if isinstance(error, requests.Timeout) or "timed out" in str(error):
            return f"nothing came within {self.limits.silence:g} s"
        if isinstance(error, requests.exceptions.ChunkedEncodingError | requests.exceptions.ContentDecodingError):
            return "the answer broke off"
        return "no connection"

    def _pages(self, series: Series, address: str) -> list[bytes]:
        content = self._get(series, address)
        if b"asyncResponse" in content[:2000]:
            content = self._when_ready(series, _said(content, "id"))
        parts = [content]
        while series.provider == "cbs" and (onward := _next_page(parts[-1])):
            if len(parts) == _PAGES:
                raise UnreadableError(f"it has more than {_PAGES} pages; {_FEWER}")
            place = urlsplit(self.bases["cbs"])
            if not onward.startswith(f"{place.scheme}://{place.netloc}/"):
                raise UnreadableError(f"it sends on to another place, {onward[:80]!r}")
            parts.append(self._get(series, onward))
        return parts

    def _get(self, series: Series, address: str) -> bytes:
        most = MOST.get(series.provider)
        self.asked[series.provider] += 1
        if most and self.asked[series.provider] > most:
            raise UnreadableError(f"it allows {most} questions an hour, which were asked; run the command again later")
        timeouts = (self.limits.connect, self.limits.silence)
        with self.session.get(address, timeout=timeouts, stream=True, allow_redirects=False) as response:
            content = self._body(response)
        _refuse(response, content)
        return content

    def _body(self, response: requests.Response) -> bytes:
        content, end = bytearray(), time.monotonic() + self.limits.whole
        for chunk in response.iter_content(65_536):
            content += chunk
            if len(content) > self.limits.size:
                raise UnreadableError(f"it is larger than {self.limits.size:,} bytes; {_FEWER}")
            if time.monotonic() > end:
                raise UnreadableError(f"it was not whole after {self.limits.whole:g} s")
        return bytes(content)

    def _when_ready(self, series: Series, key: str) -> bytes:
        """Returns an answer of which Eurostat said first that it will come later."""
        status, data = _async_addresses(self.bases[series.provider], key)
        for _ in range(self.limits.polls):
            time.sleep(self.limits.poll)
            state = _said(self._get(series, status), "status") or "nothing"
            if state == _READY:
                return self._get(series, data)
            if state not in _WAITING:
                raise UnreadableError(f"it promised an answer for later and then said {state[:40]!r}")
        raise UnreadableError(f"it promised one and had none after {self.limits.poll * self.limits.polls:.0f} s")


def _addresses(series: Series, bases: Mapping[str, str]) -> list[str]:
    """Returns what to ask for a series; CBS says in a second answer whether a period is provisional."""
    base, codes = bases[series.provider], list(series.places.values())
    key = ".".join("+".join(codes) if code == PLACE else code for code in series.dimensions.values())
    start = {"startPeriod": series.start} if series.start else {}
    if series.provider == "eurostat":
        query = urlencode({"format": "SDMX-CSV", "compressed": "false", **start})
        return [f"{base}/sdmx/2.1/data/{quote(series.dataset)}/{quote(key, safe='.+')}?{query}"]
    if series.provider == "oecd":
        query = urlencode({"format": "csvfile", "dimensionAtObservation": "AllDimensions", **start})
        return [f"{base}/data/{quote(series.dataset, safe=',@')}/{quote(key, safe='.+')}?{query}"]
    wanted = [
        " or ".join(f"{name} eq '{each}'" for each in (codes if code == PLACE else [code]))
        for name, code in series.dimensions.items()
    ]
    query = urlencode({"$filter": " and ".join(f"({one})" for one in wanted)}, quote_via=quote)
    return [f"{base}/{quote(series.dataset)}/Observations?{query}", f"{base}/{quote(series.dataset)}/PeriodenCodes"]


def _async_addresses(base: str, key: str) -> tuple[str, str]:
    """Returns where Eurostat tells of an answer that comes later, and where that answer is."""
    key = quote(key, safe="")
    return f"{base}/1.0/async/status/{key}", f"{base}/1.0/async/data/{key}?format=SDMX-CSV&compressed=false"


def _retry(limits: Limits) -> Retry:
    class Patient(Retry):
        """Waits as long as an office asks for, unless that is too long to sit through."""

        def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
            seconds = super().get_retry_after(response)
            if seconds and seconds > limits.patience:
                raise UnreadableError(f"it asks to come back in {seconds:.0f} s; run the command again then")
            return seconds

    again = (429, 500, 502, 503, 504)
    return Patient(
        limits.attempts, redirect=0, status_forcelist=again, backoff_factor=limits.backoff, raise_on_status=False
    )


def _refuse(response: requests.Response, content: bytes) -> None:
    """Stops at what is no answer, also when Eurostat says so with a status of 200."""
    code, text = _said(content, "faultcode"), _said(content, "faultstring")
    if code == "413" or "EXTRACTION_TOO_BIG" in text:
        raise UnreadableError(f"the question is too large for it; {_FEWER}")
    if code == "100":
        raise UnreadableError("it has nothing for these codes", "series gone")
    if code:
        raise UnreadableError(f"it said {code}: {text[:120]}")
    if 300 <= response.status_code < 400:
        raise UnreadableError(f"it sends on to another place, {response.headers.get('Location', '')[:80]!r}")
    if response.status_code != 200:
        gone = response.status_code in (404, 410)
        what = f"it said {response.status_code} ({response.reason})"
        raise UnreadableError(what, "series gone" if gone else "not read")


def _said(content: bytes, name: str) -> str:
    """Returns the first text in a part of a name of a message in XML; nothing of what is no message."""
    text = content[:10_000].decode("utf-8-sig", "replace").lstrip()
    found = re.findall(rf"<(?:\w+:)?{name}\b[^>]*>\s*([^<]*)", text) if text.startswith("<") else []
    return next((each.strip() for each in found if each.strip()), "")


def _next_page(content: bytes) -> str:
    try:
        said = json.loads(content)
    except (ValueError, RecursionError):
        return ""
    return str(said.get("@odata.nextLink") or "") if isinstance(said, dict) else ""
