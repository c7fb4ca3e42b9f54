"""Words for some readers only: who sees which, and which conditions are refused, with the line in which they stand."""

import time
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings, strategies
from hypothesis.strategies import SearchStrategy

from webapp.campaigns import conditions, placeholders
from webapp.campaigns.audience import Recipient
from webapp.campaigns.placeholders import filled
from webapp.campaigns.rendering import variables
from webapp.campaigns.variables import Mistake

ANNA = Recipient(UUID(int=1), "anna@example.org", "en", "Anna", "Keller", "Example Ltd")
NOBODY = Recipient(UUID(int=2), "reader@example.net", "en")


def seen(source: str, reader: Recipient = ANNA) -> str:
    placeholders.check(source)
    return filled(source, variables(reader))


def test_each_sees_the_words_for_them() -> None:
    text = (
        "{% if organization %}At {{ organization }}?{% elif given_name %}Hi {{ given_name }}.{% else %}Hi.{% endif %}"
    )
    assert seen(text) == "At Example Ltd?"
    assert seen(text, ANNA._replace(organization="")) == "Hi Anna."
    assert seen(text, NOBODY) == "Hi."


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ('given_name == "Anna"', True),
        ("given_name != 'Anna'", False),
        ('organization in ["Example Ltd", "Another"]', True),
        ('organization not in ("Example Ltd", "Another")', False),
        ('"@example.org" in email', True),
        ("given_name and not organization", False),
        ('(given_name == "Bo" or family_name) and email', True),
        ("given_name in full_name", True),
    ],
)
def test_a_condition_compares_variables(condition: str, holds: bool) -> None:
    assert seen(f"{{% if {condition} %}}yes{{% else %}}no{{% endif %}}") == ("yes" if holds else "no")


def test_without_any_reader_nothing_is_known() -> None:
    assert filled('{% if given_name in "Anna" or "x" in email %}somebody{% else %}nobody{% endif %}', {}) == "somebody"
    assert (
        filled("{% if organization %}{{ organization }}{% else %}{{ given_name }}{% endif %}", {}, unknown="…") == "…"
    )


def test_a_line_of_nothing_but_conditions_leaves_none_behind() -> None:
    text = (
        "Dear\n\n{% if email %}\nreader\n{% else %}\n  stranger\n {% endif %}{% if email %}{% endif %}  \n"
        "\nBye{% if email %}!{% endif %}\nMia"
    )
    assert seen(text) == "Dear\n\nreader\n\nBye!\nMia"


def test_conditions_lie_inside_each_other() -> None:
    text = "{% if given_name %}{% if organization %}both{% else %}name{% endif %}{% endif %}"
    assert [seen(text), seen(text, ANNA._replace(organization="")), seen(text, NOBODY)] == ["both", "name", ""]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{% for x in email %}", "{% for x in email %} cannot be used"),
        ("{%- if email %}x{% endif %}", "cannot be used"),
        ("{% raw %}", "cannot be used"),
        ('{% include "secrets" %}', "cannot be used"),
        ("{% endif %}", "{% endif %} has no {% if … %} to which it belongs."),
        ("{% else %}", "{% else %} has no {% if … %}"),
        ("{% if email %}{% else %}{% elif email %}{% endif %}", "{% elif email %} has no {% if … %}"),
        ("{% if email %}{% else %}{% else %}{% endif %}", "{% else %} has no {% if … %}"),
        ("{% if email %}\n\nand so on", "{% if … %} has no {% endif %}"),
        ("{% if nickname %}{% endif %}", "There is no variable {{ nickname }}"),
        ("{% if %}{% endif %}", "do not understand"),
        ("{% if {{ email }} %}{% endif %}", "do not understand"),
        ('{% if email = "x" %}{% endif %}', "do not understand"),
        ("{% if email == “x” %}{% endif %}", "do not understand"),
        ("{% if email is defined %}{% endif %}", "do not understand"),
        ("{% if email.__class__ %}{% endif %}", "do not understand"),
        ("{% if email|length %}{% endif %}", "do not understand"),
        ("{% if email() %}{% endif %}", "do not understand"),
        ("{% if email[0] %}{% endif %}", "do not understand"),
        ("{% if email * 9 %}{% endif %}", "do not understand"),
        ("{% if email < 3 %}{% endif %}", "do not understand"),
        ("{% if 3 %}{% endif %}", "do not understand"),
        ("{% if ['x'] in email %}{% endif %}", "do not understand"),
        ("{% if (email == 'x') in email %}{% endif %}", "do not understand"),
        ("{% if email in ['x'] in email %}{% endif %}", "do not understand"),
        ("{% if " + "(" * 190 + " %}{% endif %}", "do not understand"),
        ("{% if " + "not " * 40 + "3 %}{% endif %}", "do not understand"),
        (f"{{% if email == '{'x' * 200}' %}}", "{% stands alone"),
        ("{% if email %}" * 7, "too deep"),
        ("{% if email %}{% endif %}" * 51, "too many"),
        ("{% if\nemail %}", "{% stands alone"),
        ("{{ given{% if email %}_name{% endif %} }}", "{{ stands alone"),
        ("{{% if email %}{ nickname }{% endif %}}", "{% endif %}"),
        ("{q{% if email %}{% endif %}}}", "}} stands alone"),
    ],
)
def test_what_is_no_condition_is_refused_where_it_stands(app: Flask, text: str, problem: str) -> None:
    with pytest.raises(Mistake) as mistake:
        placeholders.check(f"Hello {{{{ given_name }}}},\n\n{text}")
    with app.test_request_context():
        assert problem in str(mistake.value.problem)
    assert mistake.value.line == 3


def test_as_many_conditions_as_are_let_in_can_be_decided() -> None:
    depth, more = conditions.DEEPEST, (conditions.MOST_TAGS - 2 * conditions.DEEPEST) // 2
    deep = "{% if email %}" * depth + "deep" + "{% endif %}" * depth
    assert seen(deep + "{% if email %}.{% endif %}" * more) == "deep" + "." * more


@pytest.mark.parametrize("start", ["{{", "{{ given_name |", "{%", "{{ " * 1000, "{% " * 1000])
def test_a_long_text_is_checked_in_no_time(start: str) -> None:
    began = time.process_time()
    with pytest.raises(Mistake):
        placeholders.check(start + " " * 5000)
    assert time.process_time() - began < 1


PIECES = [
    *("{% if email %}", "{% if given_name == 'Anna' %}", "{% elif organization %}", "{% else %}", "{% endif %}"),
    *("{{ given_name }}", "{{ full_name | you }}", "{", "}", "%", "|", "email", " x ", "\n", "{{", "}}", "{%", "%}"),
]
texts: SearchStrategy[str] = strategies.lists(strategies.sampled_from(PIECES), max_size=12).map("".join)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts)
def test_what_is_let_in_can_be_sent_to_everybody(app: Flask, text: str) -> None:
    try:
        placeholders.check(text)
    except Mistake:
        return
    for reader in (ANNA, NOBODY, ANNA._replace(organization="")):
        rest = conditions.decided(text, variables(reader))
        assert not conditions.TAG.search(rest)
        placeholders.check(rest)
