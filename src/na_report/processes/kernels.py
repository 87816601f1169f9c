"""Kernels of pages: forked from a server that has imported what chapters import, on sockets that only this user can reach."""

import asyncio
import contextlib
import json
import os
import select
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner
from traitlets import Dict, Type
from traitlets.config import Config

from na_report.processes.surroundings import fixed

# The folder of the server, with its socket and those of its kernels; kernels start from nothing where it is not set.
SERVER = "NA_REPORT_KERNELS"
SOCKET = "server"
# What runs each page, whatever kernel its notebook names and whichever the user has: this Python, with its packages.
_KERNEL = "na_report.processes.page_kernel"
# So long nothing is published when no more will come. What does come later is for a question that nobody waits for any more.
_SILENCE_SECONDS = 0.02
# The address of a socket has some 100 characters, of which folders and name take up to 40.
_LONGEST = 60


def page_kernel(folder: Path, own: Mapping[str, str]) -> dict[str, Any]:
    """Returns what to tell papermill about the kernel of a page: a folder of its own, and what its environment has of its own."""
    # TCP ports are chosen before they are taken, so that two notebooks that start together can choose the same one.
    place = {"transport": "ipc", "ip": f"{folder}/k", "connection_file": f"{folder}/k.json"}
    manager = place | {"environment": {"IPYTHONDIR": f"{folder}/ipython", **own}, "client_factory": PromptKernelClient}
    return {
        "kernel_manager_class": f"{__name__}.PageKernelManager",
        "config": Config(PageKernelManager=manager),
        "kernel_name": "python3",
        "language": "python",
        "shutdown_kernel": "immediate",  # all that a page leaves behind is written by then
    }


def kernel_folder() -> tempfile.TemporaryDirectory[str]:
    """Returns a new folder that only this user can enter, with a name that is short enough for sockets."""
    return tempfile.TemporaryDirectory(prefix="na-report-", dir=os.environ.get(SERVER) or _short())


def _short() -> str:
    """Returns the folder for what is temporary, or the system's own where that one's name is too long for sockets."""
    usual = tempfile.gettempdir()
    return usual if len(os.fsencode(usual)) <= _LONGEST else "/tmp"  # noqa: S108


class PromptChannel(AsyncZMQSocketChannel):  # type: ignore[misc]
    """What a kernel publishes; who waits for the end of it waits shortly, and who waits for all of a cell as long as it takes."""

    async def get_msg(self, timeout: float | None = None) -> Any:
        """Returns the next message, or raises `Empty`."""
        return await super().get_msg(None if timeout is None else min(timeout, _SILENCE_SECONDS))


class PromptKernelClient(AsyncKernelClient):  # type: ignore[misc]
    """Knows soon that its kernel is ready, where Jupyter waits 0.2 s in which nothing may be published."""

    iopub_channel_class = Type(PromptChannel)


class PageKernelManager(AsyncKernelManager):  # type: ignore[misc]
    """Starts the kernel of a page, whichever kernel is named."""

    environment = Dict(config=True)
    kernel_spec = KernelSpec(
        argv=[sys.executable, "-m", _KERNEL, "-f", "{connection_file}"],
        metadata={"kernel_provisioner": {"provisioner_name": "na-report-warm"}},
    )


class ForkedKernel:
    """A kernel that the server forked, with the part of `subprocess.Popen` that Jupyter uses; it ends with the connection."""

    stdin = stdout = stderr = pid = None
    returncode: int | None = None

    def __init__(self, arguments: list[str], folder: str, environment: Mapping[str, str]) -> None:
        self._connection = socket.socket(socket.AF_UNIX)
        self._connection.connect(f"{os.environ[SERVER]}/{SOCKET}")
        request = {"arguments": arguments, "folder": folder, "environment": dict(environment)}
        self._connection.sendall((json.dumps(request) + "\n").encode())

    def poll(self) -> int | None:
        """Returns nothing while the kernel runs, or something that it started."""
        return self.wait(0)

    def wait(self, seconds: float | None = None) -> int | None:
        """Waits for the end."""
        if self.returncode is None and select.select([self._connection], [], [], seconds)[0]:
            self._connection.close()
            self.returncode = 0
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Ends the kernel, however kindly it is asked, and waits for that: Jupyter would look only after 0.1 s."""
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_WR)
            self.wait()


class WarmProvisioner(LocalProvisioner):  # type: ignore[misc]
    """Has the server fork a kernel; starts one from nothing where there is no server or it does not answer."""

    async def pre_launch(self, **options: Any) -> dict[str, Any]:
        """Returns how to start, in fixed surroundings."""
        found: dict[str, Any] = await super().pre_launch(**options)
        return found | {"env": fixed(found["env"]) | self.parent.environment}

    async def launch_kernel(self, cmd: list[str], **options: Any) -> KernelConnectionInfo:
        """Starts the kernel and returns how to reach it."""
        if os.environ.get(SERVER):
            with contextlib.suppress(OSError):
                arguments = cmd[cmd.index(_KERNEL) + 1 :]
                self.process = ForkedKernel(arguments, str(options.get("cwd") or Path.cwd()), options["env"])
                # A client that connects before its kernel listens tries again only after 0.1 s.
                listens = Path("{ip}-{hb_port}".format(**self.connection_info))
                while not listens.exists() and self.process.poll() is None:
                    await asyncio.sleep(0.005)
                return self.connection_info
        return await super().launch_kernel(cmd, **options)


@contextmanager
def warm_kernels(chapters: Iterable[Path]) -> Iterator[None]:
    """Lets kernels of this process and its children start warm, with what the chapters import."""
    with kernel_server(chapters) as os.environ[SERVER]:
        try:
            yield
        finally:
            del os.environ[SERVER]


@contextmanager
def kernel_server(chapters: Iterable[Path]) -> Iterator[str]:
    """Gives the folder of a new server of kernels, or nothing where it did not start.

    The server goes when the block ends and when this process dies, with its folder and its kernels.
    """
    command = [sys.executable, "-m", "na_report.processes.forkserver", _short(), *map(str, chapters)]
    # It must stay single-threaded, and its kernels compute on small tables. It imports for all of them, so its surroundings are
    # fixed also where nobody fixed those of its parent: on a worker of a cluster. The debugger, which every kernel imports,
    # would say on the screen what no reader of a book needs.
    around = fixed() | {"OPENBLAS_NUM_THREADS": "1", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    # Out of reach of Ctrl-C: the server ends after what it serves, in silence.
    with subprocess.Popen(  # noqa: S603
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=around, process_group=0
    ) as server:
        yield server.stdout.readline().strip() if server.stdout else ""
