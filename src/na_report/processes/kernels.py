"""Kernels that start warm and don't get in each other's way."""

from __future__ import annotations

import ast
import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner
from traitlets import Dict

from na_report.processes.clients import PromptKernelClient
from na_report.processes.limits import confine
from na_report.processes.private import private_folder, remove_folder
from na_report.processes.surroundings import environment, fixed

# Where the server listens; kernels start cold where it is not set.
SOCKET = "NA_REPORT_FORKSERVER"
# Where kernels put their sockets, so that one hand can clear them away.
FOLDER = "NA_REPORT_SOCKETS"
# What runs each page, whatever kernel its notebook names and whichever the user has: this Python, with its packages.
KERNEL = "na_report.processes.page_kernel"
SPEC = KernelSpec(
    argv=[sys.executable, "-m", KERNEL, "-f", "{connection_file}"],
    display_name="Python 3",
    language="python",
    metadata={"kernel_provisioner": {"provisioner_name": "na-report-warm"}},
)
START_SECONDS = 20
POLL_SECONDS = 0.005  # Jupyter looks ten times a second whether a kernel has ended, which is longer than it takes
IDLE_SECONDS = 120


class PrivateKernelManager(AsyncKernelManager):  # type: ignore[misc]
    """Starts a kernel on sockets in a folder that only this user can enter.

    TCP ports are chosen before they are taken, so that two notebooks that start together can choose the same one.

    Args:
        environment: What the kernel has in its environment beside what this process has.
    """

    environment = Dict(config=True)
    kernel_spec = SPEC

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.client_factory = PromptKernelClient
        # Socket paths have a limit of some 100 characters: a short folder, whatever the project's own path.
        self._folder = _socket_folder()
        self.transport = "ipc"
        self.ip = f"{self._folder}/k"
        # Beside the sockets, so that it goes with them when this process is killed.
        self.connection_file = f"{self._folder}/k.json"

    async def _async_launch_kernel(self, kernel_cmd: list[str], **options: Any) -> None:
        await super()._async_launch_kernel(kernel_cmd, **options)
        confine(self.provisioner.pid)

    _launch_kernel = _async_launch_kernel

    async def _async_pre_start_kernel(self, **options: Any) -> tuple[list[str], dict[str, Any]]:
        own = {"IPYTHONDIR": f"{self._folder}/ipython", **self.environment}
        options["env"] = fixed(os.environ | options.get("env", {})) | own
        command, started = await super()._async_pre_start_kernel(**options)
        return command, started

    pre_start_kernel = _async_pre_start_kernel

    async def _async_interrupt_kernel(self) -> None:
        # A kernel that is about to stop needs no interrupt: an idle one only answers with an error on the screen.
        if not self.shutting_down:
            await super()._async_interrupt_kernel()

    interrupt_kernel = _async_interrupt_kernel

    async def _async_wait(self, pollinterval: float = POLL_SECONDS) -> None:
        await super()._async_wait(min(pollinterval, POLL_SECONDS))

    async def _async_cleanup_resources(self, restart: bool = False) -> None:
        await super()._async_cleanup_resources(restart=restart)
        if not restart:
            remove_folder(self._folder)

    cleanup_resources = _async_cleanup_resources


def _socket_folder() -> str:
    """Returns a new folder in the one that is shared; one of its own where there is none, or no longer."""
    try:
        return tempfile.mkdtemp(prefix="na-", dir=os.environ[FOLDER])
    except (KeyError, FileNotFoundError):
        return private_folder()


def is_warm() -> bool:
    """Tells whether this process has a server of warm kernels; one that nobody asked for a while is gone."""
    return Path(os.environ.get(SOCKET, "/")).is_socket()


class ForkedKernel:
    """A kernel that the server forked, with the part of `subprocess.Popen` that Jupyter uses.

    Args:
        connection: The connection to the server; closing it ends the kernel.
        pid: The process id.
    """

    stdin = stdout = stderr = None

    def __init__(self, connection: socket.socket, pid: int) -> None:
        self._connection = connection
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Returns the exit code, or nothing while the kernel runs."""
        if self.returncode is None and select.select([self._connection], [], [], 0)[0]:
            said = self._connection.recv(64)
            self.returncode = int(said) if said.strip() else -signal.SIGKILL
            self._connection.close()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int | None:
        """Waits for the end and returns the exit code."""
        if self.returncode is None:
            select.select([self._connection], [], [], timeout or START_SECONDS)
        return self.poll()

    def send_signal(self, number: int) -> None:
        """Sends a signal to the kernel."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        """Asks the kernel to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Ends the kernel."""
        self.send_signal(signal.SIGKILL)


class WarmProvisioner(LocalProvisioner):  # type: ignore[misc]
    """Has the server fork a kernel; starts one from nothing where there is no server or it does not answer."""

    async def launch_kernel(self, cmd: list[str], **options: Any) -> KernelConnectionInfo:
        """Starts the kernel and returns how to reach it."""
        address = os.environ.get(SOCKET, "")
        if not address or KERNEL not in cmd:
            return await super().launch_kernel(cmd, **options)
        try:
            self.process = _ask(address, cmd[cmd.index(KERNEL) + 1 :], options)
        except OSError:
            return await super().launch_kernel(cmd, **options)
        self.pid = self.pgid = self.process.pid
        return self.connection_info


def _ask(address: str, arguments: list[str], options: dict[str, Any]) -> ForkedKernel:
    request = {
        "arguments": arguments,
        "folder": str(options.get("cwd") or Path.cwd()),
        "environment": dict(options.get("env") or os.environ),
    }
    with contextlib.ExitStack() as opened:
        connection = opened.enter_context(socket.socket(socket.AF_UNIX))
        connection.settimeout(START_SECONDS)
        connection.connect(address)
        connection.sendall((json.dumps(request) + "\n").encode())
        pid = b""
        while not pid.endswith(b"\n"):
            piece = connection.recv(1)
            if not piece:
                raise ConnectionError("the server closed the connection")
            pid += piece
        opened.pop_all()  # the kernel keeps the connection
    return ForkedKernel(connection, int(pid))


@contextmanager
def warm_kernels(notebooks: Iterable[Path], *, idle_seconds: int = IDLE_SECONDS) -> Iterator[None]:
    """Lets kernels of this process and its children start warm, with what the notebooks import.

    The server goes when the block ends, when this process dies, and when nobody asked for a kernel for a while; it takes its
    kernels along.
    """
    folder = private_folder()
    address = f"{folder}/s"
    command = [
        sys.executable,
        "-m",
        "na_report.processes.forkserver",
        address,
        str(idle_seconds),
        *imported(notebooks),
    ]
    # The server must stay single-threaded, and its kernels compute on small tables. It imports for all kernels, so its
    # surroundings are fixed also where nobody fixed those of its parent: on a worker of a cluster.
    # The debugger, which every kernel imports, would say on the screen what no reader of a book needs.
    around = fixed() | {"OPENBLAS_NUM_THREADS": "1", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    # Out of reach of Ctrl-C: the server ends after what it serves, in silence.
    server = subprocess.Popen(command, stdin=subprocess.PIPE, env=around, process_group=0)  # noqa: S603
    ours = {SOCKET: address, FOLDER: folder}
    try:
        with environment(ours if _listens(address, server) else {}):
            yield
    finally:
        if server.stdin is not None:
            server.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(timeout=5)
        server.kill()
        server.wait()
        remove_folder(folder)


def _listens(address: str, server: subprocess.Popen[bytes]) -> bool:
    """Waits until the server listens; tells whether it does, as one that died leaves kernels to start cold."""
    end = time.monotonic() + START_SECONDS
    while not Path(address).exists() and server.poll() is None and time.monotonic() < end:
        time.sleep(0.01)
    return Path(address).exists() and server.poll() is None


def imported(notebooks: Iterable[Path]) -> list[str]:
    """Returns the modules that the code of notebooks imports, sorted."""
    found: set[str] = set()
    for path in notebooks:
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "code":
                with contextlib.suppress(SyntaxError):
                    found |= _modules(ast.parse(cell.source))
    return sorted(found)


def _modules(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found
