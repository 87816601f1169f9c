"""When a claim holds, as a person writes it: a comparison of its facts, such as `share > 50 and last < first`."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping

_ALLOWED = (
    *(ast.Compare, ast.BoolOp, ast.And, ast.Or, ast.Not, ast.Lt, ast.LtE, ast.Eq, ast.NotEq, ast.GtE, ast.Gt),
    *(ast.BinOp, ast.UnaryOp, ast.Add, ast.Sub, ast.Mult, ast.USub, ast.Name, ast.Load, ast.Constant),
)


def faults(text: str, facts: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yields what is wrong with a comparison: what was found and what was expected.

    Example:
        >>> list(faults("shore > open('x')", ["share"]))
        [('shore', 'one of the facts: share'), ("open('x')", 'only < <= == != >= >, and or not, + - * and numbers')]
    """
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        tree = None
    if tree is not None and _is_condition(tree):
        yield from _faults(tree, facts)
    else:
        yield text, "a comparison of facts, such as share > 50"


def _faults(node: ast.AST, facts: Collection[str]) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.Name):
        if node.id not in facts:
            yield node.id, f"one of the facts: {', '.join(facts)}"
    elif isinstance(node, ast.Constant) and type(node.value) not in (int, float):
        yield ast.unparse(node), "a number"
    elif isinstance(node, _ALLOWED):
        for part in ast.iter_child_nodes(node):
            yield from _faults(part, facts)
    else:
        found = ast.unparse(node) if isinstance(node, ast.expr) else type(node).__name__
        yield found, "only < <= == != >= >, and or not, + - * and numbers"


def _is_condition(node: ast.expr) -> bool:
    if isinstance(node, ast.BoolOp):
        return all(map(_is_condition, node.values))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return _is_condition(node.operand)
    return isinstance(node, ast.Compare)


def holds(text: str, facts: Mapping[str, float]) -> bool:
    """Tells whether a comparison without faults holds."""
    # `faults` let nothing through but numbers, names and signs.
    return bool(eval(text, {"__builtins__": {}}, dict(facts)))  # noqa: S307
