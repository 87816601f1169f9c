"""Which language a title is in, so that a screen reader can say it in that language."""

from __future__ import annotations

import re

from na_report.base.wording import Words, languages


def language_of(text: str) -> str:
    """Returns the language that most words of a title are typical of, else nothing: a name belongs to none.

    Example:
        >>> language_of("New Skills Agenda for Europe"), language_of("Digitaal Toetsen"), language_of("NL DIGIbeter")
        ('en', 'nl', '')
    """
    words = re.findall(r"[^\W\d_]+", text.lower())
    counts = {
        language: sum(word in set(Words(language)("language.typical").split()) for word in words)
        for language in languages()
    }
    most = [language for language, count in counts.items() if count == max(counts.values())]
    return most[0] if len(most) == 1 else ""


def spoken(shown: str, text: str, language: str) -> str:
    """Returns MyST with a mark where a text is in another language than the book.

    Args:
        shown: The text as MyST.
        text: The text itself.
        language: The language of the book.

    Example:
        >>> spoken("New Skills Agenda", "New Skills Agenda for Europe", "nl")
        '[New Skills Agenda]{.language-en}'
    """
    other = language_of(text)
    return f"[{shown}]{{.language-{other}}}" if other and other != language else shown
