"""Kernels that don't get in each other's way."""

from __future__ import annotations

import shutil
import tempfile
from typing import Any

from jupyter_client.manager import AsyncKernelManager


class PrivateKernelManager(AsyncKernelManager):  # type: ignore[misc]
    """Starts a kernel on sockets in a folder that only this user can enter.

    TCP ports are chosen before they are taken, so that two notebooks that start together can choose the same one.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # Socket paths have a limit of some 100 characters: a short folder, whatever the project's own path.
        self._folder = tempfile.mkdtemp(prefix="na-")
        self.transport = "ipc"
        self.ip = f"{self._folder}/k"

    async def _async_interrupt_kernel(self) -> None:
        # A kernel that is about to stop needs no interrupt: an idle one only answers with an error on the screen.
        if not self.shutting_down:
            await super()._async_interrupt_kernel()

    interrupt_kernel = _async_interrupt_kernel

    async def _async_cleanup_resources(self, restart: bool = False) -> None:
        await super()._async_cleanup_resources(restart=restart)
        if not restart:
            shutil.rmtree(self._folder, ignore_errors=True)

    cleanup_resources = _async_cleanup_resources
