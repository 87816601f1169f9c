"""The words that a reader sees between the data, from `chapters/<language>/words.yml`."""

import json
from collections.abc import Mapping
from pathlib import Path

from na_report.base.errors import NaReportError
from na_report.base.files import read_once
from na_report.base.paths import WORDS, Project, find_project
from na_report.base.settings import form_faults, read_texts, refuse_faults, shown

_FORM = json.loads(Path(__file__).with_name("words.json").read_bytes())
# What this process has asked for, as language and key.
asked: dict[tuple[str, str], None] = {}


def worded_languages(project: Project | None = None) -> list[str]:
    """Returns the languages that the book has words in, such as en and nl."""
    return sorted(path.parent.name for path in (project or find_project()).chapters.glob(f"*/{WORDS}"))


class Words:
    """The words of one language of a project (that of the working directory), by their key in `words.yml`.

    Example:
        >>> words = Words("nl")
        >>> words("figures.source", source="CBS", edition="2026"), words("findings_below", 3, count="drie")
        ('Bron: CBS · stand van 2026', 'drie bevindingen waarop dit rust')
    """

    def __init__(self, language: str, project: Project | None = None) -> None:
        self.language = language
        path = (project or find_project()).chapters / language / WORDS
        if not path.is_file():
            known = ", ".join(worded_languages(project)) or "none yet"
            raise NaReportError(
                f"There are no words in the language {language!r}: chapters/{language}/{WORDS} does not exist.",
                hint=f"Choose one of: {known}; or write that file after the example of another language.",
            )
        self._texts = _read(path)

    def __call__(self, key: str, plural: float | None = None, /, **parts: object) -> str:
        """Returns a text with each `{name}` filled in, in the form for a number where it has forms.

        The key is section and name with a point between; of the section `words` the name alone. A text, form or part that is not
        there is a `NaReportError`.
        """
        text = self.get(key)
        if isinstance(text, Mapping):
            from babel import Locale

            kind = Locale.parse(self.language).plural_form(plural) if plural is not None else "other"
            text = text.get(f"{plural:g}" if plural is not None else "") or text.get(kind)
            if text is None:
                raise self._wrong(key, "no form for this number", f"forms such as {{one: …, other: …}} ({plural})")
        if text is None:
            raise self._wrong(key, "nothing", "a text")
        try:
            return text.format_map(parts) if "{" in text or "}" in text else text
        except (KeyError, ValueError, IndexError, AttributeError) as problem:
            names = ", ".join(f"{{{name}}}" for name in parts) or "no names between braces"
            raise self._wrong(key, f"{shown(text)} ({problem})", f"nothing between braces but {names}") from None

    def get(self, key: str) -> str | Mapping[str, str] | None:
        """Returns a text or its forms as the file has it, or nothing."""
        asked[self.language, key] = None
        section, _, name = key.rpartition(".")
        return self._texts.get(section or "words", {}).get(name)

    def section(self, name: str) -> dict[str, str]:
        """Returns all texts of a section by name."""
        return {key: self(f"{name}.{key}") for key in self._texts.get(name, {})}

    def _wrong(self, key: str, found: str, expected: str) -> NaReportError:
        place = key if "." in key else f"words.{key}"
        return NaReportError(
            f"chapters/{self.language}/{WORDS}, {place}: found {found}, expected {expected}.",
            hint="Look how the file of another language has it.",
        )


@read_once
def _read(path: Path) -> dict[str, dict[str, str | dict[str, str]]]:
    texts, lines = read_texts(path)
    hint = "Look how the file of another language has these lines."
    refuse_faults(f"chapters/{path.parent.name}/{WORDS}", form_faults(texts, _FORM), hint, lines)
    return texts
