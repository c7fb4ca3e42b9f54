"""What the data map says to people."""

import json
from collections.abc import Callable

from flask import Flask

from webapp.privacy import data_map, inventory
from webapp.privacy.data_map.vocabulary import Purpose


def test_a_snapshot_is_plain_json_in_the_language_asked_for(app: Flask) -> None:
    english, german = inventory.snapshot("en"), inventory.snapshot("de")
    assert json.loads(json.dumps(english)) == english
    assert english["categories"][0]["title"] == "Contact details"
    assert english["categories"][0]["title"] != german["categories"][0]["title"]
    assert [entry["key"] for entry in german["purposes"]] == list(Purpose)


def test_every_personal_column_stands_in_the_inventory_once(app: Flask) -> None:
    with app.test_request_context():
        shown = [
            (holding.name, label)
            for category in inventory.categories()
            for holding in category.holdings
            for label in [*holding.fields, *holding.withheld]
        ]
        held = [
            (table.name, str(what.label)) for table in data_map.subject_tables() for what in table.personal.values()
        ]
    assert sorted(shown) == sorted(held)


def test_whatever_is_held_has_a_basis_a_time_and_a_source(app: Flask) -> None:
    with app.test_request_context():
        for category in inventory.categories():
            assert category.bases
            assert category.sources
            assert category.recipients
            for holding in category.holdings:
                assert holding.kept, holding.name
                assert all(kept.words and kept.reference for kept in holding.kept)


def test_the_company_names_who_gets_data(app: Flask, configure: Callable[..., None]) -> None:
    configure(recipients={"hosting": "Gletscher AG, Brig"})
    with app.test_request_context():
        assert "the company that runs the servers: Gletscher AG, Brig" in inventory.categories()[0].recipients
