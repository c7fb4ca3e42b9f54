"""Which language pages and emails speak."""

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from webapp import language
from webapp.access import public
from webapp.accounts import profiles
from webapp.accounts.next_page import local_path
from webapp.accounts.routes.blueprint import blueprint
from webapp.clock import utc_now
from webapp.db import db
from webapp.htmx import see_other


@blueprint.post("/language")
@public
def choose_language() -> ResponseReturnValue:
    chosen = request.form.get("language", "")
    try:
        language.choose(chosen)
    except ValueError:
        abort(400)
    if current_user.is_authenticated:
        profiles.change_language(current_user.subject, chosen, now=utc_now())
        db.session.commit()
    return see_other(local_path(request.form.get("next")) or url_for("portal.home"))
