"""Asks the statistics offices: politely, with limits, and with one sentence when it fails."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import requests
from requests.adapters import HTTPAdapter
from urllib3 import BaseHTTPResponse
from urllib3.util import Retry

from na_report.statistics.kept import Answer
from na_report.statistics.offices import ADDRESSES, MOST, NAMES, addresses, async_addresses
from na_report.statistics.rows import LARGEST, Kind, UnreadableError
from na_report.statistics.sdmx_ml import named, parsed
from na_report.statistics.series import Series

_WAITING, _READY = ("SUBMITTED", "PROCESSING"), "AVAILABLE"
_GONE: Kind = "series gone"
_PAGES = 100


@dataclass(frozen=True)
class Limits:
    """How long and how much; seconds, bytes and times.

    Args:
        connect: Until a connection is there.
        silence: Without a byte of an answer.
        whole: For one answer.
        size: Of one answer.
        attempts: Times that a question is asked again after a failure that may pass.
        backoff: The first wait before that; each next one is twice as long.
        patience: The longest wait that an office may ask for; a longer one is left to a next run.
        poll: Between two looks at an answer that comes later.
        polls: Looks.
    """

    connect: float = 10
    silence: float = 60
    whole: float = 600
    size: int = LARGEST
    attempts: int = 3
    backoff: float = 1
    patience: float = 120
    poll: float = 10
    polls: int = 60


class _Patient(Retry):
    """Waits as long as an office asks for, unless that is too long to sit through."""

    patience = 0.0

    def new(self, **options: Any) -> _Patient:
        other = super().new(**options)
        other.patience = self.patience
        return other

    def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
        seconds = super().get_retry_after(response)
        if seconds and seconds > self.patience:
            raise UnreadableError(f"it asks to come back in {seconds:.0f} s; run the command again then")
        return seconds


class Offices:
    """The offices as a source of answers.

    Args:
        today: The day, which goes with the answers.
        bases: Per provider its address.
        limits: How long and how much.
    """

    def __init__(self, today: date, bases: Mapping[str, str] = ADDRESSES, limits: Limits | None = None) -> None:
        self.today, self.bases, self.limits = today, bases, limits or Limits()
        self.asked: Counter[str] = Counter()
        retry = _Patient(
            total=self.limits.attempts,
            redirect=0,
            status_forcelist=(429, 500, 502, 503, 504),
            allowed_methods={"GET"},
            backoff_factor=self.limits.backoff,
            raise_on_status=False,
        )
        retry.patience = self.limits.patience
        self.session = requests.Session()
        self.session.headers["User-Agent"] = (
            f"na-report/{version('na-report')} (research report; one question per series)"
        )
        for scheme in ("http://", "https://"):
            self.session.mount(scheme, HTTPAdapter(max_retries=retry))

    def __call__(self, series: Series) -> Answer:
        """Returns the answer to a series.

        Raises:
            UnreadableError: There is none; says who failed and how.
        """
        office = NAMES[series.provider]
        asked = addresses(series, self.bases)
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
        parts = [self._later(series, self._get(series, address))]
        while series.provider == "cbs" and (onward := _next_page(parts[-1])):
            if len(parts) == _PAGES:
                raise UnreadableError(f"it has more than {_PAGES} pages; name more codes in the table series")
            parts.append(self._get(series, self._same_place(series, onward)))
        return parts

    def _get(self, series: Series, address: str) -> bytes:
        most = MOST.get(series.provider)
        self.asked[series.provider] += 1
        if most and self.asked[series.provider] > most:
            raise UnreadableError(f"it allows {most} questions an hour, which were asked; run the command again later")
        timeouts = (self.limits.connect, self.limits.silence)
        with self.session.get(address, timeout=timeouts, stream=True, allow_redirects=False) as response:
            content = self._body(response)
        if response.status_code != 200:
            raise _refusal(response, content)
        return content

    def _body(self, response: requests.Response) -> bytes:
        content, end = bytearray(), time.monotonic() + self.limits.whole
        for chunk in response.iter_content(65_536):
            content += chunk
            if len(content) > self.limits.size:
                raise UnreadableError(
                    f"it is larger than {self.limits.size:,} bytes; name more codes in the table series"
                )
            if time.monotonic() > end:
                raise UnreadableError(f"it was not whole after {self.limits.whole:g} s")
        return bytes(content)

    def _later(self, series: Series, content: bytes) -> bytes:
        """Returns an answer, also when an office says first that it will come later."""
        root = parsed(content)
        if root is None:
            return content
        if promised := named(root, "asyncResponse"):
            return self._when_ready(series, _text(promised[0], "id"))
        for message in named(root, "Message"):
            if message.get("code") == "413":  # as Eurostat said it until 2023, with the address of a zip file
                texts = [(part.text or "").strip() for part in named(message, "Text")]
                return self._when_there(series, next((text for text in texts if text.startswith("http")), ""))
        if fault := _fault(root):
            raise fault
        return content

    def _when_ready(self, series: Series, key: str) -> bytes:
        status, data = async_addresses(self.bases[series.provider], key)

        def look() -> bytes | None:
            root = parsed(self._get(series, status))
            said = [(part.text or "").strip() for part in (named(root, "status") if root is not None else ())]
            state = next((text for text in said if text), "nothing")
            if state not in (*_WAITING, _READY):
                raise UnreadableError(f"it promised an answer for later and then said {state[:40]!r}")
            return self._get(series, data) if state == _READY else None

        return self._waited(look)

    def _when_there(self, series: Series, address: str) -> bytes:
        scheme = urlsplit(self.bases[series.provider]).scheme
        address = self._same_place(series, urlsplit(address)._replace(scheme=scheme).geturl())

        def look() -> bytes | None:
            try:
                return self._get(series, address)
            except UnreadableError as error:
                if error.kind != _GONE:
                    raise
            return None

        return self._waited(look)

    def _waited(self, look: Callable[[], bytes | None]) -> bytes:
        for _ in range(self.limits.polls):
            time.sleep(self.limits.poll)
            if (content := look()) is not None:
                return content
        raise UnreadableError(f"it promised one and had none after {self.limits.poll * self.limits.polls:.0f} s")

    def _same_place(self, series: Series, address: str) -> str:
        if urlsplit(address)[:2] != urlsplit(self.bases[series.provider])[:2]:
            raise UnreadableError(f"it sends on to another place, {address[:80]!r}")
        return address


def _refusal(response: requests.Response, content: bytes) -> UnreadableError:
    root = parsed(content)
    if root is not None and (fault := _fault(root)):
        return fault
    if 300 <= response.status_code < 400:
        return UnreadableError(f"it sends on to another place, {response.headers.get('Location', '')[:80]!r}")
    kind: Kind = _GONE if response.status_code in (404, 410) else "not read"
    return UnreadableError(f"it said {response.status_code} ({response.reason})", kind)


def _fault(root: Element) -> UnreadableError | None:
    """Returns what an error message of Eurostat says."""
    code, text = _text(root, "faultcode"), _text(root, "faultstring")
    if not code:
        return None
    if code == "413" or "EXTRACTION_TOO_BIG" in text:
        return UnreadableError("the question is too large for it; name more codes in the table series")
    if code == "100":
        return UnreadableError("it has nothing for these codes", _GONE)
    return UnreadableError(f"it said {code}: {text[:120]}")


def _text(root: Element, name: str) -> str:
    return next(((part.text or "").strip() for part in named(root, name)), "")


def _next_page(content: bytes) -> str:
    try:
        said = json.loads(content)
    except (ValueError, RecursionError):
        return ""
    return str(said.get("@odata.nextLink") or "") if isinstance(said, dict) else ""
