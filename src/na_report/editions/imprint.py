"""What identifies an edition: its version, the day that it was sealed, and the fingerprint of the seal."""

from typing import NamedTuple

from na_report.editions.asked import derived
from na_report.editions.edition import Edition


class Seal(NamedTuple):
    """What a reader needs to know which data this is."""

    version: str
    created: str  # the day that it was sealed
    fingerprint: str
    author: str
    licence: str
    licence_url: str
    tables: int  # how many


@derived
def seal_of(edition: Edition) -> Seal:
    """Returns what identifies an edition."""
    said = edition.descriptor
    licence, author = said["licenses"][0], said["contributors"][0]["title"]
    created, tables = str(said["created"])[:10], len(said["resources"])
    return Seal(said["version"], created, edition.fingerprint, author, licence["title"], licence["path"], tables)
