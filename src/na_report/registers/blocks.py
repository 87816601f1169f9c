"""The blocks that a chapter is made of: agendas, conclusions, advice, and what else `chapters/blocks.md` tells."""

from itertools import product
from typing import Any

from na_report.base.paths import find_project
from na_report.base.stories import read_story
from na_report.base.wording import worded_languages
from na_report.editions.edition import Edition, open_edition
from na_report.editions.folders import sealed_editions
from na_report.registers.templates import BLOCKS, Templates
from na_report.writing.markdown import Block
from na_report.writing.voice import Voice


def show(edition: Edition, name: str, language: str = "nl", **asked: Any) -> Block | None:
    """Shows a block of `chapters/blocks.md`, of what it is asked for by name; nothing where it comes to nothing."""
    shown = Templates(Voice(edition, language), **asked).block(name, {})
    return Block(shown) if shown else None


def get_ready() -> None:
    """Does once what each page would do itself: reads the newest editions, tests claims, compiles blocks and fills one in."""
    blocks = read_story(find_project().chapters / f"{BLOCKS}.md").parts
    for name, language in product(sealed_editions()[-2:], worded_languages()):
        edition = open_edition(name)
        rules = Templates(Voice(edition, language)).rules
        for block in blocks:
            rules.get_template(block)
        show(edition, "recommendation", language, id=edition.records("recommendations")[0]["id"])
