"""How to refer to the report, or to one figure or table of it: APA for a text, BibTeX for a program."""

import re
from dataclasses import dataclass
from typing import NamedTuple

from na_report.base.wording import Words

_LATEX = str.maketrans(
    {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    | {sign: f"\\{sign}" for sign in "{}&%$#_"}
)


def _latex(text: str) -> str:
    return text.translate(_LATEX)


@dataclass(frozen=True)
class Work:
    """A report that others refer to: its title without the edition, and the year in which the edition was sealed."""

    author: str
    title: str
    year: str
    edition: str
    version: str
    language: str = "nl"

    @property
    def name(self) -> str:
        """Its title with the edition, in the language of the work."""
        return Words(self.language)("citation.named", **vars(self))

    @property
    def dated(self) -> str:
        """Which edition and version, in the language of the work."""
        return Words(self.language)("citation.dated", **vars(self))


class Part(NamedTuple):
    """A figure or table of a work: its name in the book (`fig-doel`), what the reader sees (`Figuur 3`) and its title."""

    key: str
    number: str
    title: str


def apa(work: Work, part: Part | None = None, address: str = "") -> str:
    """Returns a reference in the style of APA 7 as plain text; the address is left out where it is not known.

    Example:
        >>> work = Work("Bureau", "Een rapport", "2026", "2026", "2026.1.0")
        >>> apa(work, Part("fig-x", "Figuur 3", "Het doel"), "https://example.org/a.html#fig-x")
        'Bureau. (2026). Het doel [Figuur 3]. In Een rapport (uitgave 2026, versie 2026.1.0). https://example.org/a.html#fig-x'
    """
    words, said = Words(work.language), vars(work) | {"dated": work.dated}
    named = {"what": part.title, "number": part.number} if part else {}
    return f"{words('citation.part' if part else 'citation.whole', **said, **named)} {address}".rstrip()


def bibtex(work: Work, part: Part | None = None, address: str = "") -> str:
    r"""Returns a reference as a BibTeX entry; the arguments are those of `apa`.

    Example:
        >>> print(bibtex(Work("Bureau", "Kosten & baten", "2026", "2026", "2026.1.0")))
        @misc{na-report-2026,
          author = {{Bureau}},
          title = {{Kosten \& baten}},
          year = {2026},
          note = {uitgave 2026, versie 2026.1.0}
        }
    """
    title = f"{part.number}. {part.title}" if part else work.title
    within = Words(work.language)("citation.within", title=work.title) if part else ""
    fields = {"author": f"{{{_latex(work.author)}}}", "title": f"{{{_latex(title)}}}", "howpublished": _latex(within)}
    fields |= {"year": work.year, "note": _latex(work.dated), "url": address}
    key = re.sub(r"[^a-z0-9-]", "", f"na-report-{work.edition}{f'-{part.key}' if part else ''}".lower())
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items() if value)
    return f"@misc{{{key},\n{lines}\n}}"
