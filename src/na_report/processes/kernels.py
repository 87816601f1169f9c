"""Kernels of pages as Jupyter starts and asks them, on sockets that only this user can reach."""

import asyncio
import sys
from collections.abc import Mapping
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

from na_report.processes.forked import ForkedKernel, Server
from na_report.processes.surroundings import fixed

# What runs each page, whatever kernel its notebook names and whichever the user has: this Python, with its packages.
_KERNEL = "na_report.processes.page_kernel"
# So long nothing is published when no more will come. What does come later is for a question that nobody waits for any more.
_SILENCE_SECONDS = 0.02


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


class WarmProvisioner(LocalProvisioner):  # type: ignore[misc]
    """Has the server fork a kernel; starts one from nothing where there is no server."""

    async def pre_launch(self, **options: Any) -> dict[str, Any]:
        """Returns how to start, in fixed surroundings."""
        found: dict[str, Any] = await super().pre_launch(**options)
        return found | {"env": fixed(found["env"]) | self.parent.environment}

    async def launch_kernel(self, cmd: list[str], **options: Any) -> KernelConnectionInfo:
        """Starts the kernel and returns how to reach it."""
        if not Server.folder:
            return await super().launch_kernel(cmd, **options)
        arguments = cmd[cmd.index(_KERNEL) + 1 :]
        self.process = ForkedKernel(arguments, str(options.get("cwd") or Path.cwd()), options["env"])
        # A client that connects before its kernel listens tries again only after 0.1 s.
        listens = Path("{ip}-{hb_port}".format(**self.connection_info))
        while not listens.exists() and self.process.poll() is None:
            await asyncio.sleep(0.005)
        return self.connection_info
