"""The templates in the folder `texts` of a room: what a file or a terminal says, with its values to be filled in."""

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape


def templates(room: str) -> Environment:
    """Returns the templates of a room, by the name of its package; what they fill into HTML and XML is escaped."""
    return Environment(
        loader=PackageLoader(room, "texts"),
        autoescape=select_autoescape(["html", "xml"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
