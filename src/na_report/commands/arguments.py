"""Arguments that commands share."""

from __future__ import annotations

from argparse import ArgumentParser


def add_edition(parser: ArgumentParser) -> None:
    """Adds which edition a command works on."""
    parser.add_argument("--edition", "-e", help="the newest when left out")


def add_language(parser: ArgumentParser) -> None:
    """Adds in which language a command reads or writes the book."""
    parser.add_argument("--language", choices=["nl", "en"], default="nl")
