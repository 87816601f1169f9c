"""`na-report languages` and `new`: what those who write chapters need beside a notebook."""

from __future__ import annotations

from argparse import Namespace

from na_report.base.paths import PAGES, TOC, Project
from na_report.running.contents import languages
from na_report.running.new_chapter import write_chapter
from na_report.running.translation import accept, find_differences


def tell_languages(options: Namespace, project: Project) -> int:
    """Tells what is behind, missing or extra in translations."""
    first, *others = languages(project)
    if options.list:
        print("\n".join([first, *others]))
        return 0
    for path in options.accept:
        accept(project, path)
    found = find_differences(project)
    for line in found:
        print(line)
    if found:
        print("Translate them, then run: na-report languages --accept FILE")
    else:
        print(f"{', '.join(others) or 'no language'}: as {first}")
    return 1 if found else 0


def new_chapter(options: Namespace, project: Project) -> int:
    """Lays out a new chapter."""
    for path in write_chapter(project, options.name):
        print(f"wrote {project.short(path)}")
    print(f"Add a line to {TOC} where the page belongs:\n  - file: {options.name}")
    print(f"More than one page of this chapter, or a limit? Name them in chapters/{PAGES} as the sector pages are.")
    print("Write in JupyterLab (make lab) and look (make preview); make outputs keeps what nbval compares.")
    return 0
