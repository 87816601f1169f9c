"""Numbers are shown as statistics offices round them, and the hash of an answer is that of the whole answer."""

import os
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal

import pandas as pd

from na_report.base.digits import as_shown, half_up, in_digits
from na_report.editions.asked import digest
from na_report.editions.edition import open_edition
from na_report.writing.numbers import in_words, number, value, written


def test_halves_are_rounded_up_wherever_a_number_is_shown_in_each_language() -> None:
    halves = {"81.45": "81.5", "0.25": "0.3", "-2.25": "-2.3", "99.95": "100.0", "0.04": "0.0", "-0.04": "0.0"}
    for given, shown in halves.items():
        assert half_up(float(given), 1) == half_up(Decimal(given), 1) == Decimal(shown)
        assert written(float(given), "percent", "en") == f"{shown}%"
        assert written(float(given), "percent", "nl") == f"{shown}%".replace(".", ",")
    numbers = {0.0625: "0,063", 1_250_000: "1,3 miljoen", 2_450_000_000: "2,5 miljard", 999_950_000: "1 miljard"}
    assert {given: number(given) for given in (*numbers, 999_999.9996)} == numbers | {999_999.9996: "1 miljoen"}
    assert (number(1_350_000, "en"), in_words(2.0625)) == ("1.4 million", "2,063")
    assert (written(14.5, "rank"), written(14.5, "rank", "en")) == ("15e", "no. 15")
    assert (written(2018.5, "year"), written(1_250_000, "eur")) == ("2019", "1,3 miljoen euro")
    edition = open_edition("2026")
    assert value(edition, "IND101-DK-2025").text == "81,5%"
    passed = {name: "is voorbij" in value(replace(edition, name=name), "IND125").link for name in ("2025", "2026")}
    assert passed == {"2025": False, "2026": True}, "a target whose year has passed says so"
    for given in ("19.5", "0.0000001", "1300000", "123456789012345", "-0.3", "0"):
        assert in_digits(as_shown(float(given))) == given


def frame(rows: int, **cells: object) -> pd.DataFrame:
    made = pd.DataFrame({"id": [f"R{row}" for row in range(rows)], "value": [0.5] * rows})
    for column, content in cells.items():
        made.loc[rows // 2, column] = content
    return made


def test_two_answers_of_which_pandas_shows_the_same_have_two_hashes() -> None:
    pairs = [
        (frame(200), frame(200, value=0.7)),
        (frame(200), frame(200, id="other")),
        (frame(3), frame(3, value=0.5000000000001)),
        (frame(3), frame(3).assign(value="0.5")),
        (frame(3), frame(3).set_index("id")),
    ]
    for one, other in pairs:
        for wrap in (lambda answer: answer, lambda answer: {"a": [answer]}, lambda answer: (1, answer)):
            assert digest(wrap(one)) == digest(wrap(one))
            assert digest(wrap(one)) != digest(wrap(other)), (one, other)


def test_an_answer_has_the_same_hash_in_each_process() -> None:
    code = "from na_report.editions.asked import digest; from na_report.reasoning.checking import all_claims; "
    command = [sys.executable, "-c", f"{code}print(digest(set('abcdefgh')), digest(all_claims()))"]
    environments = [os.environ | {"PYTHONHASHSEED": seed} for seed in ("1", "2")]
    one, other = (subprocess.run(command, env=each, capture_output=True, check=True).stdout for each in environments)
    assert one == other
