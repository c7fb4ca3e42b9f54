"""docs/webhooks.md is true: it knows each change and each limit, and its code recognises our signature."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.integrations.conftest import Enter
from tests.integrations.receiver import Receiver
from tests.people import person
from webapp import changes
from webapp.changes import Change
from webapp.clock import utc_now
from webapp.db import db
from webapp.integrations import confirmations
from webapp.integrations.webhooks import calls, receivers, replays, sending, signing
from webapp.integrations.webhooks.letters import MESSAGE_ID

WEBHOOKS = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text()


def test_every_change_is_described() -> None:
    described = re.findall(r"^\| `([a-z_]+\.[a-z]+)` \|", WEBHOOKS, re.MULTILINE)
    assert set(described) == set(Change)
    assert len(described) == len(set(described)) == len(receivers.SUBSCRIBABLE) + 1
    assert all(f"`{kind}`" in WEBHOOKS.split("## Confirming")[1] for kind in confirmations.NEEDED)


def test_its_limits_are_those_of_the_program() -> None:
    assert f"within {calls.LONGEST:.0f} seconds" in WEBHOOKS
    assert f"{calls.KEPT:,} characters" in WEBHOOKS
    assert f"After {sending.FAILURES_IN_A_ROW} failures in a row" in WEBHOOKS
    assert f"up to {replays.LONGEST.days} days back" in WEBHOOKS
    assert f"both sign for {signing.BOTH_FOR.total_seconds() / 3600:.0f} hours" in WEBHOOKS
    assert [pause.total_seconds() for pause in sending.PAUSES] == [5, 30, 120, 600, 1800, 3600, 7200, 14400, 21600]
    assert MESSAGE_ID.search(WEBHOOKS)


def test_its_code_recognises_us(enter: Enter, shop: Receiver, run_jobs: Callable[[], None]) -> None:
    names: dict[str, Any] = {}
    exec(re.findall(r"```python\n(.*?)```", WEBHOOKS, re.DOTALL)[0], names)  # it is our own text
    new = enter(shop)
    changes.record(Change.CUSTOMER_CHANGED, person().id, now=utc_now(), fields="tel, city")
    db.session.commit()
    run_jobs()
    (call,) = shop.received
    assert names["is_ours"](new.secret, call.headers, call.body)
    assert not names["is_ours"](new.secret, call.headers, call.body + b" ")
    assert call.said["data"]["fields"] == ["tel", "city"]
