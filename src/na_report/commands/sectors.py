"""Whether each sector of an edition has all that a reader meets: findings, a page in the contents, a story in each language."""

from __future__ import annotations

from collections.abc import Iterator

from na_report.base.errors import NaReportError
from na_report.base.paths import PAGES, TOC, Project
from na_report.base.stories import read_story
from na_report.editions.edition import Edition
from na_report.running.contents import languages
from na_report.running.pages import all_pages


def refuse_missing(edition: Edition, project: Project, language: str = "") -> None:
    """Stops when a sector of the edition would be missing from the book in a language, or in any when that is left out.

    Raises:
        NaReportError: Names for each sector what it lacks, and where that goes.
    """
    spoken = [language] if language else languages(project)
    if missing := dict.fromkeys(line for each in spoken for line in _missing(edition, project, each)):
        raise NaReportError(
            f"The sectors of edition {edition.name} and the pages of the book differ:\n"
            + "\n".join(f"  {line}" for line in missing),
            hint="Nothing is left out in silence: add these, or take the sector out of sectors.csv.",
        )


def _missing(edition: Edition, project: Project, language: str) -> Iterator[str]:
    """Yields what a sector lacks in the book of one language; a book without any page of a sector has none to miss."""
    pages = {
        str(page.parameters["sector"]): page
        for page in all_pages(project, language, edition.name)
        if "sector" in page.parameters
    }
    if not pages:
        return
    stories = {key: page.chapter.with_suffix("") / f"{key}.md" for key, page in pages.items()}
    parts = dict.fromkeys(part for path in stories.values() if path.is_file() for part in read_story(path).parts)
    sectors = dict(edition.rows("sectors", kind="sector")[["id", "slug"]].itertuples(index=False, name=None))
    for key, slug in sectors.items():
        if edition.rows("findings", sector=key).empty:
            yield f"sector {key}: no findings. Add rows to findings.csv."
        if key not in pages:
            page = f"sector-{slug or key}"
            setting = f'{page}: {{chapter: sector, parameters: {{sector: {key}}}, since: "{edition.name}"}}'
            yield f"sector {key}: no page. Add `{setting}` to chapters/{PAGES} and `- file: {page}` to {TOC}."
            continue
        story = stories[key]
        if not story.is_file():
            yield f"sector {key}: no story. Write {project.short(story)} after the example of the others."
        elif lacking := [part for part in parts if part not in read_story(story).parts]:
            lines = ", ".join(f"`+++ {part}`" for part in lacking)
            yield f"sector {key}: its story lacks parts that others have. Add {lines} to {project.short(story)}."
    for key in sorted(pages.keys() - sectors.keys()):
        yield (
            f"page {pages[key].name}: this edition has no sector {key}. Say in chapters/{PAGES} since which edition the "
            f'page is there, such as `since: "2027"`.'
        )
