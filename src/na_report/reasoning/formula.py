"""When a claim holds, as a person writes it: a comparison of its facts, such as `share > 50 and last < first`."""

import ast
from collections.abc import Collection, Iterator, Mapping

_SIGNS = (
    *(ast.Compare, ast.BoolOp, ast.And, ast.Or, ast.Not, ast.Lt, ast.LtE, ast.Eq, ast.NotEq, ast.GtE, ast.Gt),
    *(ast.BinOp, ast.UnaryOp, ast.Add, ast.Sub, ast.Mult, ast.USub, ast.Name, ast.Load, ast.Constant),
)


def faults(text: str, facts: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yields what is wrong with a comparison: what was found and what was expected.

    Example:
        >>> list(faults("shore > 3 ** 2", ["share"]))
        [('shore', 'one of the facts: share'), ('Pow', 'only < <= == != >= >, and or not, + - * and numbers')]
    """
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        tree = None
    if tree is None or not _is_condition(tree):
        yield text, "a comparison of facts, such as share > 50"
        return
    for node in ast.walk(tree):
        if not isinstance(node, _SIGNS):
            found = ast.unparse(node) if isinstance(node, ast.expr) else type(node).__name__
            yield found, "only < <= == != >= >, and or not, + - * and numbers"
        elif isinstance(node, ast.Constant) and type(node.value) not in (int, float):
            yield ast.unparse(node), "a number"
        elif isinstance(node, ast.Name) and node.id not in facts:
            yield node.id, f"one of the facts: {', '.join(facts)}"


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
