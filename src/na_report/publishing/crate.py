"""The metadata of an archive: an RO-Crate that says what is in it, who made it and who may use it."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from na_report.publishing.archive import Contents

CRATE = "ro-crate-metadata.json"
CONTEXT = "https://w3id.org/ro/crate/1.1/context"
PROFILE = "https://w3id.org/ro/crate/1.1"
_SPDX = "https://spdx.org/licenses/"
_TYPES = {
    ".html": "text/html",
    ".pdf": "application/pdf",
    ".csv": "text/csv",
    ".json": "application/json",
    ".ipynb": "application/x-ipynb+json",
    ".yml": "application/yaml",
    ".toml": "application/toml",
    ".whl": "application/zip",
}


def describe(contents: Contents, names: Sequence[str], code_licence: str) -> str:
    """Returns the text of `ro-crate-metadata.json`.

    Args:
        contents: What is in the archive.
        names: The places of all its files.
        code_licence: The SPDX name of the licence of the program.
    """
    about = contents.about
    licences = [
        {"@id": licence["path"], "@type": "CreativeWork", "name": licence["title"]} for licence in about["licenses"]
    ]
    makers = [
        {"@id": f"#maker-{number}", "@type": "Organization", "name": person["title"]}
        for number, person in enumerate(about["contributors"], start=1)
    ]
    code = {"@id": _SPDX + code_licence, "@type": "CreativeWork", "name": code_licence}
    parts = list(_parts(contents, names, code["@id"]))
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": about["title"],
        "description": about["description"],
        "version": about["version"],
        "datePublished": about["created"][:10],
        "inLanguage": list(contents.languages),
        "license": _references(licences),
        "author": _references(makers),
        "hasPart": _references(parts),
        "mentions": {"@id": "#build"},
    }
    descriptor = {
        "@id": CRATE,
        "@type": "CreativeWork",
        "conformsTo": {"@id": PROFILE},
        "about": {"@id": "./"},
    }
    graph = [descriptor, root, *parts, *makers, *licences, code, _build(contents, parts)]
    return json.dumps({"@context": CONTEXT, "@graph": graph}, ensure_ascii=False, indent=1) + "\n"


def _references(entities: Sequence[dict[str, Any]]) -> list[dict[str, str]]:
    return [{"@id": entity["@id"]} for entity in entities]


def _parts(contents: Contents, names: Sequence[str], code_licence: str) -> Iterator[dict[str, Any]]:
    """Yields the folders and the files that someone may look for; the manifest of the bag has all files."""
    yield _folder("report/src/na_report/", "The program, in Python") | {
        "@type": ["Dataset", "SoftwareSourceCode"],
        "license": {"@id": code_licence},
        "programmingLanguage": "Python",
    }
    yield _folder("report/chapters/", "The chapters: notebooks with text and code")
    for edition in contents.editions:
        yield _folder(f"report/data/{edition}/", f"The data of edition {edition}: a Data Package of CSV tables")
    for language in contents.languages:
        yield _folder(f"book/{language}/html/", f"The book as web pages ({language})")
        yield _folder(f"book/{language}/notebooks/", f"The chapters as they ran ({language})")
    known = {
        "report/requirements.lock": "The packages that the program needs, with version and hash",
        "sbom.cdx.json": "Bill of materials of the program (CycloneDX)",
    }
    known |= {
        f"book/{language}/html/index.html": f"First page of the book ({language})" for language in contents.languages
    }
    known |= {f"book/{language}/report.pdf": f"The book as PDF ({language})" for language in contents.languages}
    tables = f"report/data/{contents.edition}/"
    for name in names:
        if name in known:
            yield _file(name, known[name])
        elif name.startswith(tables) or (name.startswith("report/chapters/") and name.endswith(".ipynb")):
            yield _file(name, name.rsplit("/", 1)[1])
    if any(name.startswith("wheels/") for name in names):
        yield _folder("wheels/", "The packages themselves, for one kind of machine")


def _folder(place: str, name: str) -> dict[str, Any]:
    return {"@id": place, "@type": "Dataset", "name": name}


def _file(place: str, name: str) -> dict[str, Any]:
    ending = place[place.rfind(".") :]
    entity: dict[str, Any] = {"@id": place, "@type": "File", "name": name}
    if ending in _TYPES:
        entity["encodingFormat"] = _TYPES[ending]
    return entity


def _build(contents: Contents, parts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Tells how the book came about: which program made what of which data."""
    made = [part for part in parts if str(part["@id"]).startswith("book/")]
    return {
        "@id": "#build",
        "@type": "CreateAction",
        "name": f"na-report build --edition {contents.edition} (Python {platform.python_version()})",
        "instrument": {"@id": "report/src/na_report/"},
        "object": [{"@id": f"report/data/{edition}/"} for edition in contents.editions] + [{"@id": "report/chapters/"}],
        "result": _references(made),
    }
