"""A client that knows at once that its kernel is ready, instead of waiting until nothing more comes."""

from __future__ import annotations

import math
import time
from queue import Empty

import zmq
import zmq.asyncio
from jupyter_client.asynchronous import AsyncKernelClient
from traitlets import default

# A client connects before its kernel listens; so soon it tries again.
_RETRY_MS = 5
# So long an answer may take before the question is asked again.
_ANSWER_SECONDS = 1.0
# What a kernel publishes follows its answer; where it does not, the client had not subscribed yet.
_PUBLISHED_SECONDS = 0.2


class PromptKernelClient(AsyncKernelClient):  # type: ignore[misc]
    """Is ready when the answer to a question and the state that the kernel publishes with it have both arrived.

    Jupyter's own client then waits 0.2 s more, in which nothing may be published. Here the last thing that a kernel
    publishes for a question tells that no more will come of it.
    """

    @default("context")  # type: ignore[untyped-decorator]
    def _quick_context(self) -> zmq.asyncio.Context:
        self._created_context = True
        context = zmq.asyncio.Context()
        context.setsockopt(zmq.RECONNECT_IVL, _RETRY_MS)
        return context

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Waits until the kernel answers and what it publishes arrives.

        Args:
            timeout: Seconds; without it as long as the kernel lives.

        Raises:
            RuntimeError: The kernel died, or gave no answer in time.
        """
        end = time.monotonic() + (math.inf if timeout is None else timeout)
        while not await self._answered(self.kernel_info()):
            if not await self._async_is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
            if time.monotonic() > end:
                raise RuntimeError(f"Kernel didn't respond in {timeout} seconds")

    async def _answered(self, question: str) -> bool:
        """Tells whether a question was answered and the kernel published that it was done with it."""
        try:
            while True:
                reply = await self._async_get_shell_msg(timeout=_ANSWER_SECONDS)
                if reply["parent_header"].get("msg_id") == question:
                    break
            while True:
                message = await self._async_get_iopub_msg(timeout=_PUBLISHED_SECONDS)
                if (
                    message["parent_header"].get("msg_id") == question
                    and message["content"].get("execution_state") == "idle"
                ):
                    break
        except Empty:
            return False
        self._handle_kernel_info_reply(reply)
        return True
