"""How long the copy of one customer takes among a million, beside the least a program can do: the bare SQL that reads
the same rows, with each row as JSON into a ZIP. `make bench-export`, or `python -m bench.export [--customers 1000000]`

Both read every table of the data map, one statement per table, in the same process on the same PostgreSQL, turn and
turn about; the median of each counts. Memory is the most that a process held that made this copy and nothing
else. The last line is a JSON object: `typical_ratio` and `large_ratio` are the time of the copy over that of the bare
SQL, for a customer with a history of some years and for one with 100,000 rows; `memory_ratio` is the peak memory of
the large copy over that of the typical one; `peak_mb` that of the large one.
"""

import argparse
import json
import re
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, Any
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile

import psycopg
from flask import Flask

from bench import crowd
from bench.installation import installation
from webapp.app import create_app
from webapp.config import settings
from webapp.db import db
from webapp.privacy import copy, records
from webapp.privacy.data_map import exported_tables
from webapp.privacy.data_map.vocabulary import SubjectTable
from webapp.subjects.models import Subject

MANY = 100_000
Bare = tuple[str, Mapping[str, Any]]

ROUNDS = {"typical": 30, "large": 3}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--customers", type=int, default=1_000_000)
    options.add_argument("--memory-of", type=UUID, help=argparse.SUPPRESS)  # what this program starts itself with
    chosen = options.parse_args()
    if chosen.memory_of:
        print(_peak_mb(chosen.memory_of))
    else:
        with TemporaryDirectory() as folder, installation(Path(folder), durable=False) as app:
            print(json.dumps(_measure(app, chosen.customers)))


def _measure(app: Flask, customers: int) -> dict[str, float]:
    with app.app_context():
        begun = time.perf_counter()
        crowd.fill(customers)
        people = {
            "typical": crowd.customer("anna@example.net", interactions=100),
            "large": crowd.customer("bert@example.net", interactions=MANY),
        }
        print(f"{customers} customers made in {time.perf_counter() - begun:.0f} s")
        ratios = {f"{name}_ratio": _ratio(name, subject_id) for name, subject_id in people.items()}
    peaks = {name: _in_a_process_of_its_own(subject_id) for name, subject_id in people.items()}
    return {**ratios, "memory_ratio": peaks["large"] / peaks["typical"], "peak_mb": peaks["large"]}


def _ratio(name: str, subject_id: UUID) -> float:
    statements = [_bare(table, db.session.get_one(Subject, subject_id)) for table in exported_tables()]
    with psycopg.connect(settings().database_url.replace("+psycopg", ""), autocommit=True) as connection:
        bare, copies = [], []
        for _round in range(ROUNDS[name]):
            bare.append(_timed(lambda file: _write_bare(file, connection, statements)))
            copies.append(_timed(lambda file: _write_copy(file, subject_id)))
    print(f"{name}: bare SQL and ZIP {median(bare) * 1000:.1f} ms, the copy {median(copies) * 1000:.1f} ms")
    return median(copies) / median(bare)


def _bare(table: SubjectTable, subject: Subject) -> Bare:
    compiled = records.statement(table).compile(dialect=db.engine.dialect)
    return str(compiled), records.whose([table], subject)


def _write_bare(file: IO[bytes], connection: psycopg.Connection[Any], statements: list[Bare]) -> None:
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for number, (statement, values) in enumerate(statements):
            with archive.open(f"{number}.jsonl", "w") as entry:
                for row in connection.execute(statement, values):
                    entry.write(f"{json.dumps(row, default=str)}\n".encode())


def _write_copy(file: IO[bytes], subject_id: UUID) -> None:
    deque(copy.write(file, db.session.get_one(Subject, subject_id), now=crowd.NOW), maxlen=0)


def _timed(write: Callable[[IO[bytes]], None]) -> float:
    with TemporaryFile() as file:
        begun = time.perf_counter()
        write(file)
        return time.perf_counter() - begun


def _in_a_process_of_its_own(subject_id: UUID) -> float:
    command = [sys.executable, "-m", "bench.export", "--memory-of", str(subject_id)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1])


def _peak_mb(subject_id: UUID) -> float:
    with create_app().app_context(), TemporaryFile() as file:
        _write_copy(file, subject_id)
    [peak] = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(peak) / 1000


if __name__ == "__main__":
    main()
