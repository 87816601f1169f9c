"""What follows from what differs between two editions, as lines of text and as a page of the preview."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from na_report.base.digits import as_shown, in_digits
from na_report.base.errors import NaReportError
from na_report.base.paths import Project
from na_report.base.templates import templates
from na_report.book.book import Book
from na_report.editions.cells import FLAGS
from na_report.editions.edition import open_edition
from na_report.editions.folders import is_draft, previous_edition, sealed_editions
from na_report.reasoning.changes import Changes, compare
from na_report.reasoning.checking import check
from na_report.running.notebooks import read_chapter
from na_report.running.pages import all_pages, known_language, mentions
from na_report.statistics.refreshing import Outcome, Refreshed, told_again
from na_report.writing.grammar import number, written_day
from na_report.writing.markdown import anchor
from na_report.writing.page import Reworded, prose_of, reworded
from na_report.writing.voice import Voice


@dataclass(frozen=True)
class Follows:
    """What differs, with the claims and recommendations concerned, and what follows in the book."""

    changes: Changes
    pages: dict[str, list[str]] | None  # per page that shows a row that differs the figures that do; not known unbuilt
    sentences: list[Reworded] | None  # that read otherwise; not known when the chapters can't be read


def follows(old: str, new: str, project: Project, language: str = "", notebooks: Path | None = None) -> Follows:
    """Returns what follows from what differs between two editions.

    Left out, the language is the one that others are translated from, and the notebooks those of the last build of either.
    """
    before, after = open_edition(old, project), open_edition(new, project)
    changes = compare(before, after)
    read: list[Reworded] = []
    sentences: list[Reworded] | None = read
    # What differs is told whatever is wrong with the chapters: who builds hears of that.
    try:
        language = known_language(project, language)
        for page in all_pages(project, language, new) if changes.tables else ():
            cells = (cell.source for cell in read_chapter(page.chapter).cells)
            prose = prose_of(cells, page.stories(), project.chapters)
            read += reworded(page.name, prose, before, after, language)
    except NaReportError:
        sentences = None
    built = (notebooks, *(project.build(name, language) / "notebooks" for name in (new, old) if language))
    folder = next((each for each in built if each and each.is_dir()), None)
    return Follows(changes, mentions(folder, {anchor(row) for row in changes.rows}) if folder else None, sentences)


def as_text(found: Follows, refreshed: Refreshed | None = None) -> str:
    """Returns as text what differs, by table or by series of a draft that was refreshed, and what follows."""
    parts = {"refreshed": refreshed, "counted": _counted, "flags": FLAGS, "repr": repr}
    parts["digits"] = lambda number: "words" if number is None else in_digits(as_shown(number))
    return templates(__package__).get_template("changes.txt").render(parts, **vars(found))


def _counted(outcome: Outcome) -> str:
    counted = Counter(kind.split(":")[0] for change in outcome.changes for kind in change.kinds)
    return ", ".join(f"{count} {kind}" for kind, count in counted.items())


def changed_page(book: Book) -> tuple[str, str, str] | None:
    """Returns what is otherwise in the draft of a book, as the title of a page, its HTML, and the words of a link to it.

    Nothing for an edition that is sealed, or the first. The notebooks that were run tell which pages show what differs.
    """
    project, name, language = book.project, book.edition, book.language
    if not is_draft(project.data / name):
        return None
    told = told_again(name, project)
    old = told.old if told else previous_edition(name, sealed_editions(project))
    if not old:
        return None
    voice = Voice(open_edition(name, project), language)

    def say(key: str, **parts: str) -> str:
        return voice.words(f"changes.{key}", **parts)

    def flags(letters: str) -> str:
        return ", ".join(voice.words(f"flags.{letter}") for letter in letters)

    def of_office(text: str) -> str:
        """Returns what an office says, with its flags, as a reader of the language writes it."""
        found, _, letters = text.partition(" ")
        shown = "–" if found == ":" else number(float(found), language)
        return f"{shown} ({flags(letters)})" if letters else shown

    parts = {
        "outcomes": told.outcomes if told else (),
        "claims": {result.claim.id: result.claim.says[language] for result in check(voice.edition)},
        "advice": {row["id"]: voice.said(row, "title") for row in voice.edition.records("recommendations")},
        **{"say": say, "flags": flags, "of_office": of_office, "number": number, "written_day": written_day},
        **vars(follows(old, name, project, language, book.notebooks)),
    }
    contents = templates(__package__).get_template("changes.html").render(parts, voice=voice)
    return say("title"), contents, say("link")
