"""The address to which an email comes back says whose it was, to us and to nobody else."""

from collections.abc import Callable
from datetime import date
from uuid import UUID, uuid4

import pytest
from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pydantic import SecretStr

from webapp.config import Settings
from webapp.mail.bounces import return_paths
from webapp.mail.bounces.return_paths import Kind, ReturnPaths

MONTH = date(2026, 11, 1)
ANNA = "anna@example.org"


@pytest.fixture(params=["bounces@mail.candor.example", "@bounces.candor.example"])
def bounces(configure: Callable[..., None], request: pytest.FixtureRequest) -> None:
    configure(bounce_address=request.param)


def ours() -> ReturnPaths:
    ours = return_paths.ours()
    assert ours
    return ours


@examples(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(key=st.integers(1, 2**48 - 1), month=st.dates(date(2020, 1, 1), date(2100, 1, 1)))
def test_it_names_the_email_also_in_capitals_and_inside_a_text(bounces: None, key: int, month: date) -> None:
    address = ours().for_delivery(month.replace(day=1), key, to=ANNA)
    for text in (address, address.upper(), f"Delivered-To: <{address}>;\nX-Original-To: {address}"):
        mark = next(return_paths.marks_in(text))
        assert mark.kind is Kind.DELIVERY
        assert mark.delivery == (month.replace(day=1), key)
        assert mark.is_genuine(to=ANNA)
        assert mark.is_genuine(to="Anna@Example.org")


def test_it_is_short_enough_for_every_mail_server(bounces: None) -> None:
    for address in (
        ours().for_delivery(MONTH, 2**48 - 1, to=ANNA),
        ours().for_message(UUID(int=2**128 - 1), to=ANNA),
        ours().to_unsubscribe(MONTH, 1),
    ):
        assert len(address.partition("@")[0]) <= 64


def test_what_somebody_changed_is_not_ours(bounces: None) -> None:
    address = ours().for_delivery(MONTH, 7, to=ANNA)
    local, _, domain = address.rpartition("@")
    for place in range(len(local) - 28, len(local)):
        other = "a" if local[place] != "a" else "b"
        forged = f"{local[:place]}{other}{local[place + 1 :]}@{domain}"
        last_letter_has_spare_bits = place == len(local) - 1
        for mark in return_paths.marks_in(forged):
            same = last_letter_has_spare_bits and mark.delivery == (MONTH, 7)
            assert same or not mark.is_genuine(to=ANNA)


def test_it_says_nothing_about_another_address_of_the_person(bounces: None) -> None:
    message = uuid4()
    mark = next(return_paths.marks_in(ours().for_message(message, to=ANNA)))
    assert mark.message == message
    assert not mark.is_genuine(to="anna@elsewhere.example")


def test_who_wants_no_more_may_have_moved_meanwhile(bounces: None) -> None:
    mark = next(return_paths.marks_in(ours().to_unsubscribe(MONTH, 7)))
    assert mark.kind is Kind.UNSUBSCRIBE
    assert mark.delivery == (MONTH, 7)
    assert mark.is_genuine(to="anna@elsewhere.example")


def test_it_is_still_known_when_there_is_a_newer_key(
    bounces: None, settings: Settings, configure: Callable[..., None]
) -> None:
    address = ours().for_delivery(MONTH, 7, to=ANNA)
    configure(secret_keys=[SecretStr("n" * 32), *settings.secret_keys])
    assert next(return_paths.marks_in(address)).is_genuine(to=ANNA)
    assert ours().for_delivery(MONTH, 7, to=ANNA) != address


@pytest.mark.parametrize(
    "text", ["", "@", "bounces@mail.candor.example", "bounces+@mail.candor.example", "bounces+x@mail.candor.example"]
)
def test_what_holds_no_mark_has_none(bounces: None, text: str) -> None:
    assert list(return_paths.marks_in(text)) == []


def test_without_an_address_for_it_nothing_comes_back_to_us(app: Flask) -> None:
    assert return_paths.ours() is None
