"""Numbers figures and tables from an outline of each page, instead of from its whole tree.

Sphinx reads the trees of all pages to number them, also when one page changed. An outline has what numbering looks at: sections,
lists of pages, and what has a number with its caption.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.environment.collectors.toctree import TocTreeCollector

_NAME = "na_report_outlines"


def setup(app: Any) -> None:
    """Has Sphinx number from outlines."""
    app.connect("doctree-read", _keep)
    app.connect("env-purge-doc", _forget)
    app.connect("builder-inited", _number_from_outlines)


def _keep(app: Any, doctree: Any) -> None:
    outline = nodes.Element()
    outline.extend(_outline(doctree, app.env))
    for node in outline.findall():
        node.document = None  # a copy holds on to the whole tree that it comes from
    _outlines(app.env)[app.env.docname] = outline


def _forget(app: Any, env: Any, name: str) -> None:
    _outlines(env).pop(name, None)


def _outlines(env: Any) -> dict[str, Any]:
    if not hasattr(env, _NAME):
        setattr(env, _NAME, {})
    found: dict[str, Any] = getattr(env, _NAME)
    return found


def _outline(node: Any, env: Any) -> list[Any]:
    """Returns what numbering looks at in the children of a node, in their order."""
    found: list[Any] = []
    for child in node.children:
        if not isinstance(child, nodes.Element):
            continue
        inner = _outline(child, env)
        if isinstance(child, addnodes.toctree):
            found.append(child.copy())
        elif isinstance(child, nodes.section) or _has_number(child, env):
            kept = child.copy()
            titles = [part for part in child if isinstance(part, nodes.caption | nodes.title | nodes.literal_block)]
            kept.extend(part.copy() if isinstance(part, nodes.literal_block) else part.deepcopy() for part in titles)
            kept.extend(part for part in inner if not isinstance(part, nodes.caption | nodes.title))
            found.append(kept)
        else:
            found += inner
    return found


def _has_number(node: Any, env: Any) -> bool:
    return any(domain.get_enumerable_node_type(node) for domain in env.domains.values())


def _number_from_outlines(app: Any) -> None:
    # A kind of node whose title is made by a function may look at more than its caption.
    standard = app.env.domains["std"]
    if any(getter for _, getter in standard.enumerable_nodes.values()) or getattr(TocTreeCollector, _NAME, False):
        return
    original = TocTreeCollector.assign_figure_numbers

    def assign(collector: Any, env: Any) -> list[str]:
        if set(env.found_docs) <= set(_outlines(env)):
            # On the environment itself, where it hides the method for as long as it takes.
            env.get_doctree = _outlines(env).__getitem__
        try:
            return list(original(collector, env))
        finally:
            env.__dict__.pop("get_doctree", None)

    TocTreeCollector.assign_figure_numbers = assign
    setattr(TocTreeCollector, _NAME, True)
