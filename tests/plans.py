"""What is asked of the database, and how it finds that."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event, text

Asked = tuple[str, Any]  # a statement and its values, as the driver gets them


@contextmanager
def asked_of(*engines: Engine) -> Iterator[list[Asked]]:
    """What is asked meanwhile."""
    statements: list[Asked] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        statements.append((statement, values))

    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)


def plan(connection: Connection, statement: str, values: Any = None, *, carried_out: bool = False) -> Iterator[Any]:
    """The nodes of a plan; if it is `carried_out`, with what each of them read."""
    options = "ANALYZE, FORMAT JSON" if carried_out else "FORMAT JSON"
    [found] = connection.exec_driver_sql(f"EXPLAIN ({options}) {statement}", values).scalar_one()
    nodes = [found["Plan"]]
    for node in nodes:
        yield node
        nodes += node.get("Plans", [])


def forget_statistics(connection: Connection) -> None:
    """What the planner learned of the rows of other tests."""
    ours = "FROM pg_class WHERE relnamespace = 'public'::regnamespace"
    connection.execute(text(f"DELETE FROM pg_statistic WHERE starelid IN (SELECT oid {ours})"))
    fresh = "UPDATE pg_class SET relpages = 0, reltuples = -1 "
    connection.execute(text(f"{fresh} WHERE oid IN (SELECT oid {ours} AND relkind IN ('r', 'i'))"))
