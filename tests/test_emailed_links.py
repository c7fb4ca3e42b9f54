"""Mail scanners open every link, often and before the person does; an impatient person presses a button many times."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import text

from tests.accounts.browsers import token_in
from tests.emailed_links import NOT_EMAILED, NOTHING_TO_DO, REPEATABLE, SINGLE_USE, Kind, Mailbox
from tests.pages import PageClient, QuickClient
from tests.relay import TestRelay
from webapp.db import db
from webapp.links import Purpose

AT_ONCE, CROWD = 16, 100
SOME, MANY = 20, 1_000
SCANNERS = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/140.0 Safari/537.36",
    "Mozilla/5.0 (compatible; Barracuda Sentinel; +https://www.barracuda.com)",
    "curl/8.14.1",
    "",
)
single_use = pytest.mark.parametrize("kind", [kind for kinds in SINGLE_USE.values() for kind in kinds])
every_kind = pytest.mark.parametrize(
    "kind", [kind for kinds in (*SINGLE_USE.values(), *REPEATABLE.values()) for kind in kinds]
)


@pytest.fixture
def mailbox(app: Flask, client: PageClient, run_jobs: Callable[[], None], relay: TestRelay) -> Mailbox:
    return Mailbox(app, client, run_jobs, relay)


def test_every_kind_of_link_is_tried_here() -> None:
    assert SINGLE_USE.keys() | REPEATABLE.keys() | NOTHING_TO_DO.keys() | NOT_EMAILED.keys() == set(Purpose)


@single_use
def test_of_many_clicks_at_once_exactly_one_counts(mailbox: Mailbox, kind: Kind) -> None:
    click_at_once(mailbox, kind, times=AT_ONCE)


@pytest.mark.deep
@single_use
def test_of_a_hundred_clicks_at_once_exactly_one_counts(mailbox: Mailbox, kind: Kind) -> None:
    click_at_once(mailbox, kind, times=CROWD)


def click_at_once(mailbox: Mailbox, kind: Kind, *, times: int) -> None:
    sample = kind(mailbox)
    mailbox.browser.get(sample.path)
    entries = {"csrf_token": token_in(mailbox.browser.get(sample.form).text), **sample.entries}
    start = Barrier(times)

    def click(browser: QuickClient) -> int:
        start.wait()
        return browser.post(sample.form, data=entries).status_code

    with ThreadPoolExecutor(times) as people:
        codes = list(people.map(click, [like(mailbox) for _ in range(times)]))
    assert sample.times_done() == 1
    assert set(codes) <= {303, 410}, codes


@every_kind
def test_visits_change_nothing_and_the_person_can_still_use_the_link(mailbox: Mailbox, kind: Kind) -> None:
    visit_often(mailbox, kind, times=SOME)


@pytest.mark.deep
@every_kind
def test_a_thousand_visits_change_nothing(mailbox: Mailbox, kind: Kind) -> None:
    visit_often(mailbox, kind, times=MANY)


def visit_often(mailbox: Mailbox, kind: Kind, *, times: int) -> None:
    sample = kind(mailbox)
    before = everything_held()
    visitors: Iterator[tuple[str, str]] = cycle((method, agent) for agent in SCANNERS for method in ("GET", "HEAD"))
    for number, (method, agent) in zip(range(times), visitors, strict=False):
        browser = like(mailbox) if number % 3 == 0 else QuickClient(mailbox.app, mailbox.app.response_class)
        answer = browser.open(sample.path, method=method, headers={"User-Agent": agent}, follow_redirects=True)
        assert answer.status_code == 200, answer.text
    assert everything_held() == before
    mailbox.browser.get(sample.path)
    page = sample.form if sample.form == "/password/new" else sample.path
    done = mailbox.browser.submit(sample.form, sample.entries, page=page)
    assert done.status_code == 303, done.text
    assert sample.times_done() == 1


def like(mailbox: Mailbox) -> QuickClient:
    """The same browser once more: another tab, or a scanner that lives in it."""
    browser = QuickClient(mailbox.app, mailbox.app.response_class)
    for cookie in (mailbox.browser._cookies or {}).values():
        browser.set_cookie(cookie.key, cookie.value, path=cookie.path)
    return browser


def everything_held() -> dict[str, str]:
    """A fingerprint of each table."""
    db.session.rollback()
    tables = db.session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
    rows = "SELECT coalesce(md5(string_agg(held::text, ',' ORDER BY held::text)), '') FROM {} held"
    return {table: db.session.scalars(text(rows.format(table))).one() for table in tables}
