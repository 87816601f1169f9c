"""A process that has imported what the chapters need, and forks a fresh kernel for each page.

Started as `python -m na_report.processes.forkserver FOLDER CHAPTER…`; says where it listens, and ends when its standard input
closes. One thread, so that a fork copies no lock that another thread holds.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import ctypes
import gc
import importlib
import json
import os
import random
import select
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Iterable, Iterator
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
    # What can't be read or imported is the page's own error, told by the page.
    for module in _KERNEL:
        with contextlib.suppress(Exception):
            importlib.import_module(module)
    for chapter in chapters:
        with contextlib.suppress(Exception):
            for cell in json.loads(Path(chapter).read_text(encoding="utf-8"))["cells"]:
                _import(cell)
    ours = __name__.partition(".")[0] + "."
    for name in sorted(name for name in sys.modules if name.startswith(ours)):
        with contextlib.suppress(Exception):
            getattr(sys.modules[name], "get_ready", lambda: None)()
    del builtins.get_ipython  # type: ignore[attr-defined]


def _import(cell: dict[str, object]) -> None:
    """Runs the lines of a cell that import something."""
    lines: list[ast.stmt] = []
    if cell["cell_type"] == "code":
        with contextlib.suppress(SyntaxError):
            lines = ast.parse("".join(cell["source"])).body  # type: ignore[arg-type]
    for line in lines:
        if isinstance(line, ast.Import | ast.ImportFrom):
            with contextlib.suppress(Exception):
                exec(compile(ast.Module([line], []), "chapter", "exec"), {})  # noqa: S102


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
                children = [pid for pid, parent in _parents() if parent == os.getpid()]
    finally:
        os._exit(0)


def _parents() -> Iterator[tuple[int, int]]:
    """Yields each process of the system with its parent."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it has just ended
            yield int(path.parent.name), int(path.read_text().rpartition(")")[2].split()[1])


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
