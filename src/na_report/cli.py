"""The command line: what every command shares. The commands themselves are in `commands/`, which is all that prints."""

from __future__ import annotations

import errno
import io
import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from na_report.base.errors import NaReportError
from na_report.base.paths import BUILD, find_project
from na_report.commands import archive, book, chapters, edition, pages, preview, reasoning
from na_report.commands.arguments import Parser

_ENDS = (signal.SIGTERM, signal.SIGHUP)
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_NO_RIGHT = (errno.EACCES, errno.EPERM, errno.EROFS)
_OTHER_KIND = (errno.EEXIST, errno.EISDIR, errno.ENOTDIR)

# Heavy modules are imported in the command that needs them, so that `na-report --help` answers at once.


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; returns 0 when fine, 1 when a check found something, 2 for wrong use."""
    _open_streams()
    options = _parser().parse(sys.argv[1:] if arguments is None else arguments)
    try:
        with _told_to_end():
            code = int(options.run(options, find_project()))
            # Else Python writes what is left at its end, where nobody tells that it could not.
            sys.stdout.flush()
            return code
    except NaReportError as error:
        if options.debug:
            traceback.print_exc()
        print(f"error: {error}", file=sys.stderr)
        if error.hint:
            print(f"hint: {error.hint}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        # Whoever read the output has seen enough; nothing is left to flush at exit. What was being made was not made.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except OSError as error:
        if options.debug:
            traceback.print_exc()
        place = f"{error.filename}: " if error.filename else ""
        print(f"error: {place}{error.strerror or error}.", file=sys.stderr)
        print(f"hint: {_remedy(error)} Nothing half-made is in use.", file=sys.stderr)
        return 2
    except _ToldToEnd as end:
        print("error: told to end.\nhint: Run the command again; nothing half-made is in use.", file=sys.stderr)
        return 128 + end.number
    except KeyboardInterrupt:
        print(
            "error: stopped by the keyboard.\nhint: Run the command again; nothing half-made is in use.",
            file=sys.stderr,
        )
        return 130


class _ToldToEnd(BaseException):
    """Another program, or a terminal that closed, ended this one."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextmanager
def _told_to_end() -> Iterator[None]:
    """Lets a command clear up after itself when it is told to end, as it does after Ctrl-C."""

    def end(number: int, _: object) -> None:
        for each in _ENDS:
            signal.signal(each, signal.SIG_IGN)  # once is enough: the clearing up is not to be stopped
        raise _ToldToEnd(number)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in _ENDS}
    for number, handler in before.items():
        if handler == signal.SIG_DFL:  # `nohup` has a command go on when its terminal closes
            signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _open_streams() -> None:
    """Sees that there is something to write to, and that each character can be written, whatever the surroundings."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # It takes the lowest number that is free, which is this one; the processes that it starts need it too.
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _remedy(error: OSError) -> str:
    if error.errno in _NO_ROOM:
        return "Make room on the disk and run the command again."
    if error.errno in _NO_RIGHT:
        return "Choose a folder that you may write to, or ask for the right to."
    if error.errno in _OTHER_KIND and BUILD in Path(str(error.filename)).parts:
        return f"Remove what stands there: all in {BUILD} is made again."
    return "Check that file or folder; na-report --debug shows what asked for it."


def _parser() -> Parser:
    parser = Parser(prog="na-report", description="A research report that can be run again.")
    parser.add_argument("--debug", action="store_true", help="show a traceback with an error")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for module in (edition, pages, chapters, reasoning, book, preview, archive):
        module.add(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
