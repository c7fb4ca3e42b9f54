"""Connections to the database: kept, and replaced when they broke while nobody used them."""

import pytest
from flask import Flask
from sqlalchemy import create_engine, text

import webapp.db
from webapp.config import Settings
from webapp.db import db


def test_a_connection_that_broke_while_nobody_used_it_is_replaced(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webapp.db, "UNUSED_SECONDS", 0.0)
    before = db.session.scalar(text("SELECT pg_backend_pid()"))
    db.session.commit()
    operator = create_engine(settings.database_url)
    with operator.begin() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": before})
    operator.dispose()
    assert db.session.scalar(text("SELECT pg_backend_pid()")) != before
