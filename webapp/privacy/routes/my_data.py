"""My data: what is held."""

from flask.typing import ResponseReturnValue

from webapp.access import EVERYBODY_SIGNED_IN, allow
from webapp.clock import utc_now
from webapp.htmx import render
from webapp.privacy import records
from webapp.privacy.data_map.words import CATEGORIES, CATEGORY_TEXTS
from webapp.privacy.routes.blueprint import blueprint
from webapp.privacy.routes.exports import copies
from webapp.subjects.current import current_subject


@blueprint.get("/account/data")
@allow(EVERYBODY_SIGNED_IN)
def data() -> ResponseReturnValue:
    counts = records.count_by_category(current_subject())
    held = [(CATEGORIES[category], CATEGORY_TEXTS[category], count) for category, count in counts.items()]
    return render("privacy/data.html", held=held, **copies(now=utc_now()))
