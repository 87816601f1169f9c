"""The metadata of an archive: an RO-Crate that says what is in it, who made it and who may use it."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

CRATE = "ro-crate-metadata.json"
_VERSION = "https://w3id.org/ro/crate/1.1"
_TYPES = {".html": "text/html", ".pdf": "application/pdf", ".csv": "text/csv", ".json": "application/json"}

Entity = dict[str, Any]


def describe(
    about: Mapping[str, Any], editions: Sequence[str], languages: Sequence[str], names: Sequence[str], licence: str
) -> str:
    """Returns the text of `ro-crate-metadata.json`.

    Args:
        about: The descriptor of the edition.
        editions: The editions in the archive; the last is that of the book.
        languages: The languages of the books.
        names: The places of all files in the archive.
        licence: The SPDX name of the licence of the program.
    """
    edition = editions[-1]
    program = _entity("report/src/na_report/", "Dataset", "The program, in Python")
    sources = [
        _entity("report/chapters/", "Dataset", "The chapters: notebooks with text and code"),
        *(
            _entity(f"report/data/{name}/", "Dataset", f"Edition {name}: a Data Package of CSV tables")
            for name in editions
        ),
    ]
    books = [
        entity
        for name in languages
        for entity in (
            _entity(f"book/{name}/html/", "Dataset", f"The book as web pages ({name})"),
            _entity(f"book/{name}/notebooks/", "Dataset", f"The chapters as they ran ({name})"),
            _file(f"book/{name}/html/index.html", f"First page of the book ({name})"),
            _file(f"book/{name}/report.pdf", f"The book as PDF ({name})"),
        )
    ]
    lock = _file("report/requirements.lock", "The packages that the program needs, with version and hash")
    tables = [_file(name, name.rsplit("/", 1)[1]) for name in names if name.startswith(f"report/data/{edition}/")]
    code = _entity(f"https://spdx.org/licenses/{licence}", "CreativeWork", licence)
    program |= {"@type": ["Dataset", "SoftwareSourceCode"], "license": _to([code])[0], "programmingLanguage": "Python"}
    parts = [program, *sources, *books, lock, *tables]
    licences = [_entity(found["path"], "CreativeWork", found["title"]) for found in about["licenses"]]
    makers = [
        _entity(f"#maker-{number}", "Organization", found["title"])
        for number, found in enumerate(about["contributors"], start=1)
    ]
    build = _entity("#build", "CreateAction", f"na-report build --edition {edition}") | {
        "description": f"Python {platform.python_version()}",
        "instrument": _to([program])[0],
        "object": _to(sources),
        "result": _to(books),
    }
    root = _entity("./", "Dataset", about["title"]) | {
        "description": about["description"],
        "version": about["version"],
        "datePublished": about["created"][:10],
        "inLanguage": list(languages),
        "license": _to(licences),
        "author": _to(makers),
        "hasPart": _to(parts),
        "mentions": _to([build])[0],
    }
    descriptor = {"@id": CRATE, "@type": "CreativeWork", "conformsTo": {"@id": _VERSION}, "about": {"@id": "./"}}
    graph = [descriptor, root, *parts, *makers, *licences, code, build]
    return json.dumps({"@context": f"{_VERSION}/context", "@graph": graph}, ensure_ascii=False, indent=1) + "\n"


def _entity(place: str, kind: str, name: str) -> Entity:
    return {"@id": place, "@type": kind, "name": name}


def _file(place: str, name: str) -> Entity:
    return _entity(place, "File", name) | {"encodingFormat": _TYPES.get(PurePosixPath(place).suffix, "text/plain")}


def _to(entities: Iterable[Entity]) -> list[dict[str, str]]:
    return [{"@id": entity["@id"]} for entity in entities]
