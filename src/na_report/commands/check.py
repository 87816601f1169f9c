"""`na-report check` and `trace`: what still holds, what rests on what, and whether a sector has all that a reader meets."""

import json
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import asdict

from na_report.base.digits import half_up, in_digits
from na_report.base.errors import NaReportError
from na_report.base.paths import PAGES, TOC, Project
from na_report.base.stories import read_story
from na_report.base.templates import templates
from na_report.editions.cells import PLACEHOLDER
from na_report.editions.edition import Edition, open_edition
from na_report.editions.folders import newest_edition
from na_report.reasoning import chain, checking
from na_report.reasoning.claim import FAILS, KINDS
from na_report.running.pages import all_pages, languages, read_contents
from na_report.writing.voice import Voice


def check(options: Namespace, project: Project) -> int:
    """Tests conclusions and sentences on newer facts, on those of the report, and on our tables."""
    checking.refuse_misplaced(project, read_contents(project).pages)
    edition = open_edition(options.edition or newest_edition(project), project)
    refuse_missing(edition, project)
    results = checking.check(edition)
    code = 1 if any(result.state in FAILS for result in results) else 0
    if options.format == "json":
        said = [asdict(result) for result in results]
        print(json.dumps([each.pop("claim") | each for each in said], ensure_ascii=False, indent=2))
        return code
    shown = {"results": results, "edition": edition, "language": options.language, "kinds": KINDS, "fails": FAILS}
    text = templates(__package__).get_template("check.txt")
    print(text.render(shown, digits=lambda value: in_digits(half_up(value, 10))), end="", flush=True)
    return code


def trace(options: Namespace, project: Project) -> int:
    """Shows what a row rests on, and what rests on it."""
    edition = open_edition(options.edition or newest_edition(project), project)
    voice = Voice(edition, options.language)
    for title, up in (("rests on", False), ("carries", True)):
        steps = list(chain.walk(edition, options.id, up=up))
        print(f"{options.id} {title}{':' if len(steps) > 1 else ' nothing in this edition'}")
        for step in steps[1 if up else 0 :]:
            again = "  (see above)" if step.seen else ""
            print(f"{'  ' * (step.depth + 1)}{step.key}  {_about(voice, step)}{again}")
    return 0


def _about(voice: Voice, step: chain.Step) -> str:
    """Returns the first words of a row, so that a tree can be read."""
    row = voice.edition.row(step.table, step.key)
    if step.table == "observations":
        return f"{voice.value(step.key).text} ({row['period'] or '–'})"
    texts = (row.get(f"{name}_{voice.language}") for name in ("title", "label", "name", "topic", "text"))
    text = next((str(text) for text in texts if text), "")
    shown = PLACEHOLDER.sub(lambda match: voice.value(match[1]).text, text)
    return shown if len(shown) <= 90 else shown[:87].rsplit(" ", 1)[0] + " …"


def refuse_missing(edition: Edition, project: Project, language: str = "") -> None:
    """Stops when a sector of the edition would be missing from the book in a language, or in any when that is left out."""
    spoken = [language] if language else languages(project)
    if missing := dict.fromkeys(line for each in spoken for line in _missing(edition, project, each)):
        raise NaReportError(
            f"The sectors of edition {edition.name} and the pages of the book differ:\n"
            + "\n".join(f"  {line}" for line in missing),
            hint="Nothing is left out in silence: add these, or take the sector out of sectors.csv.",
        )


def _missing(edition: Edition, project: Project, language: str) -> Iterator[str]:
    """Yields what a sector lacks in the book of one language; a book without any page of a sector has none to miss."""
    found = (page for page in all_pages(project, language, edition.name) if "sector" in page.parameters)
    pages = {str(page.parameters["sector"]): page for page in found}
    if not pages:
        return
    stories = {key: page.chapter.with_suffix("") / f"{key}.md" for key, page in pages.items()}
    told = {key: read_story(path).parts for key, path in stories.items() if path.is_file()}
    sectors = {row["id"]: row["slug"] for row in edition.records("sectors") if row["kind"] == "sector"}
    for key, slug in sectors.items():
        if edition.rows("findings", sector=key).empty:
            yield f"sector {key}: no findings. Add rows to findings.csv."
        if key not in pages:
            page = f"sector-{slug or key}"
            setting = f'{page}: {{chapter: sector, parameters: {{sector: {key}}}, since: "{edition.name}"}}'
            yield f"sector {key}: no page. Add `{setting}` to chapters/{PAGES} and `- file: {page}` to {TOC}."
        elif key not in told:
            yield f"sector {key}: no story. Write {project.short(stories[key])} after the example of the others."
        elif lacking := [f"`+++ {part}`" for parts in told.values() for part in parts if part not in told[key]]:
            parts = ", ".join(dict.fromkeys(lacking))
            yield f"sector {key}: its story lacks parts that others have. Add {parts} to {project.short(stories[key])}."
    for key in sorted(pages.keys() - sectors.keys()):
        yield (
            f"page {pages[key].name}: this edition has no sector {key}. Say in chapters/{PAGES} since which edition the "
            f'page is there, such as `since: "2027"`.'
        )
