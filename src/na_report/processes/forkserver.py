"""A process that has imported what the chapters need, and forks a fresh kernel for each page.

Started as `python -m na_report.processes.forkserver FOLDER CHAPTER…`; says where it listens, and ends when its standard input
closes. One thread, so that a fork copies no lock that another thread holds.
"""

import builtins
import contextlib
import ctypes
import gc
import json
import os
import random
import re
import select
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import NoReturn

from na_report.processes.kernels import SOCKET

_PR_SET_CHILD_SUBREAPER = 36
# What a kernel imports while it starts.
_KERNEL = (
    *("na_report.processes.page_kernel", "ipykernel.debugger", "IPython.core.completerlib"),
    *("IPython.core.debugger", "IPython.extensions.storemagic", "sqlite3", "tornado.platform.asyncio"),
)

# A line of a chapter that imports something, as a notebook file has it.
_IMPORT = re.compile(r'^ *"((?:import|from) [\w., ]+?)(?:\\n)?",?$', re.MULTILINE)


def main(base: str, *chapters: str) -> None:
    """Imports what the chapters import, then serves kernels on a socket that only this user can reach."""
    folder = tempfile.mkdtemp(prefix="na-report-", dir=base)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(f"{folder}/{SOCKET}")
    listener.listen(64)
    sys.stdout.write(f"{folder}\n")  # who reads it is answered
    sys.stdout.flush()
    os.dup2(2, 1)
    _preload(chapters)
    # What is here by now stays: kernels need not look through it for garbage, which would copy its pages of memory.
    gc.collect()
    gc.freeze()
    while sys.stdin not in select.select([listener, sys.stdin], [], [])[0]:
        client, _ = listener.accept()
        if not os.fork():
            listener.close()
            _serve(client)
        client.close()
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()
    shutil.rmtree(folder)


def _preload(chapters: Iterable[str]) -> None:
    """Imports what kernels and chapters import, as a kernel would: pandas looks for one, and shows frames accordingly.

    A module of this package that has a function `get_ready` is asked to do what would else be done in each kernel.
    """
    builtins.get_ipython = lambda: SimpleNamespace(kernel=True)  # type: ignore[attr-defined]
    lines = [f"import {module}" for module in _KERNEL]
    for chapter in chapters:
        with contextlib.suppress(OSError, ValueError):
            lines += _IMPORT.findall(Path(chapter).read_text(encoding="utf-8"))
    for line in dict.fromkeys(lines):
        # What can't be imported is the page's own error, told by the page.
        with contextlib.suppress(Exception):
            exec(line, {})  # noqa: S102
    for module in [module for name, module in sorted(sys.modules.items()) if name.startswith("na_report.")]:
        with contextlib.suppress(Exception):
            getattr(module, "get_ready", lambda: None)()
    del builtins.get_ipython  # type: ignore[attr-defined]


def _serve(client: socket.socket) -> NoReturn:
    """Runs a kernel until it ends, its client goes or all is over; then ends what it started, which would outlive the build."""
    try:
        # What a cell starts and leaves behind becomes a child of this process.
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)
        request = json.loads(client.makefile("r", encoding="utf-8").readline() or "null")
        if request:
            if not (kernel := os.fork()):
                _become_kernel(**request)
            select.select([client, sys.stdin, os.pidfd_open(kernel)], [], [])
            children = [kernel]
            while children:
                for pid in children:
                    os.kill(pid, signal.SIGKILL)
                    os.waitpid(pid, 0)
                listed = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
                children = [int(pid) for pid in listed.split()]
    finally:
        os._exit(0)


def _become_kernel(arguments: list[str], folder: str, environment: dict[str, str]) -> NoReturn:
    """Turns this process into what a kernel started afresh would be."""
    try:
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        random.seed()
        if "numpy" in sys.modules:
            sys.modules["numpy"].random.seed()
        with open(os.devnull) as nothing:  # noqa: PTH123
            os.dup2(nothing.fileno(), 0)
        from na_report.processes.page_kernel import launch

        launch(arguments)
    finally:
        os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
