"""Reads what a command is given, as `commands.toml` declares; the function that does it is in a module beside this one."""

import shlex
import tomllib
from argparse import Action, ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path
from typing import Any, NoReturn

DECLARED = tomllib.loads(Path(__file__).with_name("commands.toml").read_text(encoding="utf-8"))
# More processes than any machine has cores.
_MOST = 1024


class Parser(ArgumentParser):
    """Reads arguments; what would be lost without a word is refused: an option given twice, an empty text."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, action in {None: _Once, "store": _Once, "name": _Named}.items():
            self.register("action", name, action)
        self.register("type", "path", lambda text: Path(_text(text)))
        for kind, read in {None: _text, "count": _count, "number": int, "any": str}.items():
            self.register("type", kind, read)
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


class _Named(Action):
    """Keeps values by name; refuses a second value for a name."""

    def __call__(self, parser: ArgumentParser, namespace: Namespace, values: Any, option: str | None = None) -> None:
        (name, value), known = values, getattr(namespace, self.dest)
        if name in known:
            grid = shlex.quote(f"{name}={known[name]},{value}")
            parser.error(f"{option} {name} has two values; give one, or run a page for each: --grid {grid}")
        setattr(namespace, self.dest, known | {name: value})


def _text(text: str) -> str:
    if not text:
        raise ArgumentTypeError("found nothing, expected a value")
    return text


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) > _MOST:
        raise ArgumentTypeError(f"found {text!r}, expected a whole number from 0 to {_MOST}")
    return int(text)


def make_parser() -> Parser:
    """Returns what reads the arguments of all commands."""
    parser = Parser(prog="na-report", description="A research report that can be run again.")
    parser.add_argument("--debug", action="store_true", help="show a traceback with an error")
    commands = {"": _choice(parser, "COMMAND")}
    for name, (function, told, *takes) in DECLARED["commands"].items():
        group, _, last = name.rpartition(" ")
        if group not in commands:
            commands[group] = _choice(commands[""].add_parser(group, help=DECLARED["groups"][group]), "ACTION")
        command = commands[group].add_parser(last, help=told)
        command.set_defaults(run=function)
        for each in takes:
            settings = dict(DECLARED["takes"][each])
            if isinstance(metavar := settings.get("metavar"), list):
                settings["metavar"] = tuple(metavar)
            command.add_argument(*settings.pop("names"), **settings)
    return parser


def _choice(parser: ArgumentParser, name: str) -> Any:
    commands = parser.add_subparsers(required=True, metavar=name)
    commands.type = str  # what comes behind a command is looked at by its own parser
    return commands
