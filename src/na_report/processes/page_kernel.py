"""The kernel of a page: IPython without the settings and start-up files of a person, within the limits of a page.

Started as `python -m na_report.processes.page_kernel -f FILE`, or forked by the server of warm kernels.
"""

import faulthandler
import os
import resource
import signal
import sys
import sysconfig
from pathlib import Path

from ipykernel import kernelapp

from na_report.processes.surroundings import GRACE_SECONDS, MEMORY, SECONDS

# Where modules are looked for. A process that is forked from a server is given the places of the command, and newer versions of
# Python give them to the server too: the folder of the command or where it was called is not among them.
_PLACES = [place for place in sys.path if place not in ("", str(Path.cwd()), sysconfig.get_path("scripts"))]


class IPKernelApp(kernelapp.IPKernelApp):
    """The program; arguments name it, so it has the name of its parent."""

    def load_config_file(self, suppress_errors: bool | None = None) -> None:
        """Reads no settings: neither of the user nor of the machine."""

    def _run_startup_files(self) -> None:
        """Runs nothing before the first cell: the machine and the environment of Python may have files for that too."""


def launch(arguments: list[str]) -> None:
    """Serves cells until told to stop, in the working directory, whose modules come after all that is installed."""
    for name in ("PYTHONPATH", "PYTHONSAFEPATH"):
        os.environ.pop(name, None)  # for the start of this one; a program that a cell runs is its own affair
    sys.path[:] = [*_PLACES, str(Path.cwd())]
    sys.dont_write_bytecode = True  # what stands beside a chapter is what the book is made of
    sys.argv = ["ipykernel_launcher.py", *arguments]
    _confine()
    IPKernelApp.launch_instance(argv=arguments, parent_handle=os.getppid())  # with which it ends


def _confine() -> None:
    """Keeps this process to the limits that its environment names.

    Counted is the memory that it asks for itself, not the libraries that it shares; beyond it is a `MemoryError` in the cell.
    """
    if MEMORY in os.environ:
        size = int(os.environ[MEMORY]) * 2**20
        resource.setrlimit(resource.RLIMIT_DATA, (size, size))
    if SECONDS in os.environ:
        seconds = int(os.environ[SECONDS])
        signal.signal(signal.SIGALRM, _stop_cell)
        signal.alarm(seconds)
        # For a cell that goes on nevertheless.
        silent = os.open(os.devnull, os.O_WRONLY)
        faulthandler.dump_traceback_later(seconds + GRACE_SECONDS, exit=True, file=silent)


def _stop_cell(*_: object) -> None:
    raise TimeoutError(f"the page ran longer than {os.environ[SECONDS]} s")


if __name__ == "__main__":
    launch(sys.argv[1:])
