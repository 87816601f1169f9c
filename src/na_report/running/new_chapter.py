"""A new chapter: a notebook per language with the cells that each chapter has."""

from importlib import resources
from pathlib import Path

from na_report.base.errors import NaReportError
from na_report.base.files import write_whole
from na_report.base.paths import Project
from na_report.running.contents import is_name, languages
from na_report.running.translation import accept


def write_chapter(project: Project, name: str) -> list[Path]:
    """Writes the notebooks of a new chapter and returns them."""
    if not is_name(name):
        raise NaReportError(f"A chapter can't have the name {name!r}.", hint="Use letters, digits, - and _.")
    paths = {language: project.chapters / language / f"{name}.ipynb" for language in languages(project)}
    if there := [path for path in paths.values() if path.exists()]:
        raise NaReportError(f"{project.short(there[0])} exists already.", hint="Choose another name.")
    form = (resources.files("na_report.running") / "texts" / "chapter.ipynb").read_text(encoding="utf-8")
    for language, path in paths.items():
        path.parent.mkdir(exist_ok=True)
        text = form.replace("TITLE", name.capitalize()).replace("LANGUAGE", language)
        write_whole(path, text.encode())
    first, *translations = paths.values()
    for path in translations:
        accept(project, path)
    return [first, *translations]
