"""A client is ready when the kernel answers and what it publishes arrives, not before."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from queue import Empty
from typing import Any

import nbformat
import pytest

from na_report.paths import Project
from na_report.publishing import clients
from na_report.publishing.execution import run_pages
from na_report.publishing.pages import all_pages, choose


class ScriptedClient(clients.PromptKernelClient):
    """Hears what a test has it hear; `None` stands for silence. Asks are numbered from 1."""

    def __init__(self, shell: Iterable[int | None], published: Iterable[tuple[int, str] | None], alive: bool = True):
        super().__init__()
        self._shell, self._published, self._alive = iter(shell), iter(published), alive
        self.asked = 0
        self.known = None

    def kernel_info(self, reply: bool = False, timeout: float | None = None) -> str:
        self.asked += 1
        return str(self.asked)

    async def _async_get_shell_msg(self, **_: Any) -> dict[str, Any]:
        number = next(self._shell)
        if number is None:
            raise Empty
        return {"parent_header": {"msg_id": str(number)}, "content": {}}

    async def _async_get_iopub_msg(self, **_: Any) -> dict[str, Any]:
        found = next(self._published)
        if found is None:
            raise Empty
        return {"parent_header": {"msg_id": str(found[0])}, "content": {"execution_state": found[1]}}

    async def _async_is_alive(self) -> bool:
        return self._alive

    def _handle_kernel_info_reply(self, reply: Any) -> None:
        self.known = reply["parent_header"]["msg_id"]


@pytest.mark.parametrize(
    ("shell", "published", "asks"),
    [
        ([1], [(1, "busy"), (1, "idle")], 1),
        ([1, 2], [None, (2, "idle")], 2),  # the first was published before anyone listened
        ([1, 2], [(1, "busy"), None, (1, "idle"), (2, "idle")], 2),  # what was published last time does not count
        ([None, 1, 2], [(2, "idle")], 2),  # the answer to the first came late
    ],
)
def test_it_is_ready_when_both_arrived_for_the_same_question(shell: Any, published: Any, asks: int) -> None:
    client = ScriptedClient(shell, published)
    asyncio.run(client.wait_for_ready())
    assert (client.asked, client.known) == (asks, str(asks))
    assert list(client._shell) == list(client._published) == []


def test_a_kernel_that_is_gone_or_silent_is_told() -> None:
    with pytest.raises(RuntimeError, match="died before"):
        asyncio.run(ScriptedClient([None], [], alive=False).wait_for_ready())
    with pytest.raises(RuntimeError, match="respond in 0 seconds"):
        asyncio.run(ScriptedClient([None], []).wait_for_ready(timeout=0))


@pytest.mark.slow("a race that is rarely lost, so it is run eight times")
def test_the_first_words_of_a_kernel_are_not_lost(project: Project, tmp_path: Path) -> None:
    path = project.chapters / "nl" / "koploper.ipynb"
    notebook = nbformat.read(path, as_version=4)
    parameters = next(cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", []))
    parameters.source = "import sys\nfor number in range(50):\n    print(number, flush=True)\n" + parameters.source
    notebook.cells = [parameters]
    nbformat.write(notebook, path)
    pages = choose(all_pages(project), ["koploper"])
    for _ in range(8):
        run_pages(project, pages, {"edition": "2021"}, tmp_path)
        [first, *_] = nbformat.read(tmp_path / "koploper.ipynb", as_version=4).cells
        said = "".join(output.get("text", "") for output in first.outputs)
        assert said.split() == [str(number) for number in range(50)]
