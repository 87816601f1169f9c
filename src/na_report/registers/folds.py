"""What a reader opens: a page tells its story, and the table that it rests on stands folded under it."""

from __future__ import annotations

from na_report.writing.markdown import Block


def folded(title: str, block: Block) -> Block:
    """Returns a table folded under a title; paper shows it open, under its caption alone.

    Example:
        >>> folded("Alle cijfers", Block("| a |")).markdown.splitlines()
        ['::::{dropdown} Alle cijfers', ':class-title: alleen-scherm', '', '| a |', '::::']
    """
    lines = [f"::::{{dropdown}} {title}", ":class-title: alleen-scherm", "", block.markdown, "::::"]
    return Block("\n".join(lines), block.attachments, block.metadata)
