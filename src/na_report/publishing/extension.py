"""What our Sphinx does differently: it renders only pages that can have changed, and leaves out work that nothing uses.

A page is made of its own tree, of what it sees of other pages (titles, numbers, labels) and of configuration, templates and
assets. Sphinx's own incremental build looks at the first only, so old titles stay behind in the menu. Here every page is written
again when anything changed that pages see of each other; the caller starts from nothing when configuration, templates or assets
changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.domains.std import StandardDomain

from na_report.publishing import addresses, outlines
from na_report.publishing.paper import sources
from na_report.publishing.rendering import SHARED

# What a page can show of another page. Everything else in the environment is about one page, or about Sphinx itself.
_SHARED = (
    *("titles", "longtitles", "tocs", "toc_secnumbers", "toc_fignumbers", "toctree_includes", "files_to_rebuild"),
    *("glob_toctrees", "numbered_toctrees", "nb_metadata"),
)
_EARLY, _LATE = 100, 900


def setup(app: Any) -> dict[str, bool]:
    """Adds this extension to Sphinx."""
    outlines.setup(app)
    sources.setup(app)
    addresses.setup(app)
    app.add_domain(_RememberingDomain, override=True)
    app.connect("builder-inited", _leave_out_index)
    app.connect("doctree-resolved", _without_dead_links, priority=_EARLY)
    app.connect("env-get-updated", _pages_to_write, priority=_LATE)
    app.connect("build-finished", _finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _leave_out_index(app: Any) -> None:
    """Sphinx stems every word for a search that our search page does not use."""
    if app.builder.format == "html":
        app.builder.load_indexer = lambda *args: None
        app.builder.index_page = lambda *args: None
        app.builder.dump_search_index = lambda: None


def _without_dead_links(app: Any, tree: Any, page: str) -> None:
    """Makes a link text where it leads to a page that the book of this language does not have; in other books it is a fault."""
    if "myst.xref_missing" not in app.config.suppress_warnings:
        return
    places = {place for node in tree.findall(nodes.Element) for place in node.get("ids", ())}
    for link in list(tree.findall(nodes.reference)):
        target = f"#{link['refid']}" if "refid" in link else link.get("refuri", "")
        if target.startswith("#") and target[1:] not in places:
            link.replace_self(link.children)


class _RememberingDomain(StandardDomain):  # type: ignore[misc]
    """Reads the tree of a page once for all references to its numbered figures, not once for each."""

    def _resolve_numref_xref(self, env: Any, *args: Any) -> Any:
        if not isinstance(env, _Remembering):
            if not hasattr(env.app, "_na_report_trees"):
                env.app._na_report_trees = {}
            env = _Remembering(env, env.app._na_report_trees)
        return super()._resolve_numref_xref(env, *args)


class _Remembering:
    """An environment that keeps the trees it was asked for; they are only looked at."""

    def __init__(self, env: Any, trees: dict[str, Any]) -> None:
        self._env = env
        self._trees = trees

    def get_doctree(self, name: str) -> Any:
        if name not in self._trees:
            self._trees[name] = self._env.get_doctree(name)
        return self._trees[name]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._env, name)


def _pages_to_write(app: Any, env: Any) -> Iterable[str]:
    """Returns all pages when something changed that pages see of each other, else none beside those that were read."""
    app._na_report_shared = shared(env)
    written = Path(app.outdir) / SHARED
    before = written.read_text(encoding="utf-8") if written.is_file() else ""
    written.unlink(missing_ok=True)
    return [] if before == app._na_report_shared else list(env.found_docs)


def shared(env: Any) -> str:
    """Returns a hash of what pages see of each other."""
    seen: dict[str, Any] = {name: getattr(env, name, None) for name in _SHARED}
    seen["pages"] = sorted(env.found_docs)
    # The number of words of a page is shown on no other page, and changes with every sentence.
    seen["metadata"] = {
        page: {key: value for key, value in found.items() if key != "wordcount"} for page, found in env.metadata.items()
    }
    seen["domains"] = {
        name: {key: value for key, value in data.items() if key not in ("version", "entries")}
        for name, data in env.domaindata.items()
    }
    # The files of one page matter to another only when they have the same name.
    seen["files"] = {
        name: sorted((key, kept) for key, (_, kept) in getattr(env, name).items()) for name in ("images", "dlfiles")
    }
    return hashlib.sha256(_text(seen).encode()).hexdigest()


def _text(value: Any) -> str:
    """Returns a text that is equal for equal values, in whatever order they came about."""
    if isinstance(value, dict):
        return "{" + ",".join(sorted(f"{_text(key)}:{_text(item)}" for key, item in value.items())) + "}"
    if isinstance(value, set | frozenset):
        return "{" + ",".join(sorted(map(_text, value))) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(_text, value)) + "]"
    if isinstance(value, nodes.Node):
        return value.pformat() if isinstance(value, nodes.Element) else str(value)
    return repr(value)


def _finish(app: Any, problem: Exception | None) -> None:
    """Notes what the pages were written with; removes pictures and downloads that no page has any more."""
    if problem is None and app.builder.name == "html":
        out = Path(app.outdir)
        (out / SHARED).write_text(app._na_report_shared, encoding="utf-8")
        kept = {out / "_images" / name for _, name in app.env.images.values()}
        kept |= {out / "_downloads" / name for _, name in app.env.dlfiles.values()}
        for path in [*out.glob("_images/**/*"), *out.glob("_downloads/**/*")]:
            if path.is_file() and path not in kept:
                path.unlink()
