"""The README of an archive, for whoever opens it in ten years: Dutch first, then English."""

from __future__ import annotations

import platform
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from na_report.publishing.archive import Contents

_FETCHED = {
    "nl": (
        "De pakketten zelf zitten niet in dit archief: pip haalt ze van internet en vergelijkt ze met de hashes in\n"
        "`requirements.lock`. Wilt u ze mee bewaren? Vul dan een map met `pip download --require-hashes --dest MAP\n"
        "--requirement requirements.lock` en maak het archief met `na-report archive {edition} --wheels MAP`."
    ),
    "en": (
        "The packages themselves are not in this archive: pip fetches them from the network and compares them with the hashes\n"
        "in `requirements.lock`. To keep them too, fill a folder with `pip download --require-hashes --dest FOLDER\n"
        "--requirement requirements.lock` and make the archive with `na-report archive {edition} --wheels FOLDER`."
    ),
}
_KEPT = {
    "nl": (
        "De pakketten zitten in `data/wheels/`, voor een machine als die waarop ze zijn opgehaald ({machine}).\n"
        "pip heeft dan geen internet nodig. Schrijf voor ARCHIEF de map waarin dit bestand staat."
    ),
    "en": (
        "The packages are in `data/wheels/`, for a machine like the one that fetched them ({machine}).\n"
        "pip then needs no network. For ARCHIEF, write the folder of this file."
    ),
}


def readme(contents: Contents, requires_python: str, code_licence: str) -> str:
    """Returns how to read, check and rebuild what is in an archive.

    Args:
        contents: What is in the archive.
        requires_python: The versions of Python that the program runs on.
        code_licence: The licence of the program.
    """
    first = contents.languages[0]
    machine = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    words = {
        f"wheels_{language}": text.format(edition=contents.edition, machine=machine)
        for language, text in (_KEPT if contents.wheels else _FETCHED).items()
    }
    template = resources.files("na_report.publishing") / "texts" / "archive.md"
    return template.read_text(encoding="utf-8").format(
        title=contents.about["title"],
        edition=contents.edition,
        language=first,
        build_language="" if first == "nl" else f" --language {first}",
        requires=requires_python,
        python=platform.python_version(),
        licence=", ".join(licence["title"] for licence in contents.about["licenses"]),
        code_licence=code_licence,
        offline="--no-index --find-links ARCHIEF/data/wheels " if contents.wheels else "",
        **words,
    )
