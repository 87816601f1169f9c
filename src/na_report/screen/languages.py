"""Tells programs that read aloud where a text is in another language than the page."""

from __future__ import annotations

from bs4 import Tag

MARK = "taal-"


def mark_languages(article: Tag) -> None:
    """Turns the marks of a chapter into `lang`: on the link where a link is all that is marked.

    Example:
        >>> from bs4 import BeautifulSoup
        >>> page = BeautifulSoup('<p><span class="taal-en"><a href="#x">Skills</a></span></p>', "html.parser")
        >>> mark_languages(page)
        >>> print(page)
        <p><a href="#x" lang="en">Skills</a></p>
    """
    for span in article.find_all("span", class_=True):
        name = str(span["class"][0])
        if not name.startswith(MARK):
            continue
        language = name.removeprefix(MARK)
        link = span.find("a", recursive=False)
        if isinstance(link, Tag) and link.get_text() == span.get_text():
            link["lang"] = language
            span.unwrap()
        else:
            span["lang"] = language
            del span["class"]
