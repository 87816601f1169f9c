"""The command line: what every command shares. The commands themselves are in `commands/`, which is all that prints."""

from __future__ import annotations

import argparse
import errno
import os
import sys
import traceback
from collections.abc import Sequence

from na_report.commands import archive, book, edition, pages, preview, reasoning
from na_report.errors import NaReportError
from na_report.paths import find_project

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_NO_RIGHT = (errno.EACCES, errno.EPERM, errno.EROFS)

# Heavy modules are imported in the command that needs them, so that `na-report --help` answers at once.


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; returns 0 when fine, 1 when a check found something, 2 for wrong use."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options, find_project()))
    except NaReportError as error:
        if options.debug:
            traceback.print_exc()
        print(f"error: {error}", file=sys.stderr)
        if error.hint:
            print(f"hint: {error.hint}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        # Whoever read the output has seen enough; nothing is left to flush at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        if options.debug:
            traceback.print_exc()
        place = f"{error.filename}: " if error.filename else ""
        print(f"error: {place}{error.strerror or error}.", file=sys.stderr)
        print(f"hint: {_remedy(error)} Nothing half-made is in use.", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(
            "error: stopped by the keyboard.\nhint: Run the command again; nothing half-made is in use.",
            file=sys.stderr,
        )
        return 130


def _remedy(error: OSError) -> str:
    if error.errno in _NO_ROOM:
        return "Make room on the disk and run the command again."
    if error.errno in _NO_RIGHT:
        return "Choose a folder that you may write to, or ask for the right to."
    return "Check that file or folder; na-report --debug shows what asked for it."


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="na-report", description="A research report that can be run again.")
    parser.add_argument("--debug", action="store_true", help="show a traceback with an error")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for module in (edition, pages, reasoning, book, preview, archive):
        module.add(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
