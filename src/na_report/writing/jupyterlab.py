"""What a cell shows in JupyterLab, which knows no MyST: the same text, table or figure as HTML."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping

from docutils import nodes
from docutils.core import publish_parts
from docutils.parsers.rst import Directive, directives, roles
from myst_parser.parsers.docutils_ import Parser

_SVG = "image/svg+xml"
# The drawing for a phone, and the files to take along.
_ELSEWHERE = re.compile(r"^:::\{image\}.*?^:::$|^\[.*\]\{\.meenemen\}$", re.DOTALL | re.MULTILINE)
_SETTINGS = {
    "myst_enable_extensions": ["attrs_block", "attrs_inline", "colon_fence", "deflist"],
    "myst_suppress_warnings": ["myst.header"],  # a cell may start below a chapter
    "myst_all_links_external": True,  # other pages are not here
    "embed_stylesheet": False,
    "stylesheet_path": None,
    "initial_header_level": 2,
    "doctitle_xform": False,
}


class _Fold(Directive):  # type: ignore[misc]
    """What the book folds: a title, and under it what it holds."""

    has_content = True
    final_argument_whitespace = True
    required_arguments = 1
    option_spec = {"class-container": directives.unchanged, "name": directives.unchanged, "open": directives.flag}  # noqa: RUF012

    def run(self) -> list[nodes.Node]:
        content = nodes.container(classes=["dropdown"])
        content += nodes.rubric(text=self.arguments[0])
        self.state.nested_parse(self.content, self.content_offset, content)
        return [content]


# What only Sphinx and its extensions know.
directives.register_directive("dropdown", _Fold)
for _name in ("numref", "download", "doc", "ref"):
    roles.register_generic_role(_name, nodes.inline)


def as_html(markdown: str, attachments: Mapping[str, str], files: Mapping[str, str]) -> str:
    """Returns MyST as HTML with its drawing in place: `files` has per MIME type of the attachments how the MyST names it."""
    markdown = _ELSEWHERE.sub("", markdown)
    html = str(publish_parts(markdown, parser=Parser(), writer_name="html5", settings_overrides=_SETTINGS)["fragment"])
    small = 'style="vertical-align: super; font-size: smaller"'
    html = re.sub(r'class="(opmerking|[^"]*\bherkomst)\b[^"]*"', small, html)
    if _SVG in files:
        code = base64.b64encode(attachments[_SVG].encode()).decode()
        html = html.replace(f'src="{files[_SVG]}"', f'src="data:{_SVG};base64,{code}"')
    return html.strip()
