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
    there = {f"{folder}/" for name in names for folder in PurePosixPath(name).parents}
    folders = {
        "report/src/na_report/": "The program, in Python",
        "report/chapters/": "The chapters: notebooks with text and code",
        **{f"report/data/{name}/": f"The data of edition {name}: a Data Package of CSV tables" for name in editions},
        **{f"book/{name}/html/": f"The book as web pages ({name})" for name in languages},
        **{f"book/{name}/notebooks/": f"The chapters as they ran ({name})" for name in languages},
        "wheels/": "The packages themselves, for one kind of machine",
    }
    files = {
        "report/requirements.lock": "The packages that the program needs, with version and hash",
        **{f"book/{name}/html/index.html": f"First page of the book ({name})" for name in languages},
        **{f"book/{name}/report.pdf": f"The book as PDF ({name})" for name in languages},
        **{name: name.rsplit("/", 1)[1] for name in names if name.startswith(f"report/data/{editions[-1]}/")},
    }
    program, *parts = [_entity(place, "Dataset", name) for place, name in folders.items() if place in there]
    program["@type"] = ["Dataset", "SoftwareSourceCode"]
    code = _entity(f"https://spdx.org/licenses/{licence}", "CreativeWork", licence)
    program |= {"license": _to(code), "programmingLanguage": "Python"}
    parts += [_file(place, name) for place, name in files.items() if place in names]
    licences = [_entity(found["path"], "CreativeWork", found["title"]) for found in about["licenses"]]
    makers = [
        _entity(f"#maker-{number}", "Organization", found["title"])
        for number, found in enumerate(about["contributors"], start=1)
    ]
    build = _entity("#build", "CreateAction", f"na-report build --edition {editions[-1]}") | {
        "description": f"Python {platform.python_version()}",
        "instrument": _to(program),
        "object": _to_all(part for part in parts if part["@id"].startswith("report/") and part["@type"] == "Dataset"),
        "result": _to_all(part for part in parts if part["@id"].startswith("book/")),
    }
    root = _entity("./", "Dataset", about["title"]) | {
        "description": about["description"],
        "version": about["version"],
        "datePublished": about["created"][:10],
        "inLanguage": list(languages),
        "license": _to_all(licences),
        "author": _to_all(makers),
        "hasPart": _to_all([program, *parts]),
        "mentions": _to(build),
    }
    descriptor = {"@id": CRATE, "@type": "CreativeWork", "conformsTo": {"@id": _VERSION}, "about": _to(root)}
    graph = [descriptor, root, program, *parts, *makers, *licences, code, build]
    return json.dumps({"@context": f"{_VERSION}/context", "@graph": graph}, ensure_ascii=False, indent=1) + "\n"


def _entity(place: str, kind: str, name: str) -> Entity:
    return {"@id": place, "@type": kind, "name": name}


def _file(place: str, name: str) -> Entity:
    return _entity(place, "File", name) | {"encodingFormat": _TYPES.get(PurePosixPath(place).suffix, "text/plain")}


def _to(entity: Entity) -> dict[str, str]:
    return {"@id": entity["@id"]}


def _to_all(entities: Iterable[Entity]) -> list[dict[str, str]]:
    return [_to(entity) for entity in entities]
