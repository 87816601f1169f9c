"""Prints the bill of materials of the release (CycloneDX), made of the lock; `make sbom` keeps it in `_build`."""

from __future__ import annotations

import sys
from pathlib import Path

from na_report.publishing.sbom import write_bill

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Prints the bill."""
    lock, pyproject = ((ROOT / name).read_text(encoding="utf-8") for name in ("requirements.lock", "pyproject.toml"))
    sys.stdout.write(write_bill(lock, pyproject))


if __name__ == "__main__":
    main()
