"""The command line: what every command shares. The commands themselves are in `commands/`, which is all that prints."""

import errno
import io
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import NoReturn

from na_report.base.errors import NaReportError, told
from na_report.base.paths import BUILD, find_project
from na_report.commands.arguments import make_parser

_ENDS = (signal.SIGTERM, signal.SIGHUP)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; returns 0 when fine, 1 when a check found something, 2 for wrong use."""
    _open_streams()
    options = make_parser().parse_args(arguments)
    try:
        if arguments is None:  # of who gives these, the process is no other's to end
            _clear_up_at_the_end()
        # Only the module of the command is imported, and by it what is heavy where it is needed: --help answers at once.
        module, _, name = options.run.partition(".")
        code = int(getattr(import_module(f"na_report.commands.{module}"), name)(options, find_project()))
        # Else Python writes what is left at its end, where nobody tells that it could not.
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        # Whoever read the output has seen enough; nothing is left to flush at exit. What was being made was not made.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except (NaReportError, OSError, KeyboardInterrupt) as error:
        if options.debug:
            traceback.print_exc()
        text, hint, code = _told(error)
        print(told(text, hint), file=sys.stderr)
        return code


def _told(error: NaReportError | OSError | KeyboardInterrupt) -> tuple[str, str, int]:
    """Returns what to say of an error, what to do about it, and the exit code."""
    if isinstance(error, NaReportError):
        return str(error), error.hint, error.exit_code
    if isinstance(error, KeyboardInterrupt):
        what, number = ("told to end.", *error.args) if error.args else ("stopped by the keyboard.", signal.SIGINT)
        return what, "Run the command again; nothing half-made is in use.", 128 + number
    place = f"{error.filename}: " if error.filename else ""
    return f"{place}{error.strerror or error}.", f"{_remedy(error)} Nothing half-made is in use.", 2


def _remedy(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return "Make room on the disk and run the command again."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "Choose a folder that you may write to, or ask for the right to."
    if error.errno in (errno.EEXIST, errno.EISDIR, errno.ENOTDIR) and BUILD in Path(str(error.filename)).parts:
        return f"Remove what stands there: all in {BUILD} is made again."
    return "Check that file or folder; na-report --debug shows what asked for it."


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


def _clear_up_at_the_end() -> None:
    """Lets the command clear up after itself when it is told to end, as it does after Ctrl-C."""
    for each in _ENDS:
        if signal.getsignal(each) == signal.SIG_DFL:  # `nohup` has a command go on when its terminal closes
            signal.signal(each, _end)


def _end(number: int, _: object) -> NoReturn:
    """Clears up as Ctrl-C does, when another program, or a terminal that closed, ended this one with a signal."""
    for each in _ENDS:
        signal.signal(each, signal.SIG_IGN)  # once is enough: the clearing up is not to be stopped
    raise KeyboardInterrupt(number)


if __name__ == "__main__":
    sys.exit(main())
