"""Asks the statistics offices: politely, with limits, and with one sentence when it fails."""

import json
import re
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from importlib.metadata import version
from pathlib import Path
from urllib.parse import quote, urlsplit

import requests
import yaml
from requests import exceptions
from requests.adapters import HTTPAdapter
from urllib3 import BaseHTTPResponse
from urllib3.util import Retry

from na_report.statistics.answer_formats import LARGEST, UnreadableError
from na_report.statistics.series import PLACE, Answer, Series

_OFFICES = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))
ADDRESSES = {key: office["address"] for key, office in _OFFICES.items()}
# How long and how much, in seconds, bytes and pages.
SILENCE = 60.0  # without a connection, or a byte of an answer
WHOLE = 600.0  # for one answer, also one that comes later
POLL = 10.0  # between two looks at an answer that comes later
BACKOFF = 1.0  # after a failure that may pass; each next wait is twice as long
PATIENCE = 120.0  # the longest wait that an office may ask for
PAGES = 100
_FEWER = "name more codes in the table series"


class _Patient(Retry):
    """Waits as long as an office asks for, unless that is too long to sit through."""

    def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
        seconds = super().get_retry_after(response)
        if seconds and seconds > PATIENCE:
            raise UnreadableError(f"it asks to come back in {seconds:.0f} s; run the command again then")
        return seconds


class Offices:
    """The offices as a source of answers, with which goes the day that they were asked."""

    def __init__(self, today: date, bases: Mapping[str, str] = ADDRESSES) -> None:
        self.today, self.bases = today, bases
        self.asked: Counter[str] = Counter()
        self.session = requests.Session()
        self.session.headers["User-Agent"] = f"na-report/{version('na-report')} (a report; one question per series)"
        again = (429, 500, 502, 503, 504)
        retry = _Patient(3, redirect=0, status_forcelist=again, backoff_factor=BACKOFF, raise_on_status=False)
        for scheme in ("http://", "https://"):
            self.session.mount(scheme, HTTPAdapter(max_retries=retry))

    def __call__(self, series: Series) -> Answer:
        """Returns the answer to a series; where there is none, the error says who failed and how."""
        asked = _addresses(series, self.bases[series.provider])
        failed = f"{_OFFICES[series.provider]['name']} gave no answer"
        try:
            parts = [part for address in asked for part in self._pages(series, address)]
        except UnreadableError as error:
            raise UnreadableError(f"{failed}: {error}", error.kind) from error
        except requests.RequestException as error:
            raise UnreadableError(f"{failed}: {_why(error)}") from error
        return Answer(parts, self.today.isoformat(), asked[0])

    def _pages(self, series: Series, address: str) -> list[bytes]:
        parts = [self._whole(series, address)]
        place = urlsplit(self.bases[series.provider])
        while series.provider == "cbs" and (onward := _next_page(parts[-1])):
            if len(parts) == PAGES:
                raise UnreadableError(f"it has more than {PAGES} pages; {_FEWER}")
            if not onward.startswith(f"{place.scheme}://{place.netloc}/"):
                raise UnreadableError(f"it sends on to another place, {onward[:80]!r}")
            parts.append(self._get(series, onward))
        return parts

    def _whole(self, series: Series, address: str) -> bytes:
        """Returns an answer, also one of which Eurostat says first that it will come later."""
        content, end = self._get(series, address), time.monotonic() + WHOLE
        if b"asyncResponse" not in content[:2000]:
            return content
        later, key = f"{self.bases[series.provider]}/1.0/async", quote(_said(content, "id"), safe="")
        while (state := _said(content, "status")) in ("SUBMITTED", "PROCESSING"):
            if time.monotonic() > end:
                raise UnreadableError(f"it promised an answer for later and had none after {WHOLE:g} s")
            time.sleep(POLL)
            content = self._get(series, f"{later}/status/{key}")
        if state != "AVAILABLE":
            raise UnreadableError(f"it promised an answer for later and then said {state[:40]!r}")
        return self._get(series, f"{later}/data/{key}?format=SDMX-CSV&compressed=false")

    def _get(self, series: Series, address: str) -> bytes:
        most = _OFFICES[series.provider].get("most")
        self.asked[series.provider] += 1
        if most and self.asked[series.provider] > most:
            raise UnreadableError(f"it allows {most} questions an hour, which were asked; run the command again later")
        content, end = bytearray(), time.monotonic() + WHOLE
        with self.session.get(address, timeout=SILENCE, stream=True, allow_redirects=False) as response:
            for chunk in response.iter_content(65_536):
                content += chunk
                if len(content) > LARGEST:
                    raise UnreadableError(f"it is larger than {LARGEST:,} bytes; {_FEWER}")
                if time.monotonic() > end:
                    raise UnreadableError(f"it was not whole after {WHOLE:g} s")
        _refuse(response, bytes(content))
        return bytes(content)


def _why(error: requests.RequestException) -> str:
    if isinstance(error, exceptions.SSLError):
        return "the connection is not safe (certificate)"
    if isinstance(error, exceptions.Timeout) or "timed out" in str(error):
        return f"nothing came within {SILENCE:g} s"
    broke_off = isinstance(error, exceptions.ChunkedEncodingError | exceptions.ContentDecodingError)
    return "the answer broke off" if broke_off else "no connection"


def _addresses(series: Series, base: str) -> list[str]:
    """Returns what to ask for a series; CBS says in a second answer whether a period is provisional."""
    codes = {name: [*series.places.values()] if code == PLACE else [code] for name, code in series.dimensions.items()}
    dataset, key = quote(series.dataset, safe=",@"), quote(".".join(map("+".join, codes.values())), safe=".+")
    if series.provider == "cbs":
        wanted = (" or ".join(f"{name} eq '{code}'" for code in of) for name, of in codes.items())
        query = quote(" and ".join(f"({one})" for one in wanted), safe="")
        return [f"{base}/{dataset}/Observations?%24filter={query}", f"{base}/{dataset}/PeriodenCodes"]
    start = f"&startPeriod={quote(series.start)}" if series.start else ""
    return [f"{base}/{_OFFICES[series.provider]['question'].format(dataset, key)}{start}"]


def _refuse(response: requests.Response, content: bytes) -> None:
    """Stops at what is no answer, also when Eurostat says so with a status of 200."""
    code, text, status = _said(content, "faultcode"), _said(content, "faultstring"), response.status_code
    if code == "413" or "EXTRACTION_TOO_BIG" in text:
        raise UnreadableError(f"the question is too large for it; {_FEWER}")
    if code == "100":
        raise UnreadableError("it has nothing for these codes", "series gone")
    if code:
        raise UnreadableError(f"it said {code}: {text[:120]}")
    if 300 <= status < 400:
        raise UnreadableError(f"it sends on to another place, {response.headers.get('Location', '')[:80]!r}")
    if status != 200:
        gone = status in (404, 410)
        raise UnreadableError(f"it said {status} ({response.reason})", "series gone" if gone else "not read")


def _said(content: bytes, name: str) -> str:
    """Returns the first text in a part of a name of a message in XML; nothing of what is no message."""
    text = content[:10_000].decode("utf-8-sig", "replace").lstrip()
    found = re.findall(rf"<(?:\w+:)?{name}\b[^>]*>\s*([^<]*)", text) if text.startswith("<") else []
    return next((each.strip() for each in found if each.strip()), "")


def _next_page(content: bytes) -> str:
    with suppress(ValueError, RecursionError, AttributeError):  # of what is no JSON, the reading tells
        return str(json.loads(content).get("@odata.nextLink") or "")
    return ""
