"""Arguments that commands share."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError

# More processes than any machine has cores.
_MOST = 1024


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
