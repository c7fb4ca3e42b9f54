"""The programs of PostgreSQL that write a database down and read it back."""

import os
import subprocess
from pathlib import Path
from typing import IO

from sqlalchemy import URL, make_url, text

from webapp.config import settings
from webapp.db import db


class ProgramFailed(Exception):
    """The text is what the program said."""


def dump() -> subprocess.Popen[bytes]:
    """Its standard output is the database as it is at this moment, in the format that `pg_restore` reads."""
    return _start("pg_dump", "--format=custom", "--no-owner", "--no-privileges", stdout=subprocess.PIPE)


def put_back(source: IO[bytes]) -> None:
    """All of it or nothing. Raises ProgramFailed."""
    options = ("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction")
    program = _start("pg_restore", *options, stdin=subprocess.PIPE)
    assert program.stdin
    try:
        while piece := source.read(1 << 20):
            program.stdin.write(piece)
    except BrokenPipeError:
        pass  # it says itself why it ended
    except BaseException:
        program.kill()  # before it commits what it has
        raise
    finish(program)


def finish(program: subprocess.Popen[bytes]) -> None:
    """Raises ProgramFailed."""
    _output, said = program.communicate()
    if program.returncode:
        raise ProgramFailed(said.decode(errors="replace").strip()[-2000:])


def is_empty() -> bool:
    tables = "SELECT count(*) FROM pg_catalog.pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    return bool(db.session.scalar(text(tables)) == 0)


def _start(
    program: str, *arguments: str, stdin: int | None = None, stdout: int | None = None
) -> subprocess.Popen[bytes]:
    url = make_url(settings().database_url)
    # A password among the arguments would be seen by everybody on the machine.
    environment = {**os.environ, "PGPASSWORD": url.password or ""}
    command = [str(Path(settings().postgres_programs) / program), *arguments, f"--dbname={_libpq(url)}"]
    return subprocess.Popen(command, stdin=stdin, stdout=stdout, stderr=subprocess.PIPE, env=environment)  # noqa: S603  # no shell, and nothing in it comes from outside


def _libpq(url: URL) -> str:
    return url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
