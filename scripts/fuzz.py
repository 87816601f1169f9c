"""Feeds the readers of the library with random input, led by which lines it reaches (atheris); `make fuzz` brings it.

    python scripts/fuzz.py workbook|descriptor|csv|text|answer [--seconds N]

Whatever comes in, a reader accepts it or refuses it with NaReportError, and a refusal changes nothing on disk.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import re
import shutil
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["na_report"]):
    from na_report.errors import NaReportError
    from na_report.evidence import edition as editions
    from na_report.evidence import folders
    from na_report.evidence.integrity import find_problems
    from na_report.evidence.tables import TABLES
    from na_report.evidence.workbook_export import export_edition
    from na_report.evidence.workbook_import import import_edition
    from na_report.paths import DESCRIPTOR, Project
    from na_report.presentation.markdown import escape, plain
    from na_report.presentation.text import filled
    from na_report.statistics.reading import read

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
# Pieces that a mutation of single bytes would seldom find.
SNIPPETS = [
    *(
        "<row/>",
        "<c/>",
        '<c r="ZZZ99999999"><v>1</v></c>',
        '<row r="2000000000">',
        "<!DOCTYPE a>",
        "<!--",
        "<![CDATA[",
        "]]>",
    ),
    *(
        't="inlineStr"',
        't="e"',
        't="d"',
        't="s"',
        't="b"',
        "<f>1+1</f>",
        "<v>1E999</v>",
        "<v>NaN</v>",
        "_xD800_",
        "_x0000_",
    ),
    *(
        '<mergeCell ref="A1:XFD1048576"/>',
        'xml:space="preserve"',
        "&#x202E;",
        "&#0;",
        "\u0663",
        "\u00b2",
        "9" * 5000,
        "1e308",
    ),
    *(
        "{IND007}",
        "{",
        "}",
        "javascript:alert(1)",
        "http://[",
        "https://a/>)[x](y",
        "../",
        "=1+1",
        "\x00",
        "\r",
        "\ufeff",
        '"',
    ),
    *("null", "[[[[", '{"a":', "true", "-0", "1e999", "\\ud800", '"hash"', '"name"', '"created"', "[]", "{}"),
]
counts = {"tried": 0, "accepted": 0, "refused": 0}


class Workshop:
    """A project with a small edition, its workbook and descriptor, in a folder that goes when the fuzzer ends."""

    def __init__(self, folder: Path) -> None:
        from workbooks import small_data

        self.project = Project(folder / "project")
        for name in (
            "_toc.yml",
            "data/about.yml",
            "chapters/claims.yml",
            "chapters/nl/words.yml",
            "chapters/en/words.yml",
        ):
            (self.project.root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, self.project.root / name)
        self.edition = self.project.data / "2021"
        shutil.copytree(ROOT / "data" / "2021", self.edition, ignore=shutil.ignore_patterns(DESCRIPTOR))
        small_data(self.edition)
        editions.seal_edition("2021", self.project)
        self.workbook = self.project.root / "fuzzed.xlsx"
        export_edition("2021", self.workbook, self.project)
        with zipfile.ZipFile(self.workbook) as archive:
            self.parts = {name: archive.read(name) for name in archive.namelist()}
        self.whole = self.workbook.read_bytes()
        self.descriptor = (self.edition / DESCRIPTOR).read_bytes()
        self.before = self.snapshot()

    def snapshot(self) -> dict[str, bytes]:
        """Returns all bytes of the data folder."""
        return {str(path): path.read_bytes() for path in self.project.data.rglob("*") if path.is_file()}


def expect(holds: bool, what: str) -> None:
    """Ends the run when something that must hold does not."""
    if not holds:
        raise AssertionError(what)


def changed(data: atheris.FuzzedDataProvider, content: bytes) -> bytes:
    """Returns content with some bytes replaced, added or taken out."""
    for _ in range(data.ConsumeIntInRange(1, 4)):
        start = data.ConsumeIntInRange(0, len(content))
        end = min(len(content), start + data.ConsumeIntInRange(0, 40))
        snippet = data.PickValueInList(SNIPPETS).encode()
        new = snippet if data.ConsumeBool() else data.ConsumeBytes(data.ConsumeIntInRange(0, 30))
        content = content[:start] + new + content[end:]
    return content


def fuzz_workbook(shop: Workshop, data: atheris.FuzzedDataProvider) -> None:
    """Changes a part of a workbook, a cell of it, or the zip itself, and imports it."""
    way = data.ConsumeIntInRange(0, 9)
    if way == 0:
        shop.workbook.write_bytes(changed(data, shop.whole))
    else:
        parts = dict(shop.parts)
        name = data.PickValueInList(sorted(parts))
        cells = [found.span(1) for found in re.finditer(rb"<t[^>]*>([^<]*)</t>|<v>([^<]*)</v>", parts[name])]
        if way > 4 and cells:
            start, end = cells[data.ConsumeIntInRange(0, len(cells) - 1)]
            text = data.PickValueInList(SNIPPETS) if data.ConsumeBool() else data.ConsumeUnicode(40)
            for character, entity in (("&", "&amp;"), ("<", "&lt;")):
                text = text.replace(character, entity)
            parts[name] = parts[name][:start] + text.encode("utf-8", "replace") + parts[name][end:]
        else:
            parts[name] = changed(data, parts[name])
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for key, content in parts.items():
                archive.writestr(key, content)
        shop.workbook.write_bytes(packed.getvalue())
    try:
        made = import_edition(shop.workbook, "2026", shop.project)
    finally:
        for copy in shop.project.root.glob("fuzzed.problems*"):
            copy.unlink()
        made_folder = shop.project.data / "2026"
        kept = made_folder.is_dir()
        if kept:
            whole = find_problems(made_folder)
            shutil.rmtree(made_folder)
        expect(shop.snapshot() == shop.before, "the import changed another edition or left something behind")
    expect(kept and made.folder == made_folder and not whole, "an edition came out that is not sound")


def fuzz_descriptor(shop: Workshop, data: atheris.FuzzedDataProvider) -> None:
    """Changes the descriptor of an edition, and opens, checks and exports it."""
    raw = data.ConsumeIntInRange(0, 3) == 0
    content = data.ConsumeBytes(400) if raw else changed(data, shop.descriptor)
    (shop.edition / DESCRIPTOR).write_bytes(content)
    folders.list_editions(shop.project)
    editions.open_edition("2021", shop.project)
    folders.verify_edition("2021", shop.project)
    if data.ConsumeIntInRange(0, 30) == 1:  # takes a hundred times as long
        export_edition("2021", shop.project.root / "out.xlsx", shop.project, force=True)


def fuzz_csv(shop: Workshop, data: atheris.FuzzedDataProvider) -> None:
    """Changes a table, and where the checks find nothing wrong, seals it and compares what two readers make of it."""
    import csv

    table = data.PickValueInList([table.name for table in TABLES])
    path = shop.edition / f"{table}.csv"
    before = path.read_bytes()
    (shop.edition / DESCRIPTOR).unlink(missing_ok=True)
    try:
        path.write_bytes(changed(data, before))
        editions.seal_edition("2021", shop.project)
        rows = editions.open_edition("2021", shop.project)[table].astype(str).to_dict("records")
        with path.open(encoding="utf-8", newline="") as file:
            read = list(csv.DictReader(file))
        if table == "observations":
            rows, read = ([{**row, "value": ""} for row in found] for found in (rows, read))
        expect(rows == read, "two readers make different rows of a table")
    finally:
        path.write_bytes(before)
        (shop.edition / DESCRIPTOR).write_bytes(shop.descriptor)


def fuzz_answer(shop: Workshop, data: atheris.FuzzedDataProvider) -> None:
    """Changes an answer of a statistics office, and reads it."""
    from test_statistics import SMALL

    content, series = SMALL[data.PickValueInList(sorted(SMALL))]
    found = read([changed(data, content)], series)
    expect(all(place in series.places for place, _ in found.cells), "a place came out that was not asked for")


def text_fuzzer() -> Callable[[Workshop, atheris.FuzzedDataProvider], None]:
    """Returns a function that puts text through the escapes and the real Markdown parser."""
    with atheris.instrument_imports(include=["markdown_it", "myst_parser"]):
        from markdown_it.renderer import RendererHTML
        from myst_parser.config.main import MdParserConfig
        from myst_parser.parsers.mdit import create_md_parser

    extensions = {"attrs_block", "attrs_inline", "colon_fence", "deflist"}
    parser = create_md_parser(MdParserConfig(enable_extensions=extensions), RendererHTML)
    opened_edition = editions.open_edition("2021", Project(ROOT))

    def fuzz_text(shop: Workshop, data: atheris.FuzzedDataProvider) -> None:
        text = "".join(
            data.PickValueInList(SNIPPETS) if data.ConsumeIntInRange(0, 4) == 0 else data.ConsumeUnicodeNoSurrogates(12)
            for _ in range(data.ConsumeIntInRange(1, 4))
        ).replace("\0", "")
        wanted = " ".join(text.split())
        expect(plain(escape(text)) == wanted, "plain() does not undo escape()")
        tokens = parser.parse(escape(text))
        inside = [child for token in tokens for child in token.children or []]
        expect(all(child.type in ("text", "text_special") for child in inside), f"markup in {text!r}")
        expect("".join(child.content for child in inside) == wanted, f"other text for {text!r}")
        blocks = [token.type for token in tokens]
        expect(blocks in ([], ["paragraph_open", "inline", "paragraph_close"]), f"a block in {text!r}")
        if "{" not in text:
            expect(plain(filled(opened_edition, text)).strip() == wanted, f"other text when filled for {text!r}")

    return fuzz_text


FUZZERS = {"workbook": fuzz_workbook, "descriptor": fuzz_descriptor, "csv": fuzz_csv, "answer": fuzz_answer}


def main() -> None:
    """Runs one fuzzer for a time; a crash is printed with its input and ends it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", choices=[*FUZZERS, "text"])
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--corpus", type=Path, default=None, help="a folder with inputs to start from and to add to")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="na-report-fuzz-"))
    shop = Workshop(folder)
    fuzz = text_fuzzer() if options.target == "text" else FUZZERS[options.target]
    start = time.monotonic()

    def once(raw: bytes) -> None:
        if time.monotonic() - start > options.seconds:
            print(f"{options.target}: {counts} in {time.monotonic() - start:.0f} s, no crash", flush=True)
            shutil.rmtree(folder, ignore_errors=True)
            os._exit(0)
        counts["tried"] += 1
        try:
            # A short input would otherwise give zeros for every choice after its end.
            more = random.Random(raw).randbytes(256)  # noqa: S311  no secret
            fuzz(shop, atheris.FuzzedDataProvider(raw + more))
            counts["accepted"] += 1
        except NaReportError:
            counts["refused"] += 1

    corpus = [str(options.corpus)] if options.corpus else []
    atheris.Setup([sys.argv[0], "-max_len=4096", "-len_control=0", "-timeout=60", "-rss_limit_mb=3000", *corpus], once)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
