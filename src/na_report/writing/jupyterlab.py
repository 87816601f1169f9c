"""What a cell shows in JupyterLab, which knows no MyST: the same text, table or figure as HTML."""

import base64
import re
from collections.abc import Mapping

from docutils import nodes
from docutils.core import publish_parts
from docutils.parsers.rst import roles
from myst_parser.parsers.docutils_ import Parser

_SVG = "image/svg+xml"
# The drawing for a phone, the files to take along, and how the book shows a fold.
_ELSEWHERE = re.compile(
    r"^:::\{image\}.*?^:::$|^\[[^\n]*\]\{\.meenemen\}$|^:(class-\w+|open):[^\n]*\n", re.DOTALL | re.MULTILINE
)
_SETTINGS = {
    "myst_enable_extensions": ["attrs_block", "attrs_inline", "colon_fence", "deflist"],
    "myst_suppress_warnings": ["myst.header"],  # a cell may start below a chapter
    "myst_all_links_external": True,  # other pages are not here
    "embed_stylesheet": False,
    "initial_header_level": 2,
    "doctitle_xform": False,
}

# What only Sphinx and its extensions know.
for _name in ("numref", "download", "doc", "ref"):
    roles.register_generic_role(_name, nodes.inline)


def as_html(markdown: str, files: Mapping[str, tuple[str, str]]) -> str:
    """Returns MyST as HTML with its drawing in place: the SVG among the `files` of the block."""
    markdown = _ELSEWHERE.sub("", markdown).replace("{dropdown}", "{admonition}")
    html = str(publish_parts(markdown, parser=Parser(), writer_name="html5", settings_overrides=_SETTINGS)["fragment"])
    small = 'style="vertical-align: super; font-size: smaller"'
    html = re.sub(r'class="(opmerking|[^"]*\bherkomst)\b[^"]*"', small, html)
    for path in (path for path, (kind, _) in files.items() if kind == _SVG):
        code = base64.b64encode(files[path][1].encode()).decode()
        html = html.replace(f'src="{path}"', f'src="data:{_SVG};base64,{code}"')
    return html.strip()
