"""The preview: what is saved is shown, an error is told and the last good book stays, and nothing is left running."""

import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import nullcontext
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from conftest import CLI, PATIENCE, at_work, copy_of_project, wait
from playwright.sync_api import Browser, expect
from printed import opened
from small_book import only_pages, write_chapter

from na_report.base.paths import Project
from na_report.book.book import Book


class Running:
    """A preview in a process of its own, with the way to its pages."""

    def __init__(self, project: Project, edition: str = "2021") -> None:
        self.project, pipe = project, subprocess.PIPE
        command = [*CLI, "preview", "--edition", edition, "--port", "0"]
        self.process = subprocess.Popen(
            command, cwd=project.root, stdout=pipe, stderr=subprocess.STDOUT, text=True, start_new_session=True
        )
        self.address = re.search(r"http://127\.0\.0\.1:\d+/html/", self.process.stdout.readline())[0]

    def write(self, text: str, code: str = "1 + 1") -> None:
        """Saves the first page with other text."""
        write_chapter(self.project, "index", f"# Begin\n\n{text}", code)

    def get(self, name: str, host: str = "localhost", method: str = "GET") -> tuple[int, bytes]:
        place = urlsplit(self.address)
        asked = HTTPConnection(place.netloc, timeout=PATIENCE)
        asked.request(method, place.path + name, headers={"Host": host})
        answer = asked.getresponse()
        return answer.status, answer.read()

    def shows(self, name: str, words: str) -> bool:
        return wait(lambda: words in self.get(name)[1].decode())

    def prints(self, words: str, without: str = "\0") -> bool:
        """Tells whether the PDF that the preview offers comes to some words, and to be without others."""

        def holds() -> bool:
            status, content = self.get("../report.pdf")
            with opened(content) if status == 200 else nullcontext() as document:
                said = document.text() if document else ""
            return words.replace(" ", "") in said and without.replace(" ", "") not in said

        return wait(holds)

    def tells(self, words: str) -> bool:
        """Tells whether it comes to say what is wrong, or with no words that nothing is."""
        return wait(lambda: words in (said := self.get("../error.txt")[1].decode()) and bool(words) == bool(said))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    project = copy_of_project(tmp_path_factory.mktemp("preview"))
    only_pages(project, "index", "kort")
    write_chapter(project, "index", "# Begin\n\nEerste woorden.")
    write_chapter(project, "kort", "# Kort\n\nTweede bladzijde.")
    # What an earlier program left, killed midway: its looks and what Sphinx kept.
    left = Book(project, "2021", "nl", is_preview=True)
    (left.stage / "_static" / "fonts").mkdir(parents=True)
    (left.rendered / ".doctrees").mkdir(parents=True)
    (left.rendered / ".doctrees" / "environment.pickle").write_bytes(b"of another program")
    preview = Running(project)
    assert b"preview.js" in preview.get("index.html")[1], "it waits for the book"
    assert preview.shows("index.html", "Eerste woorden")
    yield preview
    preview.process.kill()
    said = preview.process.communicate()[0]
    assert "Traceback" not in said and "Exception" not in said, said


@pytest.mark.slow("what is saved and what is wrong, seen in a browser instead of over HTTP")
def test_an_open_page_shows_what_is_saved_and_what_is_wrong(running: Running, browser: Browser) -> None:
    page = browser.new_page()
    blocked: list[str] = []
    page.on("console", lambda said: blocked.append(said.text) if said.type == "error" else None)
    page.goto(running.address)
    running.write("Vanzelf te zien.")
    expect(page.get_by_text("Vanzelf te zien.")).to_be_visible()
    running.write("Zie [C98](#c98).")
    expect(page.get_by_role("alert")).to_contain_text("c98")
    expect(page.get_by_text("Vanzelf te zien.")).to_be_visible()
    running.write("Weer goed.")
    expect(page.get_by_text("Weer goed.")).to_be_visible()
    expect(page.get_by_role("alert")).to_be_hidden()
    assert blocked == []
    page.close()


def test_a_new_title_is_in_every_menu_and_a_page_that_goes_is_gone_on_paper_too(running: Running) -> None:
    write_chapter(running.project, "kort", "# Heel kort\n\nTweede bladzijde.")
    assert running.shows("kort.html", "Heel kort")
    assert running.shows("index.html", "Heel kort")
    assert running.prints("Tweede bladzijde.")
    only_pages(running.project, "index")
    assert running.prints("Begin", without="Tweede bladzijde.")


def test_saved_words_are_on_the_page_and_in_the_pdf_and_an_error_in_text_or_code_is_told_and_leaves_them(
    running: Running,
) -> None:
    for text, code, told in (("", "1 + 1", ""), ("Zie [C99](#c99).", "1 + 1", "c99"), ("", "1 / 0", "ZeroDivision")):
        running.write(text or "Het laatste goede.", code)
        assert running.tells(told)
        assert running.shows("index.html", "Het laatste goede")
        assert running.prints("Het laatste goede.")
    running.write("Weer goed.")
    assert running.shows("index.html", "Weer goed")
    assert running.tells("")


def test_only_files_of_the_book_are_served_and_only_to_this_machine(running: Running) -> None:
    sheets = re.findall(r'href="(_static/[^"?]+\.css)', running.get("index.html")[1].decode())
    # Also those in whose place an earlier preview left nothing.
    assert sheets and {running.get(name)[0] for name in ("index.html", *sheets)} == {200}
    nowhere = ("../../../../chapters/nl/index.ipynb", "%2e%2e/%2e%2e/_toc.yml", "//etc/passwd", "_static/", "no.html")
    assert [name for name in nowhere if running.get(name)[0] != 404] == []
    # A browser that goes before it has all, which is not told of at the end.
    large = Book(running.project, "2021", "nl", is_preview=True).html / "large.js"
    large.write_bytes(bytes(50_000_000))
    place = urlsplit(running.address)
    with socket.create_connection((place.hostname, place.port), timeout=PATIENCE) as gone:
        gone.sendall(f"GET {place.path}large.js HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
        assert gone.recv(12) == b"HTTP/1.0 200"
    for method in ("GET", "HEAD"):
        assert running.get("index.html", host="evil.example", method=method)[0] == 403
    for elsewhere in ("127.0.0.2", "::1"):
        with pytest.raises(OSError):
            socket.create_connection((elsewhere, place.port), timeout=PATIENCE)


def test_ctrl_c_leaves_nothing_running_whatever_a_page_is_doing(running: Running) -> None:
    running.write("", "import time\nopen('begun', 'w').close()\ntime.sleep(300)")
    assert wait((running.project.chapters / "nl" / "begun").exists)
    assert len(at_work(running.project)) > 2
    os.killpg(running.process.pid, signal.SIGINT)
    assert running.process.wait(timeout=PATIENCE) == 0
    assert wait(lambda: at_work(running.project) == [])
