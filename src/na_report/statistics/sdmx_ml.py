"""XML of offices: SDMX-ML 2.1, in which Eurostat gave answers that came later, and the messages about what is the matter."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

from na_report.statistics.rows import Record, Rows, UnreadableError


def parsed(text: str | bytes) -> Element | None:
    """Returns a text as XML; nothing when it is none, or one that would harm."""
    start = text[:200].encode() if isinstance(text, str) else text[:200]
    if not start.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        return None
    try:
        root: Element = fromstring(text)
    except (ParseError, DefusedXmlException, ValueError, LookupError):  # the last: an encoding that nobody knows
        return None
    return root


def named(root: Element, name: str) -> list[Element]:
    """Returns all parts of a name inside a part, whatever their namespace.

    Example:
        >>> [part.text for part in named(fromstring('<a xmlns:x="y"><x:b>1</x:b><b>2</b></a>'), "b")]
        ['1', '2']
    """
    return root.findall(f".//{{*}}{name}")


def unzipped(content: bytes, largest: int) -> bytes:
    """Returns the one file in a zip file.

    Raises:
        UnreadableError: It is damaged, holds another number of files, or one that is too large.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            if len(names) != 1:
                raise UnreadableError(f"found a zip file with {len(names)} files, expected one")
            with archive.open(names[0]) as file:
                found = file.read(largest + 1)
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError) as error:
        raise UnreadableError(f"found a damaged zip file: {error}") from error
    if len(found) > largest:
        raise UnreadableError(f"found a zip file with more than {largest:,} bytes in it")
    return found


def open_sdmx_ml(root: Element) -> Rows:
    """Opens an answer in SDMX-ML, generic or of a structure of its own.

    Raises:
        UnreadableError: It has no series.
    """
    all_series = [(_said(part), named(part, "Obs")) for part in named(root, "Series")]
    if not all_series:
        raise UnreadableError("found SDMX-ML (XML) without series")
    names = tuple(all_series[0][0])

    def records() -> Iterator[Record]:
        for key, observations in all_series:
            if tuple(key) != names:
                raise UnreadableError(f"found a series with {', '.join(key)}, expected {', '.join(names)}")
            for observation in observations:
                said = _said(observation)
                flags = said.get("OBS_FLAG", said.get("OBS_STATUS", ""))
                yield tuple(key.values()), said.get("TIME_PERIOD", ""), said.get("OBS_VALUE", ""), flags

    dataset = next((part.text or "" for part in named(root, "DataSetID")), "")
    return Rows("SDMX-ML 2.1", dataset, "", names, records())


def _said(part: Element) -> dict[str, str]:
    """Returns what a series or an observation says: in attributes, or in parts of the general form."""
    said = {name: value for name, value in part.attrib.items() if not name.startswith("{")}
    for name, tag in (("TIME_PERIOD", "ObsDimension"), ("OBS_VALUE", "ObsValue")):
        for each in part.findall(f"{{*}}{tag}"):
            said[name] = each.get("value", "")
    for each in (*part.findall("{*}SeriesKey/{*}Value"), *part.findall("{*}Attributes/{*}Value")):
        said[each.get("id", "")] = each.get("value", "")
    return said
