"""`flask --app wsgi import-csv`: for files of any size, on the server."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.imports.files import CUSTOMERS, newest
from webapp.db import db
from webapp.imports import running
from webapp.imports.models import Import, ImportRefusal, ImportState
from webapp.products.models import CustomerRecord


def test_a_file_is_imported_and_what_is_refused_written_down(app: Flask, tmp_path: Path) -> None:
    file, refused = tmp_path / "kunden.csv", tmp_path / "refused.csv"
    file.write_bytes((CUSTOMERS + "K-3;nobody;;;;;;\r\n").encode("cp1252"))
    run = app.test_cli_runner().invoke(args=["import-csv", "customers", str(file), "--refused", str(refused)])
    assert run.exit_code == 0, run.output
    assert "created 2, refused 1" in run.output
    assert "Email address: is not an email address" in run.output
    assert "K-3,nobody" in refused.read_text()
    assert (newest().state, newest().started_by, count(ImportRefusal)) == (ImportState.DONE, None, 0)


def test_a_check_keeps_nothing(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "kunden.csv"
    file.write_text(CUSTOMERS)
    run = app.test_cli_runner().invoke(args=["import-csv", "customers", str(file), "--check"])
    assert "created 2" in run.output
    assert count(CustomerRecord) == 0


def test_killed_the_same_command_goes_on(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "STEP", 2)
    file = tmp_path / "customers.csv"
    file.write_text("id,mail\n" + "".join(f"K-{number},c{number}@example.org\n" for number in range(7)))
    go_on, steps = running._go_on, iter([True, True])
    monkeypatch.setattr(running, "_go_on", lambda *args, **more: next(steps) and go_on(*args, **more))
    killed = app.test_cli_runner().invoke(args=["import-csv", "customers", str(file)])
    assert killed.exit_code != 0
    db.session.rollback()
    assert count(CustomerRecord) == 4
    monkeypatch.setattr(running, "_go_on", go_on)
    run = app.test_cli_runner().invoke(args=["import-csv", "customers", str(file)])
    assert "Going on at line 6." in run.output
    assert newest().counts == {"created": 7}
    assert (count(Import), count(CustomerRecord)) == (1, 7)


def test_it_asks_for_columns_that_nobody_can_guess(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("who,where\nK-1,anna@example.org\n")
    asked = app.test_cli_runner().invoke(args=["import-csv", "customers", str(file)])
    assert asked.exit_code == 2
    assert "Say which column is: external_id, email" in asked.output
    columns = ["--column", "external_id=who", "--column", "email=where"]
    run = app.test_cli_runner().invoke(args=["import-csv", "customers", str(file), *columns])
    assert "created 1" in run.output
    wrong = app.test_cli_runner().invoke(args=["import-csv", "customers", str(file), "--column", "email=there"])
    assert "no column there" in wrong.output


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0
