"""Entries of zip files that are the same wherever and whenever they are written."""

import stat
import zipfile
from datetime import date

# The first and the last day that a zip file can tell.
EPOCH, _LAST = date(1980, 1, 1), date(2107, 12, 31)
_UNIX = 3  # the kind of system that keeps permissions


def zip_entry(name: str, *, day: date = EPOCH, compressed: bool = True, mode: int = 0) -> zipfile.ZipInfo:
    """Returns an entry that tells nothing of the machine, its user or the time of the day; `mode` such as 0o644."""
    entry = zipfile.ZipInfo(name, (*min(max(day, EPOCH), _LAST).timetuple()[:3], 0, 0, 0))
    entry.create_system = _UNIX
    entry.compress_type = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
    entry.external_attr = (stat.S_IFREG | mode) << 16 if mode else 0
    return entry
