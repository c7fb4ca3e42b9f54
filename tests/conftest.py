"""Real parts for every test: PostgreSQL, Valkey, RQ workers and an SMTP relay. Only the clock is an argument."""

import logging
import secrets
import shutil
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import flask_migrate
import pytest
from flask import Flask
from pydantic import SecretStr
from rq import SimpleWorker
from sqlalchemy import text

from deploy.demo.services import Service, start_postgres, start_valkey
from jobs.job import WorkerName
from jobs.worker import work
from tests.pages import PageClient
from tests.people import Person, quick_hasher
from tests.relay import TestRelay
from webapp import even_time, queue
from webapp.accounts import passwords
from webapp.app import create_app
from webapp.config import Environment, Settings
from webapp.db import db
from webapp.journal.gate import Gate
from webapp.privacy.data_map import check


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with start_postgres(tmp_path_factory.mktemp("postgres"), durable=False) as service:
        yield service


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with start_valkey(tmp_path_factory.mktemp("valkey")) as service:
        yield service


@pytest.fixture(scope="session")
def _relay() -> Iterator[TestRelay]:
    relay = TestRelay()
    relay.start()
    yield relay
    relay.stop()


@pytest.fixture(scope="session")
def settings(
    postgres: Service, valkey: Service, _relay: TestRelay, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    return Settings(
        environment=Environment.TEST,
        database_url=postgres.url,
        redis_url=valkey.url,
        storage_url=tmp_path_factory.mktemp("storage").as_uri(),
        public_url="http://localhost",
        secret_keys=[SecretStr(secrets.token_urlsafe(32))],
        encryption_keys=[SecretStr(_key())],
        permanent_key=SecretStr(_key()),
        smtp_host="127.0.0.1",
        smtp_port=_relay.port,
        smtp_timeout_seconds=2,
        mail_from="hello@candor.example",
        company_name="Alpenglow Hosting",
        rate_limits=False,
        webhook_networks=[ip_network("127.0.0.0/8")],
    )


@pytest.fixture(scope="session")
def _app(settings: Settings) -> Flask:
    app = create_app(settings)
    app.test_client_class = PageClient
    app.extensions["worker"] = WorkerName("tests")
    passwords.hasher = quick_hasher
    even_time.pause = lambda seconds: None
    with app.app_context():
        flask_migrate.upgrade()
    logging.getLogger("rq.worker").setLevel(logging.ERROR)
    return app


@pytest.fixture
def app(_app: Flask) -> Iterator[Flask]:
    """The app on an empty database and an empty queue."""
    with _app.app_context():
        _empty_database()
        _forget_journal(_app)
        queue.connection().flushall()
        yield _app
        db.session.rollback()
        assert check.redis_keys(key.decode() for key in queue.connection().scan_iter()) == []


@pytest.fixture
def configure(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Changes settings, until the test is over."""

    def configure(**changes: Any) -> None:
        monkeypatch.setitem(app.extensions, "settings", app.extensions["settings"].model_copy(update=changes))

    return configure


@pytest.fixture
def client(app: Flask) -> PageClient:
    client = app.test_client()
    assert isinstance(client, PageClient)
    return client


@pytest.fixture
def relay(_relay: TestRelay) -> TestRelay:
    _relay.forget()
    return _relay


@pytest.fixture
def run_jobs(app: Flask, relay: TestRelay, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Works off every queue, as the workers would."""
    for channel in ("subscribe", "unsubscribe"):  # RQ's thread for commands takes 0.2 s to end, each time
        monkeypatch.setattr(SimpleWorker, channel, lambda _worker: None)

    def run() -> None:
        db.session.commit()
        for name in [*queue.Queue, queue.Queue.SERVICE]:  # the others write emails, which the first one sends
            if queue.connection().llen(f"rq:queue:{name}"):  # a worker that finds nothing takes its time, too
                work(name, burst=True)
        db.session.expire_all()

    return run


@pytest.fixture
def sign_in(client: PageClient) -> Callable[[Person], PageClient]:
    """Signs a person in through the forms."""

    def sign_in(who: Person) -> PageClient:
        response = client.submit("/sign-in", {"email": who.email, "password": who.password})
        assert response.status_code == 303, response.text
        if who.authenticator_key:
            response = client.submit("/sign-in/second-factor", {"code": who.code()})
            assert response.status_code == 303, response.text
        return client

    return sign_in


def _empty_database() -> None:
    """Deletes from those few tables that hold anything: to truncate all takes ten times as long."""
    tables = db.session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
    rows = (f"SELECT '{table}' WHERE EXISTS (TABLE {table})" for table in tables if table != "alembic_version")
    filled = db.session.scalars(text(" UNION ALL ".join(rows))).all()
    db.session.execute(text("SET LOCAL session_replication_role = replica"))  # in any order, also what is append-only
    for table in filled:
        db.session.execute(text(f"DELETE FROM {table}"))
    db.session.commit()


def _forget_journal(app: Flask) -> None:
    """An empty database would be behind the journal of the one before."""
    shutil.rmtree(Path(unquote(urlsplit(f"{app.extensions['settings'].storage_url}/journal").path)), ignore_errors=True)
    app.extensions["gate"] = Gate()


def _key() -> str:
    return urlsafe_b64encode(secrets.token_bytes(32)).decode()
