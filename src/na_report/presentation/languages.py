"""Which language a title is in, so that a screen reader can say it in that language."""

from __future__ import annotations

import re

# Words that only one of the two languages has, and that titles of reports and statistics use.
_ENGLISH = (
    "the of and for on to with from by at a adult learning education digital skills training individuals employed students "
    "teaching act decision council commission framework regulation recommendation survey european schools contents receive"
)
_DUTCH = (
    "de het een van en voor op naar met bij over tot uit der leren onderwijs digitale digitaal vaardigheden agenda "
    "kamerbrief plan aanpak rapport volwassenen brief besluit wat hoe als om te"
)
_WORDS = {"en": frozenset(_ENGLISH.split()), "nl": frozenset(_DUTCH.split())}


def language_of(text: str) -> str:
    """Returns `nl` or `en` when more words of a title belong to one of them, else nothing: a name belongs to neither.

    Example:
        >>> language_of("New Skills Agenda for Europe"), language_of("Digitaal Toetsen"), language_of("NL DIGIbeter")
        ('en', 'nl', '')
    """
    words = re.findall(r"[^\W\d_]+", text.lower())
    counts = {language: sum(word in known for word in words) for language, known in _WORDS.items()}
    if counts["en"] == counts["nl"]:
        return ""
    return max(counts, key=lambda language: counts[language])


def spoken(shown: str, text: str, language: str) -> str:
    """Returns MyST with a mark where a text is in another language than the book.

    Args:
        shown: The text as MyST.
        text: The text itself.
        language: The language of the book.

    Example:
        >>> spoken("New Skills Agenda", "New Skills Agenda for Europe", "nl")
        '[New Skills Agenda]{.taal-en}'
    """
    other = language_of(text)
    return f"[{shown}]{{.taal-{other}}}" if other and other != language else shown
