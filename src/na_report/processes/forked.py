"""Kernels that start warm: the fork server of the standard library, which has imported what chapters import, forks each.

Between the server and a kernel is a process that ends the kernel and all that it left running.
"""

import ctypes
import multiprocessing
import os
import random
import re
import signal
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from multiprocessing import forkserver
from multiprocessing.connection import wait
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, NoReturn

_PR_SET_CHILD_SUBREAPER = 36
# Tells the server its folder, and what to import.
PRELOAD = "NA_REPORT_PRELOAD"
# A line of a chapter that imports something, as a notebook file has it.
_IMPORT = re.compile(r'^ *"(?:from ([\w.]+) )?import ([\w., ]+?)(?:\\n)?",?(?: *#|$)', re.MULTILINE)
# The address of a socket has some 100 characters, of which folders and name take up to 40.
_LONGEST = 60


class Server:
    """The server of this process: its folder, with its socket and those of its kernels; kernels start cold while it has none."""

    folder = ""

    @classmethod
    def start(cls, chapters: Iterable[Path]) -> None:
        """Lets kernels start warm from now on, with what chapters import; in surroundings that are fixed.

        The server ends with this process, however that ends, with its folder and its kernels.
        """
        if cls.folder:
            return
        modules: dict[str, None] = {}
        for chapter in chapters:
            with suppress(OSError, ValueError):
                for place, names in _IMPORT.findall(chapter.read_text(encoding="utf-8")):
                    found = [name.split()[0] for name in names.split(",")]
                    modules |= dict.fromkeys([place, *(f"{place}.{name}" for name in found)] if place else found)
        forkserver.set_forkserver_preload(["na_report.processes.preload"])
        folder, usual = tempfile.mkdtemp(prefix="na-report-", dir=_short()), tempfile.tempdir
        try:
            os.environ[PRELOAD], tempfile.tempdir = "\n".join([folder, *modules]), folder
            forkserver.ensure_running()
        finally:
            del os.environ[PRELOAD]
            tempfile.tempdir = usual
        cls.folder = folder


def kernel_folder() -> tempfile.TemporaryDirectory[str]:
    """Returns a new folder that only this user can enter, with a name that is short enough for sockets."""
    return tempfile.TemporaryDirectory(prefix="na-report-", dir=Server.folder or _short())


def _short() -> str:
    """Returns the folder for what is temporary, or the system's own where that one's name is too long for sockets."""
    usual = tempfile.gettempdir()
    return usual if len(os.fsencode(usual)) <= _LONGEST else "/tmp"  # noqa: S108


class ForkedKernel(ForkServerProcess):
    """The process between the server and a kernel, with the part of `subprocess.Popen` that Jupyter uses."""

    stdin = stdout = stderr = None

    def __init__(self, arguments: Sequence[str], folder: str, environment: Mapping[str, str]) -> None:
        super().__init__()
        self._kernel = arguments, folder, dict(environment)
        self.start()

    def run(self) -> None:
        """Runs a kernel until it ends, this process is told to end or the command is gone; then ends all that it started."""
        signal.signal(signal.SIGTERM, _end)
        # What a cell starts and leaves behind becomes a child of this process.
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)
        try:
            if not (kernel := os.fork()):
                _become_kernel(*self._kernel)
            command: Any = multiprocessing.parent_process()
            wait([os.pidfd_open(kernel), command.sentinel])
        finally:
            listed = Path(f"/proc/self/task/{os.getpid()}/children")
            while children := listed.read_text().split():
                for pid in map(int, children):
                    os.kill(pid, signal.SIGKILL)
                    os.waitpid(pid, 0)

    def poll(self) -> int | None:
        """Returns nothing while the kernel runs, or something that it started."""
        return self.exitcode

    def wait(self) -> int | None:
        """Waits for the end."""
        self.join()
        return self.exitcode

    def send_signal(self, number: int) -> None:
        """Ends the kernel, however kindly it is asked, and waits for that: Jupyter would look only after 0.1 s."""
        self.terminate()
        self.join()


def end_kernels() -> None:
    """Ends all warm kernels of this process, whatever they are doing."""
    for process in multiprocessing.active_children():
        if isinstance(process, ForkedKernel):
            process.terminate()


def _end(*_: object) -> NoReturn:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once is enough: the clearing up is not to be stopped
    raise SystemExit


def _become_kernel(arguments: Sequence[str], folder: str, environment: Mapping[str, str]) -> NoReturn:
    """Turns this process into what a kernel started afresh would be."""
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        from na_report.processes.page_kernel import launch

        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        random.seed()
        if "numpy" in sys.modules:
            sys.modules["numpy"].random.seed()
        launch([*arguments])
    finally:
        os._exit(0)
