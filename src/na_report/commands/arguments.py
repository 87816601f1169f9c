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


def _taken(*names: str, **settings: Any) -> Any:
    return names, settings


def _flag(name: str, help_text: str) -> Any:
    return _taken(name, action="store_true", help=help_text)


def _file(name: str, metavar: str, **settings: Any) -> Any:
    return _taken(name, type=_path, metavar=metavar, **settings)


def _new(help_text: str) -> Any:
    return _taken("--as", dest="new", required=True, metavar="NEW", help=help_text)


_NEWEST = _taken("--edition", "-e", help="the newest when left out")
_LANGUAGE = _taken("--language", "-l", default="nl", help="nl when left out")
_NL_OR_EN = _taken("--language", "-l", default="nl", choices=["nl", "en"], help="nl when left out")
_JOBS = _taken("--jobs", "-j", type=_count, default=0, help="pages at once; one per core when left out")
_FORMAT = _taken("--format", choices=["text", "json"], default="text")
_REPLACE = _flag("--force", "replace an existing file")
_EDITION, _OLD_AND_NEW = _taken("edition"), (_taken("old"), _taken("new"))
_BY = _taken("--by", metavar="NAME", help="who approved what came from statistics offices")
_ANSWERS = _file("--answers", "DIR", help="read the answers in this folder; no network")
_PAGES = _taken("pages", nargs="*", metavar="PAGE", help="names of pages or chapters; all when left out")
_P = _taken("-p", dest="parameters", nargs=2, type=str, action="append", default=[], metavar=("NAME", "VALUE"))
_GRID = _taken(
    "--grid", nargs="+", default=[], metavar="NAME=VALUES", help="all combinations: edition=2021,2026 sector=all"
)
_TO = _taken("--to", metavar="FOLDER", help="where the notebooks of a grid go; _build/sweep/PAGE when left out")
_DASK = _taken("--scheduler", metavar="ADDRESS", help="run a grid on a Dask cluster, such as tcp://127.0.0.1:8786")
_ACCEPT = _file("--accept", "FILE", nargs="+", default=[], help="say that these follow what they translate")
_BOOK = _taken("--format", default="html,pdf", help="html, pdf or both with a comma")
_CHECK = _file("--check", "PATH", help="make nothing; tell whether a published book is what this project gives")
_PORT = _taken("--port", type=int, default=8000, help="the port on this machine; 0 for any that is free")
_ZIP = _file("file", "FILE.zip", nargs="?", help="in _build when left out")


def _languages(left_out: str) -> Any:
    return _taken("--language", action="append", help=f"once for each; {left_out} when left out")


_GROUPS = {"edition": "list, verify, copy and seal editions of the evidence", "new": "lay out a new chapter"}
# Per command what does it, and what it takes.
COMMANDS = {
    "edition list": ("editions.show_all", [_flag("--sealed", "only the names of those that are sealed, for scripts")]),
    "edition verify": ("editions.verify", [_taken("edition", nargs="?", help="all editions when left out")]),
    "edition copy": ("editions.copy", _OLD_AND_NEW),
    "edition diff": ("editions.diff", [*_OLD_AND_NEW, _FORMAT]),
    "edition seal": ("editions.seal", [_EDITION, _BY]),
    "edition refresh": ("editions.refresh", [_EDITION, _new("the name of the draft"), _ANSWERS, _FORMAT]),
    "edition export": ("editions.export", [_EDITION, _file("file", "FILE.xlsx"), _REPLACE]),
    "edition import": ("editions.take_in", [_file("file", "FILE.xlsx"), _new("the name of the new edition")]),
    "run": ("run.run", [_PAGES, _NEWEST, _LANGUAGE, _P, _JOBS, _GRID, _TO, _DASK]),
    "explain": ("run.explain", [_taken("page", metavar="PAGE"), _NEWEST, _LANGUAGE]),
    "languages": ("run.tell_languages", [_ACCEPT, _flag("--list", "name the languages of the project, one a line")]),
    "new chapter": ("run.new_chapter", [_taken("name", help="as in the address of its page")]),
    "check": ("check.check", [_NEWEST, _FORMAT, _NL_OR_EN]),
    "trace": ("check.trace", [_taken("id", help="such as R1, C14, FM12, IND007 or a source"), _NEWEST, _NL_OR_EN]),
    "build": ("build.build", [_NEWEST, _LANGUAGE, _BOOK, _JOBS, _flag("--force", "run every page again"), _CHECK]),
    "site": ("build.site", [_languages("all")]),
    "preview": ("preview.preview", [_NEWEST, _LANGUAGE, _PORT]),
    "archive": ("build.archive", [_EDITION, _ZIP, _languages("nl"), _REPLACE]),
}
_HELP = {
    "edition list": "list the editions",
    "edition verify": "check bytes, types, codes, ranges and references",
    "edition copy": "start a new edition from an existing one",
    "edition diff": "show what differs between two editions, and what follows",
    "edition seal": "check a new edition and fix its bytes",
    "edition refresh": "make a draft with what statistics offices say now",
    "edition export": "write an edition as an Excel workbook",
    "edition import": "make a new edition from a workbook that was exported and changed",
    "run": "run chapters only",
    "explain": "tell why a page would run again",
    "languages": "tell what is behind, missing or extra in translations",
    "new chapter": "a notebook in each language, with the cells that it needs",
    "check": "test conclusions and sentences on newer facts, on those of the report, and on our tables",
    "trace": "show what a row rests on, and what rests on it",
    "build": "make the book",
    "site": "lay the built books of all editions side by side, ready to publish",
    "preview": "show the book in a browser and follow what is saved",
    "archive": "keep a built book, its data, chapters and program in one file",
}


def make_parser() -> Parser:
    """Returns what reads the arguments of all commands."""
    parser = Parser(prog="na-report", description="A research report that can be run again.")
    parser.add_argument("--debug", action="store_true", help="show a traceback with an error")
    commands = {"": _choice(parser, "COMMAND")}
    for name, (function, arguments) in COMMANDS.items():
        group, _, last = name.rpartition(" ")
        if group not in commands:
            commands[group] = _choice(commands[""].add_parser(group, help=_GROUPS[group]), "ACTION")
        command = commands[group].add_parser(last, help=_HELP[name])
        command.set_defaults(run=function)
        for names, settings in arguments:
            command.add_argument(*names, **settings)
    return parser


def _choice(parser: ArgumentParser, name: str) -> Any:
    commands = parser.add_subparsers(required=True, metavar=name)
    commands.type = str  # what comes behind a command is looked at by its own parser
    return commands
