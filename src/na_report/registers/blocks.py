"""The blocks that a chapter is made of: agendas, conclusions, advice, and what else `chapters/blocks.md` tells."""

from typing import Any

from na_report.editions.edition import Edition
from na_report.registers.templates import Templates
from na_report.writing.markdown import Block
from na_report.writing.voice import Voice


def show(edition: Edition, name: str, language: str = "nl", **asked: Any) -> Block | None:
    """Shows a block of `chapters/blocks.md`, of what it is asked for by name; nothing where it comes to nothing."""
    shown = Templates(Voice(edition, language), **asked).block(name, {})
    return Block(shown) if shown else None
