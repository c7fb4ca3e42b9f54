"""How long the sweep takes among a million customers, beside the bare SQL that does the same changes, and how much
longer it takes to erase one of them than among ten thousand. `make bench-retention`, or `python -m bench.retention`

Ten thousand people have 23 rows each, in nine tables, whose time is over. The bare SQL is one DELETE per table; the
sweep keeps every rule of the data map, in batches, with what it did written down. Turn and turn about; the median of
each counts. The last line is a JSON object: `sweep_ratio` is the time of the sweep over that of the bare SQL;
`erase_one_growth` the time of an erasure among all customers over that among few; `sequential_scans` in how many
statements of a sweep and an erasure the planner reads a whole table of a hundred thousand rows or more.
"""

import argparse
import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from flask import Flask
from sqlalchemy import event, text

from bench import crowd, overdue
from bench.installation import installation
from webapp.db import db
from webapp.privacy.erasure import erasures
from webapp.privacy.erasure.models import Cause
from webapp.privacy.retention import sweep
from webapp.privacy.retention.models import RetentionRun
from webapp.subjects.models import Subject

FEW = 10_000
DUE = 10_000
ROUNDS = 5
ERASURES = 23
WARM_UP = 3

Statement = tuple[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--customers", type=int, default=1_000_000)
    customers = parser.parse_args().customers
    with TemporaryDirectory() as folder, ExitStack() as services:
        few, many = (_app(services, Path(folder, str(count)), count) for count in (FEW, customers))
        growth, milliseconds = _erase_one_growth(few, many)
        with many.app_context():
            ratio = _sweep_ratio()
            overdue.fill(DUE)
            with _noted() as statements:
                _sweep()
                _erase("one-more")
            scans = _sequential_scans(statements)
    print(*scans, sep="\n")
    figures = {"sweep_ratio": round(ratio, 2), "erase_one_growth": round(growth, 2), "sequential_scans": len(scans)}
    print(json.dumps({"customers": customers, "erase_one_ms": milliseconds, **figures}))


def _app(services: ExitStack, folder: Path, customers: int) -> Flask:
    """With a database of its own that is as full as that."""
    folder.mkdir()
    app = services.enter_context(installation(folder, durable=False))
    with app.app_context():
        begun = time.perf_counter()
        crowd.fill(customers)
        print(f"{customers} customers made in {time.perf_counter() - begun:.0f} s", flush=True)
    return app


def _erase_one_growth(few: Flask, many: Flask) -> tuple[float, float]:
    """Turn and turn about; the first ones warm up what all others find warm."""
    times: dict[Flask, list[float]] = {few: [], many: []}
    for number in range(ERASURES):
        for app, taken in times.items():
            with app.app_context():
                taken.append(_erase(f"nr-{number}"))
    among_few, among_many = (median(taken[WARM_UP:]) for taken in times.values())
    print(f"erasing one: among few {among_few * 1000:.0f} ms, among many {among_many * 1000:.0f} ms", flush=True)
    return among_many / among_few, round(among_many * 1000, 1)


def _erase(name: str) -> float:
    person = crowd.customer(f"{name}@example.net", interactions=100)
    begun = time.perf_counter()
    erasure = erasures.begin(db.session.get_one(Subject, person), Cause.CLOSURE, now=crowd.NOW)
    db.session.commit()
    for _ in erasures.work_on(erasure.id, now=crowd.NOW):
        db.session.commit()
    db.session.commit()
    took = time.perf_counter() - begun
    db.session.expire_all()
    assert erasure.executed_at is not None, erasure.state
    return took


def _sweep_ratio() -> float:
    bare, swept = [], []
    for _round in range(ROUNDS):
        bare.append(_timed(_bare))
        swept.append(_timed(_sweep))
        print(f"bare SQL {bare[-1]:.2f} s, sweep {swept[-1]:.2f} s", flush=True)
    return median(swept) / median(bare)


def _timed(delete: Callable[[], None]) -> float:
    overdue.fill(DUE)
    begun = time.perf_counter()
    delete()
    took = time.perf_counter() - begun
    assert overdue.left() == 0
    return took


def _bare() -> None:
    with db.engine.begin() as connection:
        for statement in overdue.BARE:
            connection.execute(text(statement))


def _sweep() -> None:
    db.session.query(RetentionRun).delete()
    for _ in sweep.sweep(now=crowd.NOW):
        db.session.commit()
    db.session.commit()


@contextmanager
def _noted() -> Iterator[list[Statement]]:
    """What the database is asked meanwhile."""
    statements: list[Statement] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, many: bool) -> None:
        if not many and statement.split(maxsplit=1)[0] in {"SELECT", "UPDATE", "DELETE", "WITH"}:
            statements.append((statement, values))

    event.listen(db.engine, "before_cursor_execute", note)
    yield statements
    event.remove(db.engine, "before_cursor_execute", note)


def _sequential_scans(statements: list[Statement]) -> list[str]:
    large = set(db.session.scalars(text("SELECT relname FROM pg_class WHERE reltuples >= 100000 AND relkind = 'r'")))
    found = set()
    for statement, values in dict(statements).items():
        plan = db.session.connection().exec_driver_sql(f"EXPLAIN {statement}", values).scalars()
        scanned = [line.split("Seq Scan on ")[1].split()[0] for line in plan if "Seq Scan on " in line]
        found |= {f"{table}: {' '.join(statement.split())[:300]}" for table in scanned if table in large}
    return sorted(found)


if __name__ == "__main__":
    main()
