"""Checks the external addresses of the newest edition; needs the network, so it is no part of the tests."""

import sys
from concurrent.futures import ThreadPoolExecutor

import requests

from na_report.editions.edition import open_edition
from na_report.editions.folders import newest_edition


def answer(address: str) -> str:
    """Returns what a server says of an address: its status, or why there is none."""
    try:
        return str(requests.get(address, headers={"User-Agent": "na-report link check"}, timeout=20).status_code)
    except requests.RequestException as error:
        return type(error).__name__


sources = open_edition(newest_edition())["sources"].query("url != ''")
with ThreadPoolExecutor(8) as pool:
    answers = list(pool.map(answer, sources["url"]))
print("| source | answer | address |\n| --- | --- | --- |")
for key, address, status in zip(sources["id"], sources["url"], answers, strict=True):
    print(f"| {key} | {status} | {address} |")
sys.exit(any(status != "200" for status in answers))
