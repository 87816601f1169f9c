"""Templates in MyST: Jinja2 that escapes as MyST what it fills in, and tells the place of what is wrong with one."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from traceback import extract_tb
from typing import Any, ClassVar

from jinja2 import BytecodeCache, Environment, FunctionLoader, StrictUndefined, TemplateError, nodes, pass_context
from jinja2.bccache import Bucket
from jinja2.compiler import CodeGenerator, Frame
from markupsafe import Markup

from na_report.base.errors import NaReportError
from na_report.writing.markdown import escape

_HINT = "Use a column of the table, without its language, or another way that docs/change.md lists."


class Text(str):
    """Text of the data: it is escaped wherever a template shows it."""

    __slots__ = ()

    def __html__(self) -> str:
        return escape(self)


def as_myst(part: Any) -> str:
    """Returns what is MyST as it is, and anything else escaped."""
    return str(part.__html__() if hasattr(part, "__html__") else escape(str(part)))


def _joined(parts: Iterable[Any], between: str = "") -> str:
    """Returns parts as one: as MyST when one of them is, and else as text, such as the name of a word."""
    found = list(parts)
    if any(isinstance(part, Markup) for part in found):
        return giving(Markup, between.join)(map(as_myst, found))
    return Text(between.join(map(str, found)))


def giving(kind: type[str], function: Callable[..., str]) -> Callable[..., str]:
    """Returns a function whose result a template takes for `Markup`, and shows as it is, or for `Text`, and escapes."""
    return lambda *args, **names: kind(function(*args, **names))


class _Unknown(StrictUndefined):
    """What a template names and is nowhere; of a row, or what was asked, it tells what there is."""

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        columns = self._undefined_obj if isinstance(self._undefined_obj, Mapping) else ()
        known = ", ".join(name for name in columns if name != "row")
        return f"there is no {self._undefined_name!r}, but {known}" if known else super()._undefined_message


class _Joining(CodeGenerator):
    """Has `a ~ b` escape what is no MyST as MyST: Jinja2 itself would as HTML."""

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802  Jinja2 names it
        self.write("environment.filters['join']((")
        for part in node.nodes:
            self.visit(part, frame)
            self.write(", ")
        self.write("))")

    def visit_Add(self, node: nodes.BinExpr, frame: Frame) -> None:  # noqa: N802  idem
        """Refuses `a + b`, which would escape as HTML too."""
        self.fail("found +, which is not for texts: write ~ between them", node.lineno)


class _Compiled(BytecodeCache):
    """Templates that this process has compiled: a chapter shows many rows by the same ones."""

    kept: ClassVar[dict[tuple[str, str], Any]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key, bucket.checksum] = bucket.code


@pass_context
def _finalize(_: object, found: Any) -> Any:
    """Takes for text what is no MyST; of the context, so that nothing is known of a constant before a page asks for it."""
    return found if hasattr(found, "__html__") else Text(found)


def environment(load: Callable[[str], tuple[str, str, None]]) -> Environment:
    """Returns what fills in templates, which `load` finds by name: each with its place in a file, for what is told of it."""
    made = Environment(
        autoescape=True,
        optimized=False,
        undefined=_Unknown,
        finalize=_finalize,
        comment_start_string="{*",  # {#a01} is a place in MyST
        comment_end_string="*}",
        trim_blocks=True,
        lstrip_blocks=True,
        loader=FunctionLoader(load),
        bytecode_cache=_Compiled(),
    )
    made.code_generator_class = _Joining
    made.filters["join"] = _joined
    return made


@contextmanager
def faults_told(place: str, names: Mapping[str, Any]) -> Iterator[None]:
    """Tells what is wrong in a template with its place: it is the last in the traceback, as others may show it."""
    try:
        yield
    except (TemplateError, TypeError, ValueError, LookupError, AttributeError) as problem:
        columns = ", ".join(name for name in names if name not in ("row", "it"))
        expected = f"one of {columns}" if columns and "is undefined" in str(problem) else "what docs/change.md lists"
        lines = [line for line in extract_tb(problem.__traceback__) if line.filename.startswith("chapters/")]
        place = f"{lines[-1].filename}, line {lines[-1].lineno}" if lines else place
        raise NaReportError(f"{place}: found a fault ({problem}), expected {expected}.", hint=_HINT) from problem
