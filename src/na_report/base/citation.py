"""How to refer to the report, or to one figure or table of it: APA for a text, BibTeX for a program."""

from __future__ import annotations

import re
from dataclasses import dataclass

from na_report.base.wording import Words

_LATEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: f"\\{sign}" for sign in "{}&%$#_"},
}


@dataclass(frozen=True)
class Work:
    """A report that others refer to.

    Args:
        author: Who made it.
        title: Its title, without the edition.
        year: The year that this edition was sealed in.
        edition: The name of the edition.
        version: The version of the edition.
        language: `nl` or `en`.
    """

    author: str
    title: str
    year: str
    edition: str
    version: str
    language: str = "nl"

    @property
    def name(self) -> str:
        """Its title with the edition, in the language of the work."""
        return f"{self.title} ({Words(self.language)('citation.edition')} {self.edition})"

    @property
    def dated(self) -> str:
        """Which edition and version, in the language of the work."""
        words = Words(self.language)
        return f"{words('citation.edition')} {self.edition}, {words('citation.version')} {self.version}"


@dataclass(frozen=True)
class Part:
    """A figure or table of a work.

    Args:
        key: Its name in the book, such as `fig-doel`.
        number: What the reader sees: `Figuur 3`.
        title: Its title, without a full stop at the end.
    """

    key: str
    number: str
    title: str


def apa(work: Work, part: Part | None = None, address: str = "") -> str:
    """Returns a reference in the style of APA 7 as plain text.

    Args:
        work: The report.
        part: A figure or table of it; the whole when left out.
        address: Where it is on the web; nothing when it is not known.

    Example:
        >>> work = Work("Bureau", "Een rapport", "2026", "2026", "2026.1.0")
        >>> apa(work)
        'Bureau. (2026). Een rapport (editie 2026, versie 2026.1.0) [Rapport met data].'
        >>> apa(work, Part("fig-x", "Figuur 3", "Het doel"), "https://example.org/a.html#fig-x")
        'Bureau. (2026). Het doel [Figuur 3]. In Een rapport (editie 2026, versie 2026.1.0). https://example.org/a.html#fig-x'
    """
    words = Words(work.language)
    source = f"{work.title} ({work.dated})"
    if part is None:
        text = f"{work.author}. ({work.year}). {source} [{words('citation.kind')}]."
    else:
        text = f"{work.author}. ({work.year}). {part.title} [{part.number}]. {words('citation.in')} {source}."
    return f"{text} {address}".rstrip()


def bibtex(work: Work, part: Part | None = None, address: str = "") -> str:
    r"""Returns a reference as a BibTeX entry; the arguments are those of `apa`.

    Example:
        >>> print(bibtex(Work("Bureau", "Kosten & baten", "2026", "2026", "2026.1.0")))
        @misc{na-report-2026,
          author = {{Bureau}},
          title = {{Kosten \& baten}},
          year = {2026},
          note = {editie 2026, versie 2026.1.0}
        }
    """
    fields = {"author": f"{{{_latex(work.author)}}}"}
    if part is None:
        fields |= {"title": f"{{{_latex(work.title)}}}"}
    else:
        words = Words(work.language)
        fields |= {
            "title": f"{{{_latex(f'{part.number}. {part.title}')}}}",
            "howpublished": f"{words('citation.in')}: {_latex(work.title)}",
        }
    fields |= {"year": work.year, "note": _latex(work.dated)}
    if address:
        fields["url"] = address
    key = re.sub(r"[^a-z0-9-]", "", "-".join(["na-report", work.edition, *([part.key] if part else [])]).lower())
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items())
    return f"@misc{{{key},\n{lines}\n}}"


def _latex(text: str) -> str:
    return "".join(_LATEX.get(sign, sign) for sign in text)
