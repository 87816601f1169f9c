"""A client is soon ready, and hears all that its kernel publishes."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from queue import Empty

import nbformat
import pytest
import zmq.asyncio
from jupyter_client.session import Session

from na_report.base.paths import Project
from na_report.processes.clients import PromptChannel
from na_report.running.execution import run_pages
from na_report.running.pages import all_pages, choose


def test_silence_is_short_and_what_comes_late_is_waited_for() -> None:
    async def listen() -> tuple[float, str]:
        session = Session()
        with (
            zmq.asyncio.Context() as context,
            context.socket(zmq.PUB) as kernel,
            context.socket(zmq.SUB) as client,
        ):
            kernel.bind("inproc://kernel")
            client.connect("inproc://kernel")
            client.subscribe(b"")
            channel = PromptChannel(client, session)
            start = time.monotonic()
            with pytest.raises(Empty):
                await channel.get_msg(timeout=60)
            silence = time.monotonic() - start
            asked = asyncio.ensure_future(channel.get_msg())
            await asyncio.sleep(1)
            assert not asked.done()
            session.send(kernel, "status")
            return silence, (await asked)["msg_type"]

    silence, said = asyncio.run(listen())
    assert silence < 30
    assert said == "status"


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
