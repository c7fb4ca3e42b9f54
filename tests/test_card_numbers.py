"""Numbers of payment cards are recognised however they are written, and other long numbers are left alone."""

import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.fields.core import UnboundField

from tests.pages import PageClient
from tests.people import person
from tests.signed_in import signed_in
from webapp.access import Role
from webapp.card_numbers import holds_card_number, refuse_card_number
from webapp.subjects.fields import no_card_number

# They are compared or called and not kept, or, as what is pasted there to be checked by its signature, not even read.
NOT_KEPT = {"CodeForm.code", "SignInForm.email", "ReceiverForm.url", "ReceiptForm.text"}

CARDS = {
    "Visa": "4111111111111111",
    "Visa of 13 digits": "4222222222222",
    "Visa of 19 digits": "4000000000000000006",
    "Mastercard": "5555555555554444",
    "Mastercard that begins with 2": "2223003122003222",
    "American Express": "378282246310005",
    "Diners Club": "30569309025904",
    "Discover": "6011111111111117",
    "UnionPay": "6200000000000005",
    "UnionPay of 19 digits": "6205500000000000004",
    "JCB": "3530111333300000",
    "Maestro": "6759649826438453",
    "Maestro of 12 digits": "501800000009",
    "Mir": "2200000000000004",
}


@pytest.mark.parametrize("number", CARDS.values(), ids=CARDS)
def test_a_card_of_every_network_is_recognised(number: str) -> None:
    assert holds_card_number(number)
    assert not holds_card_number(number[:-1] + str((int(number[-1]) + 1) % 10))


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4111–1111–1111–1111",
        "4111.1111.1111.1111",
        "4111\u00a01111\u202f1111\u20091111",
        "41111111 11111111",
        "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
        "3782 822463 10005",
        "+4111 1111 1111 1111",
        "My card is 4111 1111 1111 1111, thank you",
        "card:4111111111111111",
        "4111 1111 1111 1111 12 27 123",
        "Order A12 4111 1111 1111 1111",
        "call +41 22 345 67 89 or take 4111111111111111",
        "CH93 0076 2011 6238 5295 7 4111 1111 1111 1111",
        "卡号4111111111111111",
        "４１１１１１１１１１１１１１１１",
        "٤١١١ ١١١١ ١١١١ ١١١١",
        "४१११११११११११११११",
        "4111\u200b1111\u200b1111\u200b1111",
        "4111\u00ad1111\u00ad1111\u00ad1111",
        "first line\n4111111111111111\nlast line",
    ],
)
def test_however_it_is_written(text: str) -> None:
    assert holds_card_number(text)
    with pytest.raises(ValueError, match="payment card"):
        refuse_card_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "4111",
        "4111 1111 1111 1112",
        "DE44 5001 0517 5407 3249 31",
        "DE75512108001245126199",
        "de75 5121 0800 1245 1261 99",
        "CH93 0076 2011 6238 5295 7",
        "GB29 NWBK 6016 1331 9268 19",
        "FR14 2004 1010 0505 0001 3M02 606",
        "+41 22 345 67 89",
        "+4915112345678",
        "4915112345675",
        "0041 22 345 67 89 / 0041 79 123 45 67",
        "5d3f0000-4111-4111-9111-111111111111",
        "41111111-1111-4111-8111-111111111111",
        "0.4111111111111111",
        "2026-11-23 18:01:02",
        "20261123180102",
        "1795456862000",
        "4006381333931",  # the number of goods on a marker pen
        "RE4111111111111111",
        "a4111111111111111f",
        "2026 0001 2345 6789",
        "00 1234 5678 9012 3456 78",  # a parcel
        "1Z 999 AA1 01 2345 6784",
        "756.9217.0769.85",
        "210000000003139471430009017",  # the reference on a Swiss bill
        "12 34 56 78 90 12 34 56 78 90",
        "4111\n1111\n1111\n1111",
    ],
)
def test_other_numbers_are_left_alone(text: str) -> None:
    assert not holds_card_number(text)
    assert refuse_card_number(text) == text


def test_of_all_numbers_in_a_row_few_look_like_a_card() -> None:
    found = sum(holds_card_number(str(number)) for number in range(7_000_000_000_000_000, 7_000_000_000_002_000))
    assert found == 0
    found = sum(holds_card_number(str(number)) for number in range(10_000_000_000_000, 10_000_000_002_000))
    assert found == 0


def plain_texts() -> Iterator[tuple[str, UnboundField]]:
    """The fields of all forms that take a text and are no `Line`, which refuses numbers of cards by itself."""
    for path in sorted(Path("webapp").rglob("forms.py")):
        module = importlib.import_module(".".join(path.with_suffix("").parts))
        forms = [form for form in vars(module).values() if isinstance(form, type) and issubclass(form, FlaskForm)]
        for form in forms:
            for name, field in vars(form).items():
                if isinstance(field, UnboundField) and field.field_class in {StringField, TextAreaField}:
                    yield f"{form.__name__}.{name}", field


def test_every_text_that_a_form_takes_is_looked_at() -> None:
    unguarded = {
        name
        for name, field in plain_texts()
        if no_card_number not in [*field.kwargs.get("validators", []), *(list(field.args[1:2]) or [[]])[0]]
    }
    assert unguarded <= NOT_KEPT


def test_who_types_one_is_told_why_it_is_refused(client: PageClient) -> None:
    signed_in(client, person("olga@example.org", role=Role.ADMINISTRATOR))
    key = {"name": "Card 4111 1111 1111 1111", "scopes": "interactions:write"}
    answer = client.submit("/staff/api-keys/new", key)
    assert answer.status_code == 422
    assert "This looks like the number of a payment card" in answer.text
