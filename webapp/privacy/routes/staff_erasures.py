"""For staff: every erasure, by when it must be done, and the chain of events of each."""

from typing import Any
from uuid import UUID

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import lazy_gettext as _l

from webapp.access import STAFF, allow
from webapp.clock import utc_now
from webapp.htmx import render
from webapp.paging import AtTime
from webapp.privacy.data_map.words import ERASURE_REASONS, ERASURE_STATES, TREATMENTS
from webapp.privacy.erasure.models import Cause
from webapp.privacy.erasure.showing import title_of
from webapp.privacy.receipts import chain, register
from webapp.privacy.routes.blueprint import blueprint

# As staff say it: nobody of them is the person.
CAUSES = {
    Cause.REQUEST: _l("asked for in the account"),
    Cause.STAFF: _l("asked for by letter or phone"),
    Cause.CLOSURE: _l("six months after the account was closed"),
    Cause.INACTIVE: _l("nothing connects us any more"),
    Cause.RESTORE: _l("a restored backup had brought it back"),
}
WORDS: dict[str, Any] = {
    "causes": CAUSES,
    "states": ERASURE_STATES,
    "reasons": ERASURE_REASONS,
    "treatments": TREATMENTS,
}


@blueprint.get("/staff/erasures")
@allow(STAFF)
def staff_erasures() -> ResponseReturnValue:
    now, only_open = utc_now(), request.args.get("show") != "all"
    places = {name: request.args.get(name, type=AtTime.parse) for name in ("older_than", "newer_than")}
    listing = register.page(only_open=only_open, **places)
    if not listing.rows and (listing.newer_than or request.args.keys() & {"older_than", "newer_than"}):
        return redirect(url_for(".staff_erasures", show=request.args.get("show")))
    overview = register.overview(now=now)
    months = [str(format_date(month, "MMM")) for month, _count in overview.per_month]
    return render(
        "privacy/staff_erasures.html",
        **WORDS,
        listing=listing,
        overview=overview,
        months=months,
        only_open=only_open,
        now=now,
    )


@blueprint.get("/staff/erasures/<uuid:erasure_id>")
@allow(STAFF)
def staff_erasure(erasure_id: UUID) -> ResponseReturnValue:
    found = chain.find(erasure_id) or abort(404)
    return render("privacy/staff_erasure.html", **WORDS, found=found, title_of=title_of, now=utc_now())
