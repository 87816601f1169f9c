"""Our parts of Sphinx together, with small ones: no index of words, a preview that is quick and right, numbers."""

from collections.abc import Iterable, Iterator
from typing import Any

from docutils import nodes
from sphinx.addnodes import toctree

from na_report.paper import writer
from na_report.screen import addresses, translator

_EARLY, _LATE = 100, 900


def setup(app: Any) -> dict[str, bool]:
    """Adds this extension to Sphinx."""
    writer.setup(app)
    addresses.setup(app)
    translator.setup(app)
    app.connect("builder-inited", _leave_out_index)
    app.connect("doctree-resolved", _without_dead_links, priority=_EARLY)
    app.connect("doctree-resolved", _give_numbers, priority=_LATE)
    app.connect("doctree-read", _keep_outline, priority=_LATE)
    app.connect("env-get-updated", _number_outlines, priority=_EARLY)
    app.connect("env-get-updated", _pages_to_write, priority=_LATE)
    return {"parallel_read_safe": False, "parallel_write_safe": True}


def _leave_out_index(app: Any) -> None:
    """Sphinx stems every word for a search of which our search page uses no more than its stemmer."""
    if app.builder.format == "html":
        app.builder.load_indexer = lambda *args: None
        app.builder.index_page = lambda *args: None
        app.builder.dump_search_index = lambda: None


def _keep_outline(app: Any, tree: Any) -> None:
    """Keeps what Sphinx counts of a page, so that it need not read all pages again to number the figures of the book."""
    vars(app.env).setdefault("na_report_outlines", {})[app.env.docname] = nodes.Element("", *_outlines(tree))


def _outlines(node: nodes.Element) -> Iterator[nodes.Element]:
    """Yields what is counted in an element, or holds what is counted, or its title."""
    for child in node.children:
        if isinstance(child, nodes.title | nodes.caption):
            yield type(child)("", child.astext())
        elif isinstance(child, nodes.Element) and not isinstance(child, nodes.paragraph | nodes.tgroup | nodes.raw):
            kept = child.copy()
            kept.document, kept.rawsource = None, ""
            kept += list(_outlines(child))
            if kept.children or isinstance(child, nodes.TextElement | toctree):
                yield kept


def _number_outlines(app: Any, env: Any) -> Iterable[str]:
    read = env.get_doctree
    env.get_doctree = lambda name: env.na_report_outlines.get(name) or read(name)
    return []


def _pages_to_write(app: Any, env: Any) -> Iterable[str]:
    """Returns all pages when a title or label is new, as Sphinx would leave the old ones on the pages that it does not write."""
    del env.get_doctree
    titles = sorted((name, title.astext()) for name, title in env.titles.items())
    seen = repr((titles, sorted(env.domaindata["std"]["labels"].items())))
    before, env.na_report_seen = getattr(env, "na_report_seen", seen), seen
    return [] if before == seen else env.found_docs


def _without_dead_links(app: Any, tree: Any, page: str) -> None:
    """Makes a link text where it leads to a page that the book of this language does not have; in other books it is a fault."""
    if "myst.xref_missing" not in app.config.suppress_warnings:
        return
    places = {place for node in tree.findall(nodes.Element) for place in node.get("ids", ())}
    for link in list(tree.findall(nodes.reference)):
        target = f"#{link['refid']}" if "refid" in link else link.get("refuri", "")
        if target.startswith("#") and target[1:] not in places:
            link.replace_self(link.children)


def _give_numbers(app: Any, tree: Any, page: str) -> None:
    """Gives figures and tables what they are called by, such as `Figuur 3`, on screen and paper."""
    for kind, of_kind in app.env.toc_fignumbers.get(page, {}).items():
        for name, number in of_kind.items():
            tree.ids[name]["number"] = app.config.numfig_format[kind] % ".".join(map(str, number))
