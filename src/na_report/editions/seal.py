"""What identifies an edition: its version, the day that it was sealed, and the fingerprint of the seal."""

from __future__ import annotations

from typing import NamedTuple

from na_report.editions.edition import Edition
from na_report.editions.reads import derived


class Seal(NamedTuple):
    """What a reader needs to know which data this is.

    Args:
        version: The version of the edition.
        created: The day that it was sealed, as ISO date.
        fingerprint: The hash of `datapackage.json`, which holds the hash of each table.
        author: Who made it.
        licence: The name of its licence.
        licence_url: Where the licence is.
        tables: The number of tables.
    """

    version: str
    created: str
    fingerprint: str
    author: str
    licence: str
    licence_url: str
    tables: int


@derived
def seal_of(edition: Edition) -> Seal:
    """Returns what identifies an edition.

    Example:
        >>> from na_report.editions.edition import open_edition
        >>> seal = seal_of(open_edition("2021"))
        >>> seal.version, seal.licence, len(seal.fingerprint)
        ('2021.1.0', 'Creative Commons Attribution 4.0', 64)
    """
    said = edition.descriptor
    licence = said["licenses"][0]
    return Seal(
        version=str(said["version"]),
        created=str(said["created"])[:10],
        fingerprint=edition.fingerprint,
        author=str(said["contributors"][0]["title"]),
        licence=str(licence["title"]),
        licence_url=str(licence["path"]),
        tables=len(said["resources"]),
    )
