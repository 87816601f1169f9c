"""Text as a sentence has it: lists, capitals, full stops, and the language that it is in."""

import re
from collections.abc import Iterable

from na_report.base.wording import Words, worded_languages
from na_report.writing.markdown import plain


def ids(cell: str | Iterable[str]) -> list[str]:
    """Returns the values of a list cell, or of a list."""
    return [item for item in (cell.split(";") if isinstance(cell, str) else cell) if item]


def number_of(key: str) -> str:
    """Returns the number in an id, such as the 7 of FM07."""
    found = re.search(r"\d+", key)
    return str(int(found[0])) if found else key


def listed(parts: Iterable[str], language: str = "nl") -> str:
    """Returns parts as a sentence lists them."""
    *first, last = parts or [""]
    return Words(language)("language.and", first=", ".join(first), last=last) if first else last


def ended(text: str) -> str:
    """Returns MyST that ends with a full stop, and not with two."""
    return text if plain(text).endswith(".") else f"{text}."


def sentence_case(text: str) -> str:
    """Returns text with a capital at the start; Dutch has no accent on that of één."""
    return f"E{text[1:]}" if text.startswith("éé") else text[:1].upper() + text[1:]


def in_sentence(text: str) -> str:
    """Returns a label with a small letter, unless it starts with a name or an abbreviation.

    Example:
        >>> in_sentence("Alle sectoren"), in_sentence("Nederland als geheel"), in_sentence("ICT-specialisten")
        ('alle sectoren', 'Nederland als geheel', 'ICT-specialisten')
    """
    names = tuple(name for language in worded_languages() for name in Words(language)("language.names").split())
    return text if text.startswith(names) or text[1:2].isupper() else text[:1].lower() + text[1:]


def language_of(text: str) -> str:
    """Returns the language that most words of a title are typical of, else nothing: a name belongs to none."""
    words = re.findall(r"[^\W\d_]+", text.lower())
    typical = {language: Words(language)("language.typical").split() for language in worded_languages()}
    counts = {language: sum(word in known for word in words) for language, known in typical.items()}
    most = [language for language, count in counts.items() if count == max(counts.values())]
    return most[0] if len(most) == 1 else ""


def spoken(shown: str, text: str, language: str) -> str:
    """Returns the MyST of a text, marked for screen readers where the text is in another language than the book."""
    other = language_of(text)
    return f"[{shown}]{{.language-{other}}}" if other and other != language else shown
