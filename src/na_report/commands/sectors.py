"""Whether each sector of an edition has all that a reader meets: its page in the contents, and its story in each language."""

from __future__ import annotations

from na_report.errors import NaReportError
from na_report.evidence.edition import Edition
from na_report.paths import PAGES, TOC, Project
from na_report.publishing.contents import languages
from na_report.publishing.pages import all_pages


def refuse_missing(edition: Edition, project: Project) -> None:
    """Stops when a sector of the edition would be missing from the book; a book without any page of a sector has none to miss.

    Raises:
        NaReportError: Names for each sector what it lacks, and where that goes.
    """
    missing = []
    for language in languages(project):
        pages = {
            str(page.parameters["sector"]): page for page in all_pages(project, language) if "sector" in page.parameters
        }
        for key, slug in (
            edition.rows("sectors", kind="sector")[["id", "slug"]].itertuples(index=False) if pages else ()
        ):
            if key not in pages:
                page = f"sector-{slug or key}"
                missing.append(
                    f"sector {key}: no page. Add `{page}: {{chapter: sector, parameters: {{sector: {key}}}}}` to "
                    f"chapters/{PAGES} and `- file: {page}` to {TOC}."
                )
                continue
            story = pages[key].chapter.with_suffix("") / f"{key}.md"
            if not story.is_file():
                missing.append(f"sector {key}: no story. Write {project.short(story)} after the example of the others.")
    if missing:
        raise NaReportError(
            f"Edition {edition.name} has sectors that the book lacks:\n"
            + "\n".join(f"  {line}" for line in dict.fromkeys(missing)),
            hint="Nothing is left out in silence: add these, or take the rows out of sectors.csv.",
        )
