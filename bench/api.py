"""How fast the company's systems get their data in, beside the least a program can do: a bare COPY of the same rows.
`make bench-api`, or `python -m bench.api [--customers 10000]`

The same customers with their products, payment methods and invoices are sent to the API in batches of 1,000, over HTTP
to the server that production runs. What that stored is read back and copied into the emptied tables: the same rows, the
same indexes and constraints. Turn and turn about in one run; the best of each counts. The last line is a JSON object:
the rate by the API over that of COPY, and the same for the import of CSV files. Higher is better.
"""

import argparse
import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
from psycopg import sql

from bench import company
from bench.company import Thing
from bench.installation import installation
from webapp.access import Scope
from webapp.clock import utc_now
from webapp.config import settings
from webapp.db import db
from webapp.imports import commands, running
from webapp.imports.commands import Given
from webapp.imports.models import Kind
from webapp.integrations import keys
from webapp.subjects import subjects

ROUNDS = 3
BATCH = 1_000
TABLES = (
    *("subjects", "subject_keys", "customer_records", "profiles"),
    *("products", "payment_methods", "invoices"),
)

Dump = dict[str, bytes]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--customers", type=int, default=10_000)
    customers = parser.parse_args().customers
    with TemporaryDirectory() as folder, installation(Path(folder)) as app, app.app_context(), _server(Path(folder)):
        token, things = _key(), company.things(customers)
        bodies, files = _bodies(things), company.files(things)
        _send(bodies, token=token)
        dump = _dump()
        copied, sent, imported = [], [], []
        for _round in range(ROUNDS):
            copied.append(_timed(lambda: _copy(dump)))
            sent.append(_timed(lambda: _send(bodies, token=token)))
            imported.append(_timed(lambda: _import(files)))
            print(f"COPY {copied[-1]:.2f} s, API {sent[-1]:.2f} s, CSV {imported[-1]:.2f} s")
    count = customers * company.PER_CUSTOMER
    took = {"copy": min(copied), "upsert": min(sent), "import": min(imported)}
    rates = {f"{name}_per_s": round(count / seconds) for name, seconds in took.items()}
    ratios = {f"{name}_vs_copy": round(took["copy"] / took[name], 3) for name in ("upsert", "import")}
    print(json.dumps({"things": count, **rates, **ratios}))


def _key() -> str:
    maker = subjects.find_or_create("olga@alpenglow.example", language="en")
    new = keys.create("Books", [scope for scope in Scope if scope.endswith(":write")], by=maker, now=utc_now())
    db.session.commit()
    return new.token


def _bodies(things: dict[str, list[Thing]]) -> list[tuple[str, bytes]]:
    """Each batch with the path that it is sent to."""
    return [
        (f"/api/v1/{kind}", json.dumps({kind.replace("-", "_"): group[start : start + BATCH]}).encode())
        for kind, group in things.items()
        for start in range(0, len(group), BATCH)
    ]


def _send(bodies: list[tuple[str, bytes]], *, token: str) -> None:
    host = settings().public_url.removeprefix("http://")
    connection = HTTPConnection(host)
    for path, body in bodies:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        assert answer.status == 200, content
        assert json.loads(content)["created"] == content.count(b'"outcome"'), content[:1_000]
    connection.close()


def _import(files: dict[str, bytes]) -> None:
    """As the command does, which reads a file from the disk."""
    for kind, content in files.items():
        file = BytesIO(content)
        found = commands.begin(Kind(kind), file, Given(name=f"{kind}.csv"))
        file.seek(found.starts)
        for _ in running.take_in(found, file, now=utc_now()):
            db.session.commit()
        db.session.commit()
        assert set(found.counts) == {"created"}, (found.problem, found.reasons)
        db.session.delete(found)
        db.session.commit()


def _dump() -> Dump:
    return {table: _copied_out(table) for table in TABLES}


def _copied_out(table: str) -> bytes:
    reading = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))
    with _connection() as connection, connection.cursor() as cursor, cursor.copy(reading) as copy:
        return b"".join(bytes(block) for block in copy)


def _copy(dump: Dump) -> None:
    with _connection() as connection, connection.cursor() as cursor:
        for table, rows in dump.items():
            with cursor.copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))) as copy:
                blocks = BytesIO(rows)
                while block := blocks.read(64_000):
                    copy.write(block)


def _timed(work: Callable[[], None]) -> float:
    """Into empty tables."""
    with _connection() as connection:
        connection.execute("TRUNCATE subjects CASCADE")
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _connection() -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(settings().database_url.replace("+psycopg", ""))


@contextmanager
def _server(folder: Path) -> Iterator[None]:
    """The line of the Procfile."""
    [line] = [line for line in Path("Procfile").read_text().splitlines() if line.startswith("web: ")]
    with (folder / "web.log").open("w") as log:
        server = subprocess.Popen(["/bin/sh", "-c", f"exec {line.removeprefix('web: ')}"], stdout=log, stderr=log)
        try:
            _wait()
            yield
        finally:
            server.terminate()
            server.wait()


def _wait() -> None:
    host = settings().public_url.removeprefix("http://")
    for _try in range(200):
        try:
            HTTPConnection(host).request("GET", "/healthz")
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the server did not come up")


if __name__ == "__main__":
    main()
