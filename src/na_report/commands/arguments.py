"""Arguments: those that commands share, and how wrong ones are told."""

from __future__ import annotations

import re
import shlex
from argparse import Action, ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from na_report.base.errors import NaReportError

# More processes than any machine has cores.
_MOST = 1024
_EMPTY = re.compile(r"(--[a-z-]+)=")


class Parser(ArgumentParser):
    """Reads arguments; what would be lost without a word is refused: an option given twice, an empty text."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in (None, "store"):
            self.register("action", name, _Once)
        self.set_defaults(given=frozenset())

    def parse(self, arguments: Sequence[str]) -> Namespace:
        """Returns the options that arguments give.

        Raises:
            SystemExit: The arguments are wrong, or help was asked for.
        """
        for place, text in enumerate(arguments):
            before = arguments[place - 1] if place else ""
            if found := _EMPTY.fullmatch(text):
                self.error(f"{found[1]}: found nothing, expected a value.")
            if not text and arguments[place - 2 : place - 1] != ["-p"]:  # a parameter may have an empty text
                name = before if before.startswith("-") else f"argument {place + 1}"
                self.error(f"{name}: found nothing, expected a value.")
        return self.parse_args(arguments)

    def error(self, message: str) -> NoReturn:
        """Ends the program as each other wrong use does."""
        self.exit(2, f"error: {message}\nhint: Run {self.prog} --help.\n")


class _Once(Action):
    """Keeps the value of an option, and notes that it was given."""

    def __call__(self, parser: ArgumentParser, namespace: Namespace, values: Any, option: str | None = None) -> None:
        if option and self.dest in namespace.given:
            parser.error(f"{option} is given twice; give it once.")
        if option:
            namespace.given |= {self.dest}
        setattr(namespace, self.dest, values)


def given_parameters(options: Namespace) -> dict[str, str]:
    """Returns the parameters that `-p` gives.

    Raises:
        NaReportError: One has two values.
    """
    found: dict[str, str] = {}
    for name, value in options.parameters:
        if name in found:
            values = ",".join(dict.fromkeys(said for key, said in options.parameters if key == name))
            once = shlex.join(["na-report", "run", *options.pages, "--grid", f"{name}={values}"])
            raise NaReportError(
                f"The parameter {name} is given twice: {found[name]!r} and {value!r}.",
                hint=f"Give it one value, or run a page for each: {once}",
            )
        found[name] = value
    return found


def refuse_both(options: Namespace, parameters: Mapping[str, str], grid: Mapping[str, Sequence[str]]) -> None:
    """Sees that each parameter of a grid has its values from one place.

    Raises:
        NaReportError: One has them from two.
    """
    ways = {"an option": options.given & {"edition", "language"}, "-p": {*parameters}, "--grid": {*grid}}
    for name in sorted(set().union(*ways.values())):
        said = [f"--{name}" if way == "an option" else way for way, names in ways.items() if name in names]
        if len(said) > 1:
            raise NaReportError(f"{' and '.join(said)} both say what {name} is.", hint="Leave one of them out.")


def add_edition(parser: ArgumentParser) -> None:
    """Adds which edition a command works on."""
    parser.add_argument("--edition", "-e", help="the newest when left out")


def add_language(parser: ArgumentParser, *known: str) -> None:
    """Adds in which language a command reads or writes the book.

    Args:
        parser: The command.
        known: The languages that there are; those of the project's words when left out.
    """
    parser.add_argument("--language", "-l", default="nl", choices=known or None, help="nl when left out")


def add_jobs(parser: ArgumentParser) -> None:
    """Adds how many pages a command makes at once."""
    parser.add_argument("--jobs", "-j", type=_count, default=0, help="pages at once; one per core when left out")


def _count(text: str) -> int:
    """Reads a number of processes.

    Raises:
        ArgumentTypeError: It is none.
    """
    if not text.isdecimal() or int(text) > _MOST:
        raise ArgumentTypeError(f"found {text!r}, expected a whole number from 0 to {_MOST}")
    return int(text)
