"""My data: everything that is held, by category, with what for, where from, how long and who gets it."""

from typing import Any

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue

from webapp.access import EVERYBODY_SIGNED_IN, allow, even_when_closed
from webapp.clock import utc_now
from webapp.htmx import render
from webapp.privacy import facts, inventory, my_data, places_in_order, records
from webapp.privacy.data_map import categories
from webapp.privacy.data_map.vocabulary import Category
from webapp.privacy.data_map.words import CATEGORIES, CATEGORY_TEXTS
from webapp.privacy.places_in_order import Place
from webapp.privacy.routes.blueprint import blueprint
from webapp.privacy.routes.exports import copies
from webapp.subjects.current import current_subject


@blueprint.get("/account/data")
@allow(EVERYBODY_SIGNED_IN)
@even_when_closed
def data() -> ResponseReturnValue:
    held = my_data.overview(current_subject())
    return render("privacy/data.html", held=held, titles=CATEGORIES, texts=CATEGORY_TEXTS, **copies(now=utc_now()))


@blueprint.get("/account/data/<category>")
@allow(EVERYBODY_SIGNED_IN)
@even_when_closed
def held_category(category: str) -> ResponseReturnValue:
    wanted = _category(category)
    [about] = [entry for entry in inventory.categories() if entry.key == wanted]
    held = my_data.category(current_subject(), wanted)
    return render("privacy/held.html", about=about, held=held, facts_of=facts.of, readable=records.readable)


@blueprint.get("/account/data/<category>/<name>")
@allow(EVERYBODY_SIGNED_IN)
@even_when_closed
def held_table(category: str, name: str) -> ResponseReturnValue:
    wanted = _category(category)
    table = my_data.table_named(name, within=wanted)
    if table is None:
        abort(404)
    found = my_data.page(table, current_subject(), older_than=_place("older_than"), newer_than=_place("newer_than"))
    return render(
        "privacy/held_table.html",
        table=table,
        back=(CATEGORIES[wanted], url_for("privacy.held_category", category=wanted)),
        found=found,
        older=_address(wanted, name, older_than=found.older_than),
        newer=_address(wanted, name, newer_than=found.newer_than),
        facts=facts.of(table),
        readable=records.readable,
    )


def _category(text: str) -> Category:
    found = next((category for category in categories() if category == text), None)
    return found or abort(404)


def _place(name: str) -> Place | None:
    """An address that was mistyped shows the newest rows."""
    text = request.args.get(name)
    return places_in_order.opened(text, current_subject()) if text else None


def _address(category: Category, name: str, **places: Place | None) -> str | None:
    sealed: dict[str, Any] = {key: place.sealed(current_subject()) for key, place in places.items() if place}
    return url_for("privacy.held_table", category=category, name=name, **sealed) if sealed else None
