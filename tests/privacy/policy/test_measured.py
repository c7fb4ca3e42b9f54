"""The figures about the policy (P33): that it tells of the data map that runs, and that everybody is written to."""

from datetime import timedelta

import pytest
from flask import Flask

from tests.privacy.policy.writers import published, reader, writer
from webapp.clock import utc_now
from webapp.db import db
from webapp.privacy import manifest
from webapp.privacy.policy.models import PolicyNotice
from webapp.privacy.promises.figures import figures

pytestmark = pytest.mark.usefixtures("addressed")


def test_a_policy_about_another_data_map_is_noticed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    measure = figures["true_policy"].measure
    assert measure(now=utc_now()).value is None
    published(writer(), reader())
    assert measure(now=utc_now()).value is True
    monkeypatch.setattr(manifest, "current", lambda: manifest.Manifest({}))
    found = measure(now=utc_now()).value
    assert figures["true_policy"].is_beyond(float(found is True))


def test_emails_about_a_version_that_do_not_get_done_are_noticed(app: Flask) -> None:
    measure, now = figures["waiting_notices"].measure, utc_now()
    published(writer(), reader())
    db.session.query(PolicyNotice).update({"started_at": now - timedelta(days=2), "finished_at": None})
    assert measure(now=now).value == timedelta(days=2)
    db.session.query(PolicyNotice).update({"finished_at": now})
    assert measure(now=now).value is None
