"""Every address with who may use it, as `flask --app wsgi routes-access` prints it."""

from collections.abc import Iterator

from flask import Flask
from werkzeug.routing import Rule

from webapp.access import Role, is_for_work, may_use, scope_of
from webapp.accounts import proofs

WHO: tuple[Role | None, ...] = (None, *Role)
IMPLIED = {"HEAD", "OPTIONS"}  # Flask answers them wherever there is a GET or anything


def access_table(app: Flask) -> str:
    """A table in Markdown."""
    heads = ["address", "methods", "visitor", *(role.value.replace("_", " ") for role in Role), "asks for"]
    rows = sorted(_row(app, rule) for rule in app.url_map.iter_rules())
    widths = [max(len(row[column]) for row in [heads, *rows]) for column in range(len(heads))]
    lines = [_line(cells, widths) for cells in [heads, ["-" * width for width in widths], *rows]]
    return "\n".join(lines) + "\n"


def _row(app: Flask, rule: Rule) -> list[str]:
    view = app.view_functions[rule.endpoint]
    cells = ["yes" if may_use(view, role) else "" for role in WHO]
    methods = " ".join(sorted((rule.methods or set()) - IMPLIED))
    return [rule.rule, methods, *cells, ", ".join(_conditions(app, rule))]


def _conditions(app: Flask, rule: Rule) -> Iterator[str]:
    view = app.view_functions[rule.endpoint]
    if scope := scope_of(view):
        yield f"key: {scope}"
    if is_for_work(view):
        yield "staff network"
    if proofs.is_needed(view):
        yield "fresh proof"


def _line(cells: list[str], widths: list[int]) -> str:
    padded = [cell.ljust(width) for cell, width in zip(cells, widths, strict=True)]
    return f"| {' | '.join(padded)} |"
