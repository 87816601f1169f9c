"""What each command takes; the function that does it is in a module beside this one."""

from __future__ import annotations

from argparse import Action, ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path
from typing import Any, NoReturn

# More processes than any machine has cores.
_MOST = 1024


class Parser(ArgumentParser):
    """Reads arguments; what would be lost without a word is refused: an option given twice, an empty text."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in (None, "store"):
            self.register("action", name, _Once)
        self.register("type", None, _text)
        self.set_defaults(given=frozenset())

    def error(self, message: str) -> NoReturn:
        """Ends the program as each other wrong use does."""
        self.exit(2, f"error: {message}\nhint: Run {self.prog} --help.\n")


class _Once(Action):
    """Keeps the value of an option, and notes that it was given."""

    def __call__(self, parser: ArgumentParser, namespace: Namespace, values: Any, option: str | None = None) -> None:
        if option and self.dest in namespace.given:
            parser.error(f"{option} is given twice; give it once.")
        if option:
            namespace.given |= {self.dest}
        setattr(namespace, self.dest, values)


def _text(text: str) -> str:
    if not text:
        raise ArgumentTypeError("found nothing, expected a value")
    return text


def _path(text: str) -> Path:
    return Path(_text(text))


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) > _MOST:
        raise ArgumentTypeError(f"found {text!r}, expected a whole number from 0 to {_MOST}")
    return int(text)


def _taken(*names: str, **settings: Any) -> tuple[tuple[str, ...], dict[str, Any]]:
    return names, settings


_NEWEST = _taken("--edition", "-e", help="the newest when left out")
_LANGUAGE = _taken("--language", "-l", default="nl", help="nl when left out")
_NL_OR_EN = _taken("--language", "-l", default="nl", choices=["nl", "en"], help="nl when left out")
_LANGUAGES = _taken("--language", action="append", help="once for each; all when left out")
_JOBS = _taken("--jobs", "-j", type=_count, default=0, help="pages at once; one per core when left out")
_FORMAT = _taken("--format", choices=["text", "json"], default="text")
_REPLACE = _taken("--force", action="store_true", help="replace an existing file")
_EDITION, _OLD, _NEW = _taken("edition"), _taken("old"), _taken("new")


def _named(help_text: str) -> Any:
    return _taken("--as", dest="new", required=True, metavar="NEW", help=help_text)


_GROUPS = {"edition": "list, verify, copy and seal editions of the evidence", "new": "lay out a new chapter"}
# Per command its function, what it does, and what it takes.
_COMMANDS: dict[str, tuple[Any, ...]] = {
    "edition list": (
        "edition.show_all",
        "list the editions",
        _taken("--sealed", action="store_true", help="only the names of those that are sealed, for scripts"),
    ),
    "edition verify": (
        "edition.verify",
        "check bytes, types, codes, ranges and references",
        _taken("edition", nargs="?", help="all editions when left out"),
    ),
    "edition copy": ("edition.copy", "start a new edition from an existing one", _OLD, _NEW),
    "edition diff": ("edition.diff", "show what differs between two editions, and what follows", _OLD, _NEW, _FORMAT),
    "edition seal": (
        "edition.seal",
        "check a new edition and fix its bytes",
        _EDITION,
        _taken("--by", metavar="NAME", help="who approved what came from statistics offices"),
    ),
    "edition refresh": (
        "edition.refresh",
        "make a draft with what statistics offices say now",
        _EDITION,
        _named("the name of the draft"),
        _taken("--answers", type=_path, metavar="DIR", help="read the answers in this folder; no network"),
        _FORMAT,
    ),
    "edition export": (
        "edition.export",
        "write an edition as an Excel workbook",
        _EDITION,
        _taken("file", type=_path, metavar="FILE.xlsx"),
        _REPLACE,
    ),
    "edition import": (
        "edition.take_in",
        "make a new edition from a workbook that was exported and changed",
        _taken("file", type=_path, metavar="FILE.xlsx"),
        _named("the name of the new edition"),
    ),
    "run": (
        "pages.run",
        "run chapters only",
        _taken("pages", nargs="*", metavar="PAGE", help="names of pages or chapters; all when left out"),
        _NEWEST,
        _LANGUAGE,
        _taken("-p", dest="parameters", nargs=2, type=str, action="append", default=[], metavar=("NAME", "VALUE")),
        _JOBS,
        _taken(
            "--grid",
            nargs="+",
            default=[],
            metavar="NAME=VALUES",
            help="each combination: sector=all edition=2021,2026",
        ),
        _taken("--to", metavar="FOLDER", help="where the notebooks of a grid go; _build/sweep/PAGE when left out"),
        _taken("--scheduler", metavar="ADDRESS", help="run a grid on a Dask cluster, such as tcp://127.0.0.1:8786"),
    ),
    "explain": ("pages.explain", "tell why a page would run again", _taken("page", metavar="PAGE"), _NEWEST, _LANGUAGE),
    "languages": (
        "pages.tell_languages",
        "tell what is behind, missing or extra in translations",
        _taken("--accept", nargs="+", type=_path, default=[], metavar="FILE", help="these follow what they translate"),
        _taken("--list", action="store_true", help="name the languages of the project, one a line"),
    ),
    "new chapter": (
        "pages.new_chapter",
        "a notebook in each language, with the cells that it needs",
        _taken("name", help="as in the address of its page"),
    ),
    "check": ("reasoning.check", "test conclusions and sentences on the facts", _NEWEST, _FORMAT, _NL_OR_EN),
    "trace": (
        "reasoning.trace",
        "show what a row rests on, and what rests on it",
        _taken("id", help="such as R1, C14, FM12, A08.3, IND007 or a source"),
        _NEWEST,
        _NL_OR_EN,
    ),
    "build": (
        "book.build",
        "make the book",
        _NEWEST,
        _LANGUAGE,
        _taken("--format", default="html,pdf", help="html, pdf or both with a comma"),
        _JOBS,
        _taken("--force", action="store_true", help="run every page, also what would come out the same"),
        _taken(
            "--check", type=_path, metavar="PATH", help="make nothing; is this published book what the project gives?"
        ),
    ),
    "site": ("book.site", "lay the built books of all editions side by side, ready to publish", _LANGUAGES),
    "preview": (
        "preview.preview",
        "show the book in a browser and follow what is saved",
        _NEWEST,
        _LANGUAGE,
        _taken("--port", type=int, default=8000, help="the port on this machine; 0 for any that is free"),
    ),
    "archive": (
        "book.archive",
        "keep a built book, its data, chapters and program in one file",
        _EDITION,
        _taken("file", nargs="?", type=_path, metavar="FILE.zip", help="in _build when left out"),
        _taken("--language", action="append", help="once for each; nl when left out"),
        _REPLACE,
    ),
}


def make_parser() -> Parser:
    """Returns what reads the arguments of all commands."""
    parser = Parser(prog="na-report", description="A research report that can be run again.")
    parser.add_argument("--debug", action="store_true", help="show a traceback with an error")
    commands = {"": _choice(parser, "COMMAND")}
    for name, (function, help_text, *arguments) in _COMMANDS.items():
        group, _, last = name.rpartition(" ")
        if group not in commands:
            commands[group] = _choice(commands[""].add_parser(group, help=_GROUPS[group]), "ACTION")
        command = commands[group].add_parser(last, help=help_text)
        command.set_defaults(run=function)
        for names, settings in arguments:
            command.add_argument(*names, **settings)
    return parser


def _choice(parser: ArgumentParser, name: str) -> Any:
    commands = parser.add_subparsers(required=True, metavar=name)
    commands.type = str  # what comes behind a command is looked at by its own parser
    return commands
