"""What came of a page is known again as long as the page, the files around it and the mark are the same."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from pathlib import Path
from types import SimpleNamespace

import pytest

from na_report.publishing import polish
from na_report.publishing.memory import Memory
from na_report.publishing.searching import Place

PLACE = [part.name for part in fields(Place)]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    folder = tmp_path / "html"
    (folder / "_static").mkdir(parents=True)
    (folder / "_static" / "style.css").write_text("a {}", encoding="utf-8")
    (folder / "index.html").write_text("<p>een</p>", encoding="utf-8")
    return folder


@pytest.fixture
def file(tmp_path: Path, book: Path) -> Path:
    """Where one page is remembered."""
    memory = Memory(tmp_path / "memory.json", book, "mark")
    memory.put("index", "text", {"answer": 1})
    memory.save()
    return tmp_path / "memory.json"


def test_a_page_is_known_by_its_name_and_text(file: Path, book: Path) -> None:
    memory = Memory(file, book, "mark")
    assert memory.get("index", "text") == {"answer": 1}
    assert memory.get("index", "other text") is None
    assert memory.get("other", "text") is None


def test_another_page_makes_no_difference(file: Path, book: Path) -> None:
    (book / "index.html").write_text("<p>twee</p>", encoding="utf-8")
    (book / "more.html").write_text("<p>drie</p>", encoding="utf-8")
    assert Memory(file, book, "mark").get("index", "text") == {"answer": 1}


@pytest.mark.parametrize("name", ["_static/style.css", "_static/new.css", "new.js"])
def test_another_file_around_a_page_makes_it_unknown(file: Path, book: Path, name: str) -> None:
    (book / name).write_text("b {}", encoding="utf-8")
    assert Memory(file, book, "mark").get("index", "text") is None


def test_another_mark_makes_a_page_unknown(file: Path, book: Path) -> None:
    assert Memory(file, book, "other mark").get("index", "text") is None


def test_what_was_not_asked_for_is_forgotten(file: Path, book: Path) -> None:
    Memory(file, book, "mark").save()
    assert Memory(file, book, "mark").get("index", "text") is None


def test_what_was_asked_for_stays(file: Path, book: Path) -> None:
    memory = Memory(file, book, "mark")
    memory.get("index", "text")
    memory.save()
    assert Memory(file, book, "mark").get("index", "text") == {"answer": 1}


@pytest.mark.parametrize("text", ["", "[1]", "{", "3", '"text"', "[" * 100_000])
def test_a_file_that_can_not_be_read_is_an_empty_memory(tmp_path: Path, book: Path, text: str) -> None:
    (tmp_path / "memory.json").write_text(text, encoding="utf-8")
    memory = Memory(tmp_path / "memory.json", book)
    assert memory.get("index", "text") is None
    memory.put("index", "text", 1)
    assert memory.get("index", "text") == 1


@pytest.mark.parametrize(
    "value",
    [
        5,
        "page",
        {},
        {"page": 5, "places": []},
        {"page": "x", "places": 5},
        {"page": "x", "places": [5]},
        {"page": "x", "places": [{"page": "x"}]},
        {"page": "x", "places": [dict.fromkeys(PLACE, 5)]},
    ],
)
def test_a_damaged_value_of_a_page_is_made_again(tmp_path: Path, book: Path, value: object) -> None:
    text = (
        '<article><section id="a"><h1>Een</h1><p>Woord.</p></section></article>'
        '<script src="_static/search-data.js"></script>'
    )
    (book / "index.html").write_text(text, encoding="utf-8")
    memory = Memory(tmp_path / "memory.json", book)
    memory.put("index.html", text, value)
    memory.save()
    polish.polish(book, Memory(tmp_path / "memory.json", book))
    assert "Woord." in (book / "index.html").read_text(encoding="utf-8")
    assert "Woord." in (book / "_static" / "search-data.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("value", [5, "x", "AAAA", {"a": 1}])
def test_a_damaged_picture_is_drawn_again(
    tmp_path: Path, book: Path, monkeypatch: pytest.MonkeyPatch, value: object
) -> None:
    said = SimpleNamespace(work=SimpleNamespace(title="Een"), subtitle="Twee")
    monkeypatch.setattr(polish, "write_card", lambda target, *words: target.write_bytes(b"\x89PNG drawn"))
    memory = Memory(tmp_path / "memory.json", book)
    memory.put("kaart.png", '["Een", "Twee"]', value)
    memory.save()
    for _ in range(2):
        memory = Memory(tmp_path / "memory.json", book)
        polish._put_card(tmp_path / "kaart.png", said, memory)  # type: ignore[arg-type]
        memory.save()
        assert (tmp_path / "kaart.png").read_bytes() == b"\x89PNG drawn"
        monkeypatch.setattr(polish, "write_card", lambda *_: pytest.fail("drawn twice"))


@pytest.mark.parametrize(("jobs", "processes"), [(1, []), (3, [3]), (0, [7])])
def test_pages_are_mended_by_as_many_processes_as_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int, processes: list[int]
) -> None:
    folder, asked = tmp_path / "html", []
    (folder / "_static").mkdir(parents=True)
    for number in range(8):
        (folder / f"p{number}.html").write_text("<article><h1>Een</h1></article>", encoding="utf-8")

    def pool(count: int, *_: object, **__: object) -> ThreadPoolExecutor:
        asked.append(count)
        return ThreadPoolExecutor(count)

    monkeypatch.setattr(polish, "new_pool", pool)
    monkeypatch.setattr(polish, "cores", lambda: 7)
    polish.polish(folder, Memory(tmp_path / "memory.json", folder, ""), jobs=jobs)
    assert asked == processes
