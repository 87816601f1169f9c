"""The bill of materials of a release: every package of the lock, with its hashes, as CycloneDX."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_PIN = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;\\]+)\s*(?:;\s*([^\\]+?))?\s*(?:\\|$)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
# The same lock gives the same serial number everywhere.
_SPACE = uuid.UUID("8f1f6c0e-52a3-5d0e-9c1e-3a4f6f1f7c55")


@dataclass(frozen=True)
class Pin:
    """One package of a lock.

    Args:
        name: As package indexes write it.
        version: The one version that may be installed.
        marker: On which systems; empty for all.
        hashes: SHA-256 of every file of that version.
    """

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]

    @property
    def purl(self) -> str:
        """The package URL, which also serves as its reference."""
        return f"pkg:pypi/{self.name}@{self.version}"


def read_lock(text: str) -> list[Pin]:
    r"""Returns the packages of a requirements file with hashes, in its order.

    Example:
        >>> pin, = read_lock(f"a-b==1.0 ; os_name == 'nt' \\\n    --hash=sha256:{'0' * 64}\n")
        >>> pin.purl, pin.marker, len(pin.hashes)
        ('pkg:pypi/a-b@1.0', "os_name == 'nt'", 1)
    """
    pins = []
    for entry in re.split(r"(?<!\\)\n", text):
        match = _PIN.match(entry)
        if match:
            name, version, marker = match.groups(default="")
            pins.append(Pin(_normalised(name), version, marker.strip(), tuple(_HASH.findall(entry))))
    return pins


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def bill(lock: str, pyproject: str) -> dict[str, Any]:
    """Returns a CycloneDX 1.6 bill of materials; the same two texts give the same bill.

    Args:
        lock: The text of `requirements.lock`.
        pyproject: The text of `pyproject.toml`.
    """
    project: Mapping[str, Any] = tomllib.loads(pyproject)["project"]
    pins = sorted(read_lock(lock), key=lambda pin: (pin.name, pin.version, pin.marker))
    own = f"pkg:pypi/{_normalised(project['name'])}@{project['version']}"
    wanted = {_normalised(re.split(r"[^\w.-]", line, maxsplit=1)[0]) for line in project["dependencies"]}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(_SPACE, hashlib.sha256((lock + pyproject).encode()).hexdigest())}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": own,
                "name": project["name"],
                "version": project["version"],
                "description": project["description"],
                "licenses": [{"license": {"id": project["license"]}}],
                "purl": own,
            }
        },
        "components": [_component(pin) for pin in pins],
        # The lock does not say who brought a package along, so only the first step is told.
        "dependencies": [{"ref": own, "dependsOn": sorted(pin.purl for pin in pins if pin.name in wanted)}],
        "compositions": [{"aggregate": "incomplete", "dependencies": [own]}],
    }


def _component(pin: Pin) -> dict[str, Any]:
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": pin.purl,
        "name": pin.name,
        "version": pin.version,
        "purl": pin.purl,
        # A version has many files, one per system; a hash of each stands with the place where the lock names it.
        "externalReferences": [
            {
                "type": "distribution",
                "url": pin.purl,
                "hashes": [{"alg": "SHA-256", "content": found} for found in sorted(pin.hashes)],
            }
        ],
    }
    if pin.marker:
        component["properties"] = [{"name": "python:marker", "value": pin.marker}]
    return component


def write_bill(lock: str, pyproject: str) -> str:
    """Returns the bill of materials as JSON text."""
    return json.dumps(bill(lock, pyproject), ensure_ascii=False, indent=1) + "\n"
