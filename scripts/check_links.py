"""Checks the external addresses of the newest edition and writes a report; needs the network, so it is no part of the tests."""

from __future__ import annotations

import sys
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

from na_report.evidence.edition import open_edition
from na_report.evidence.folders import newest_edition

TIMEOUT_SECONDS = 20


def answer(address: str) -> str:
    """Returns what a server says of an address: its status, or why there is none."""
    request = urllib.request.Request(address, headers={"User-Agent": "na-report link check"}, method="GET")
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as reply:
            return str(reply.status)
    except urllib.error.HTTPError as error:
        return str(error.code)
    except (OSError, ValueError) as error:
        return type(error).__name__


def main() -> int:
    """Prints a table with a row per source; returns 1 when an address does not answer with 200."""
    sources = open_edition(newest_edition())["sources"]
    sources = sources[sources["url"] != ""]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(answer, sources["url"]))
    print("| source | answer | address |\n| --- | --- | --- |")
    for (key, address), status in zip(sources[["id", "url"]].itertuples(index=False), answers, strict=True):
        print(f"| {key} | {status} | {address} |")
    return int(any(status != "200" for status in answers))


if __name__ == "__main__":
    sys.exit(main())
