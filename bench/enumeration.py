"""Does an answer tell whether an address is known? `python -m bench.enumeration [--pairs 1000] [--seed 2026]`

Pairs of a known and an unknown address of the same length are sent to the forms for signing in, signing up and a
forgotten password, in an order that the seed decides, to the whole application on a PostgreSQL and a Valkey of its
own, with the limits off and the real password hash. Status, headers and body size must be equal for both of a pair;
of the server's times we ask how well they tell the two kinds apart: as the area under the ROC curve (0.5: not at
all), with its upper 95 % bound (Hanley and McNeil 1982). The last line is JSON; the exit code is 1 when a bound is
above 0.6 or anything differs.
"""

import argparse
import json
import logging
import math
import random
import re
import sys
import tempfile
import time
from base64 import urlsafe_b64encode
from bisect import bisect_left, bisect_right
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from uuid import uuid4

import flask_migrate
from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr
from werkzeug.test import TestResponse

from deploy.demo.services import start_postgres, start_valkey
from webapp.access import Role
from webapp.accounts import passwords
from webapp.accounts.models import Account, Profile
from webapp.app import create_app
from webapp.clock import utc_now
from webapp.config import Environment, Settings
from webapp.db import db
from webapp.subjects import subjects

HIGHEST_BOUND = 0.6
WARM_UP = 20
PASSWORD = "a meadow full of marmots"
FORMS: dict[str, dict[str, str]] = {
    "/sign-in": {"password": "not the password of anybody"},
    "/sign-up": {"password": PASSWORD, "given_name": "Nora", "family_name": "Nobody"},
    "/password/forgotten": {},
}
# What may differ between any two answers, whoever asks.
PASSING = [r"nonce-[\w-]+", r'nonce="[^"]+"', r'name="csrf_token" value="[^"]+"', r'X-CSRFToken": "[^"]+"']


@dataclass
class Answers:
    """What one form said: seconds for known and unknown addresses, and pairs that could be told apart by sight."""

    known: list[float] = field(default_factory=list)
    unknown: list[float] = field(default_factory=list)
    different: list[str] = field(default_factory=list)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument("--pairs", type=int, default=1000)
    options.add_argument("--seed", type=int, default=2026)
    chosen = options.parse_args()
    with ExitStack() as services:
        folder = services.enter_context(tempfile.TemporaryDirectory())
        postgres = services.enter_context(start_postgres(Path(folder, "postgres"), durable=False))
        valkey = services.enter_context(start_valkey(Path(folder, "valkey")))
        app = create_app(_settings(postgres.url, valkey.url, folder))
        results = measure(app, pairs=chosen.pairs, seed=chosen.seed)
    report = {form: _report(answers) for form, answers in results.items()}
    for form, numbers in report.items():
        print(form, *(f"{name}={value}" for name, value in numbers.items()))
    passed = all(numbers["different"] == 0 and numbers["bound"] <= HIGHEST_BOUND for numbers in report.values())
    print(json.dumps({"pairs": chosen.pairs, "seed": chosen.seed, "passed": passed, "forms": report}))
    sys.exit(not passed)


def measure(app: Flask, *, pairs: int, seed: int) -> dict[str, Answers]:
    chance = random.Random(seed)
    logging.disable()
    with app.app_context():
        flask_migrate.upgrade()
        logging.disable()
        names = [f"{chance.getrandbits(60):015x}" for _ in range(2 * (pairs + WARM_UP))]
        known, unknown = names[::2], names[1::2]
        _people(known)
    results: dict[str, Answers] = {}
    for form in FORMS:
        results[form] = Answers()
        client = app.test_client()
        token = _token(client, form)
        for turn, pair in enumerate(zip(known, unknown, strict=True)):
            _ask(client, form, token, pair, results[form] if turn >= WARM_UP else Answers(), chance)
    return results


def _ask(
    client: FlaskClient, form: str, token: str, pair: tuple[str, str], answers: Answers, chance: random.Random
) -> None:
    shown = {}
    for name in chance.sample(pair, 2):
        data = {"csrf_token": token, "email": f"{name}@example.org"} | FORMS[form]
        begun = time.perf_counter()
        response = client.post(form, data=data)
        took = time.perf_counter() - begun
        (answers.known if name == pair[0] else answers.unknown).append(took)
        shown[name] = _visible(response, name)
    if shown[pair[0]] != shown[pair[1]]:
        answers.different.append(pair[0])


def _visible(response: TestResponse, name: str) -> tuple[int, int, str, list[tuple[str, str]]]:
    """Status, size, text and headers, without what is random in every answer."""
    headers = [(key, _without_passing(value.split("=")[0] if key == "Set-Cookie" else value))
               for key, value in response.headers if key != "Date"]  # fmt: skip
    text = _without_passing(response.text).replace(name, "")
    return response.status_code, len(response.data), text, sorted(headers)


def _without_passing(text: str) -> str:
    for pattern in PASSING:
        text = re.sub(pattern, "", text)
    return text


def _report(answers: Answers) -> dict[str, float]:
    auc = _area(answers.known, answers.unknown)
    return {
        "known_ms": round(median(answers.known) * 1000, 2),
        "unknown_ms": round(median(answers.unknown) * 1000, 2),
        "auc": round(auc, 4),
        "bound": round(_upper_bound(auc, len(answers.known), len(answers.unknown)), 4),
        "different": len(answers.different),
    }


def _area(some: list[float], others: list[float]) -> float:
    """How often one of `some` took longer than one of `others`, or the other way round, whichever is more."""
    ranked = sorted(others)
    above = sum(bisect_left(ranked, value) + bisect_right(ranked, value) for value in some) / 2
    share = above / (len(some) * len(others))
    return max(share, 1 - share)


def _upper_bound(auc: float, some: int, others: int) -> float:
    q1, q2 = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    variance = (auc * (1 - auc) + (some - 1) * (q1 - auc**2) + (others - 1) * (q2 - auc**2)) / (some * others)
    return min(auc + 1.96 * math.sqrt(variance), 1.0)


def _people(names: list[str]) -> None:
    now, password_hash = utc_now(), passwords.hashed(PASSWORD)
    for name in names:
        subject = subjects.find_or_create(f"{name}@example.org", language="en")
        profile = Profile(subject_id=subject.id, given_name="Nora", family_name="Nobody", changed_at=now)
        account = Account(
            subject_id=subject.id,
            password_hash=password_hash,
            password_changed_at=now,
            role=Role.CUSTOMER,
            confirmed_at=now,
        )
        db.session.add_all([profile, account])
    db.session.commit()


def _token(client: FlaskClient, form: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(form).text)
    if found is None:
        raise LookupError(f"{form} has no CSRF token")
    return found[1]


def _settings(database_url: str, redis_url: str, folder: str) -> Settings:
    def key() -> SecretStr:
        return SecretStr(urlsafe_b64encode(uuid4().bytes + uuid4().bytes).decode())

    return Settings(
        environment=Environment.TEST,
        database_url=database_url,
        redis_url=redis_url,
        storage_url=Path(folder, "files").as_uri(),
        public_url="http://localhost",
        secret_keys=[key()],
        encryption_keys=[key()],
        permanent_key=key(),
        rate_limits=False,
    )


if __name__ == "__main__":
    main()
