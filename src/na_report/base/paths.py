"""Where things are; the one module that knows the names of folders and files."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from na_report.base.errors import NaReportError

# Files of a project that more than one module reads.
TOC, CONFIG, LOCK, PROGRAM = "_toc.yml", "_config.yml", "requirements.lock", "pyproject.toml"
# Everything that is made.
BUILD = "_build"
PAGES, WORDS, CLAIMS, REGISTERS = "pages.yml", "words.yml", "claims.yml", "registers.yml"
# In the folder of the editions, and in that of each.
ABOUT, DESCRIPTOR, ANSWERS = "about.yml", "datapackage.json", "answers"
# The variable that says where the site is published.
ADDRESS = "NA_REPORT_URL"
# The variable that tells a kernel where to write down what its page asks of the data; there is none in JupyterLab.
READS = "NA_REPORT_READS"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*")


@dataclass(frozen=True)
class Project:
    """A folder with a report: chapters, data and what is built from them."""

    root: Path

    @property
    def data(self) -> Path:
        """The folder of the editions."""
        return self.root / "data"

    @property
    def chapters(self) -> Path:
        """The folder of the notebooks."""
        return self.root / "chapters"

    def build(self, edition: str, language: str) -> Path:
        """Returns the folder of all that is made of an edition in a language; refuses what leads to another folder."""
        for name in (edition, language):
            if not _NAME.fullmatch(name):
                raise NaReportError(f"There is no edition {name!r}.", hint="Run na-report edition list for the names.")
        return self.root / BUILD / edition / language

    def refuse_data(self, target: Path) -> None:
        """Keeps the folder of the editions for editions: refuses to write another file or folder there."""
        if Path(os.path.realpath(target)).is_relative_to(os.path.realpath(self.data)):
            raise NaReportError(
                f"{target} is in the folder of the editions, which holds nothing else.",
                hint="Choose a place outside data/.",
            )

    def short(self, path: Path) -> str:
        """Returns a path as a person in the project's folder would write it."""
        return str(path.relative_to(self.root))


def find_project(start: Path | None = None) -> Project:
    """Returns the project of a folder, or of the working directory: the nearest parent with `_toc.yml` and `data/`."""
    folder = (start or Path.cwd()).resolve()
    for candidate in (folder, *folder.parents):
        if (candidate / TOC).is_file() and (candidate / "data").is_dir():
            return Project(candidate)
    raise NaReportError(
        f"{folder} is not in a report project: no parent folder has both _toc.yml and data/.",
        hint="Go to the folder of the report and call na-report there.",
    )
