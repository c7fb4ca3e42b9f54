"""docs/api.md is true: its example works, and it knows every reason, member and limit."""

import json
import re
import shlex
from itertools import pairwise
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.api.senders import Sender, allow
from tests.people import person
from webapp.access import Scope
from webapp.api import bearer, bodies, cursors, lists
from webapp.api.observations import Device, Reported
from webapp.clock import utc_now
from webapp.consents.models import ConsentPurpose
from webapp.integrations.intake import results
from webapp.interactions import batches
from webapp.interactions.batches import Reason
from webapp.interactions.models import PARTED
from webapp.privacy.expiry import expired_before

API = (Path(__file__).parents[2] / "docs" / "api.md").read_text()


def test_the_example_is_answered_as_it_says(app: Flask) -> None:
    allow(person("customer@alpenglow.example"), ConsentPurpose.USAGE)
    sender = Sender(app, Scope.INTERACTIONS_WRITE)
    _customer, command, answer = re.findall(r"```(?:sh|json)\n(.*?)```", API, re.DOTALL)
    response = sent(sender, command.replace("2026-03-05T08:15:00Z", utc_now().isoformat()), method="POST")
    assert response.status_code == 200
    assert response.json == json.loads(answer)


def test_the_customer_in_the_example_is_stored(app: Flask) -> None:
    command, *_others = re.findall(r"```(?:sh|json)\n(.*?)```", API, re.DOTALL)
    response = sent(Sender(app, Scope.CUSTOMERS_WRITE), command, method="PUT")
    assert (response.status_code, response.json) == (201, {"external_id": "K-10234", "outcome": "created"})


def test_it_knows_every_outcome_and_reason_of_what_is_stored() -> None:
    for told in (*results.Outcome, *results.Reason, *results.Kept):
        assert f"`{told}`" in API or f'"{told}"' in API
    assert f"{lists.MOST:,}" in API
    assert f"{bodies.LARGEST_BATCH:,}" in API
    assert f"up to {cursors.MOST}" in API


def sent(sender: Sender, command: str, *, method: str) -> TestResponse:
    """As a shell would send it."""
    known = {"CANDOR_URL": "http://localhost", "CANDOR_KEY": sender.token}
    words = shlex.split(re.sub(r"\$(\w+)", lambda name: known[name[1]], command))
    given = [value for option, value in pairwise(words) if option == "-H"]
    headers = dict(line.split(": ", 1) for line in given)
    return sender.client.open(words[1], method=method, headers=headers, data=words[words.index("-d") + 1])


def test_no_reason_and_no_member_is_left_out() -> None:
    assert set(re.findall(r"^\| `(\w+)` \|", API.split("| reason |")[1], re.MULTILINE)) == set(Reason)
    assert all(f"`{name}`" in API for name in [*Reported.model_fields, *Device.model_fields])


@pytest.mark.parametrize(
    "limit",
    [
        f"{lists.MOST:,} interactions and {bodies.LARGEST:,} bytes",
        f"more than {bearer.PER_KEY.removesuffix(' per minute')} requests a minute",
        f"at most {batches.CLOCKS_DIFFER.seconds // 60} minutes ahead, at most {batches.LATEST.days} days ago",
    ],
)
def test_the_limits_are_those_of_the_program(limit: str) -> None:
    assert limit in API


def test_it_is_kept_as_long_as_it_says(app: Flask) -> None:
    now = utc_now()
    days = [(now - expired_before(model, now=now)).days for model in PARTED]
    assert [round(number / 30.5) for number in days] == [13, 3]
    assert "after 13 months, access points after 3." in API
