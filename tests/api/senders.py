"""A system of the company that reports interactions, and the people who allow it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from flask import Flask
from werkzeug.test import TestResponse

from tests.pages import QuickClient
from tests.people import Person, person
from webapp.access import Role, Scope
from webapp.clock import utc_now
from webapp.consents import tracking
from webapp.consents.ledger import Statement
from webapp.consents.models import TRACKING, ConsentPurpose, Method
from webapp.db import db
from webapp.integrations import keys
from webapp.subjects.models import Subject

USED: dict[str, Any] = {
    "app": "Panel 5.2",
    "device": {"model": "Pixel 9", "os": "Android", "os_version": "16"},
    "ip": "203.0.113.7",
    "locale": "de-CH",
    "language": "de",
}
NEAR: dict[str, Any] = {"access_points": [{"bssid": "a4:2b:b0:11:22:33", "signal": -61}]}


class Sender:
    """`send` answers with what the API answered, without cookies or a CSRF token."""

    def __init__(self, app: Flask, *scopes: Scope) -> None:
        maker = person("olga@example.org", role=Role.ADMINISTRATOR)
        new = keys.create("Panel", scopes, by=db.session.get_one(Subject, maker.id), now=utc_now())
        db.session.commit()
        self.key, self.token = new.key, new.token
        self.client = QuickClient(app, app.response_class, use_cookies=False)

    def post(self, body: Any = None, **more: Any) -> TestResponse:
        content = {"json": body} if body is not None else {}
        return self.client.post(
            "/api/v1/interactions", **content, **({"headers": {"Authorization": f"Bearer {self.token}"}} | more)
        )

    def send(self, *items: Any) -> list[dict[str, Any]]:
        answer = self.post({"interactions": list(items)})
        assert answer.status_code == 200, answer.text
        assert "Set-Cookie" not in answer.headers
        db.session.expire_all()
        results: list[dict[str, Any]] = answer.json["results"]  # type: ignore[index]  # it is an object
        return results


def item(who: Person | str, *, ago: timedelta = timedelta(minutes=1), **parts: Any) -> dict[str, Any]:
    email = who if isinstance(who, str) else who.email
    at = (utc_now() - ago).isoformat()
    return {"id": str(uuid4()), "email": email, "observed_at": at, "app": "Panel 5.2", **parts}


def allow(who: Person, *kinds: ConsentPurpose, since: datetime | None = None, despite_signal: bool = False) -> None:
    now = since or utc_now() - timedelta(days=60)
    _choose(who, kinds, allowed=True, despite_signal=despite_signal, now=now)


def forbid(who: Person, *kinds: ConsentPurpose) -> None:
    _choose(who, kinds, allowed=False, now=utc_now())


def _choose(who: Person, kinds: tuple[ConsentPurpose, ...], *, now: datetime, **choice: bool) -> None:
    subject = db.session.get_one(Subject, who.id)
    statement = Statement(
        method=Method.ACCOUNT, wording="Yes", wording_version="1", language="en", network="192.0.2.1", now=now
    )
    for kind in kinds or TRACKING:
        tracking.choose(subject, kind, **choice, **statement)
    db.session.commit()
