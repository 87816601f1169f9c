"""A process that has imported what the chapters need, and forks a fresh kernel for each page.

Started as `python -m na_report.processes.forkserver SOCKET SECONDS MODULE…`; ends when its standard input closes or nobody has
asked for a kernel for so long. One thread, so that a fork copies no lock that another thread holds.
"""

from __future__ import annotations

import builtins
import contextlib
import ctypes
import gc
import importlib
import json
import os
import random
import selectors
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple, TypedDict

from na_report.processes.private import remove_if_left

_PR_SET_CHILD_SUBREAPER = 36
# What a kernel imports while it starts.
_KERNEL = (
    *("na_report.processes.page_kernel", "ipykernel.debugger", "IPython.core.completerlib"),
    *("IPython.core.debugger", "IPython.extensions.storemagic", "sqlite3", "tornado.platform.asyncio"),
)


class Request(TypedDict):
    """What a client asks for: a kernel with these arguments, in this folder, with this environment."""

    arguments: list[str]
    folder: str
    environment: dict[str, str]


class Served(NamedTuple):
    """A kernel that runs: who asked for it, and a file that can be read when it has ended."""

    client: socket.socket
    end: int


def main(arguments: list[str]) -> None:
    """Imports the modules, then serves kernels on a socket that only this user can reach."""
    address, idle_seconds, *modules = arguments
    # What a cell starts and leaves behind becomes a child of this process, which ends it.
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(made := f"{address}.new")
    Path(made).chmod(0o600)
    listener.listen(64)
    Path(made).rename(address)  # who sees the name is answered
    _preload([*_KERNEL, *modules])
    # What is here by now stays: kernels need not look through it for garbage, which would copy its pages of memory.
    gc.collect()
    gc.freeze()
    try:
        _serve(listener, int(idle_seconds))
    finally:
        # Who started the server may have died before it could clear away the sockets.
        remove_if_left(Path(address).parent)


def _preload(modules: list[str]) -> None:
    """Imports modules as a kernel would: pandas looks for one while it is imported, and shows frames accordingly.

    A module of this package that has a function `get_ready` is asked to do what would else be done in each kernel.
    """
    builtins.get_ipython = lambda: SimpleNamespace(kernel=True)  # type: ignore[attr-defined]
    for module in modules:
        # A module that can't be imported is the page's own error, told by the page.
        with contextlib.suppress(Exception):
            importlib.import_module(module)
    ours = __name__.partition(".")[0] + "."
    for name in sorted(name for name in sys.modules if name.startswith(ours)):
        with contextlib.suppress(Exception):
            getattr(sys.modules[name], "get_ready", lambda: None)()
    del builtins.get_ipython  # type: ignore[attr-defined]


def _serve(listener: socket.socket, idle_seconds: int) -> None:
    """Forks a kernel per connection; tells the client when it ends, and ends it when the client goes."""
    selector = selectors.DefaultSelector()
    selector.register(listener, selectors.EVENT_READ)
    selector.register(sys.stdin, selectors.EVENT_READ)
    kernels: dict[int, Served] = {}
    idle = 0.0
    while idle < idle_seconds:
        events = selector.select(timeout=0.05)
        idle = 0.0 if events or kernels else idle + 0.05
        for key, _ in events:
            if key.fileobj is listener:
                client, _ = listener.accept()
                pid = _fork(client, [listener, *(kernel.client for kernel in kernels.values())])
                if pid:
                    kernels[pid] = Served(client, os.pidfd_open(pid))
                    selector.register(client, selectors.EVENT_READ)
                    selector.register(kernels[pid].end, selectors.EVENT_READ)
            elif key.fileobj is sys.stdin:
                if not os.read(0, 1):
                    idle = idle_seconds
            else:
                _kill_orphan(kernels, key.fileobj)
        if _reap(kernels, selector) and not kernels:
            _end_orphans()
    for pid in kernels:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
    _end_orphans()


def _kill_orphan(kernels: dict[int, Served], client: object) -> None:
    """Ends the kernel of a client that closed its connection."""
    for pid, kernel in kernels.items():
        if kernel.client is client:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)


def _end_orphans() -> None:
    """Ends all children of this process, and what these leave in turn; a process that goes on would outlive the build."""
    while children := [pid for pid, parent in _parents() if parent == os.getpid()]:
        for pid in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)


def _parents() -> Iterator[tuple[int, int]]:
    """Yields each process of the system with its parent."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it has just ended
            yield int(path.parent.name), int(path.read_text().rpartition(")")[2].split()[1])


def _reap(kernels: dict[int, Served], selector: selectors.BaseSelector) -> bool:
    """Tells the clients of kernels that ended; returns whether there were any."""
    count = len(kernels)
    for pid in list(kernels):
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            client, end = kernels.pop(pid)
            selector.unregister(client)
            selector.unregister(end)
            os.close(end)
            with contextlib.suppress(OSError):
                client.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
            client.close()
    return len(kernels) < count


def _fork(client: socket.socket, others: list[socket.socket]) -> int:
    """Forks the kernel that a client asks for; returns its process id, in the server only."""
    try:
        request: Request = json.loads(client.makefile("r", encoding="utf-8").readline())
    except (ValueError, OSError):
        client.close()
        return 0
    pid = os.fork()
    if pid:
        # A client that has gone is seen by its connection, and its kernel ended, as at any later time.
        with contextlib.suppress(OSError):
            client.sendall(f"{pid}\n".encode())
        return pid
    os.setpgid(0, 0)
    for sock in (client, *others):
        sock.close()
    _become_kernel(request)
    os._exit(0)


def _become_kernel(request: Request) -> None:
    """Turns this process into what a kernel started afresh would be."""
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    random.seed()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()
    with open(os.devnull) as nothing:  # noqa: PTH123
        os.dup2(nothing.fileno(), 0)
    from na_report.processes.page_kernel import launch

    # ipykernel ends itself when its parent does; here that is the server, known only now.
    launch(request["arguments"], parent_handle=os.getppid())


if __name__ == "__main__":
    main(sys.argv[1:])
