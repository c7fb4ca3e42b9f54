"""The backups there are, and letting emails go out again after one was put back."""

from datetime import datetime
from typing import Any

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _

from webapp.access import POLICY, allow
from webapp.accounts.proofs import fresh_proof
from webapp.clock import utc_now
from webapp.config import settings
from webapp.db import db
from webapp.htmx import render, see_other
from webapp.journal import restores, writing
from webapp.privacy.backups import keeping, resuming
from webapp.privacy.backups.keeping import Backup
from webapp.privacy.data_map.words import JOURNAL_EVENTS
from webapp.privacy.routes.blueprint import blueprint
from webapp.subjects.current import current_subject


@blueprint.get("/staff/backups")
@allow(POLICY)
def backups() -> ResponseReturnValue:
    now, past = utc_now(), restores.past()
    found = keeping.every() if settings().backup_url else []
    return render(
        "privacy/backups.html",
        backups=found,
        plot=_plot([backup for backup in found if backup.complete]),
        held_back=resuming.held_back(past),
        restores=past,
        journal=writing.progress(),
        events=JOURNAL_EVENTS,
        now=now,
    )


@blueprint.post("/staff/backups/resumption")
@allow(POLICY)
@fresh_proof
def resume_sends() -> ResponseReturnValue:
    with_old_emails = request.form.get("old_emails") == "send"
    resuming.resume(with_old_emails=with_old_emails, by=current_subject(), now=utc_now())
    db.session.commit()
    flash(_("Emails go out again."), "success")
    return see_other(url_for("privacy.backups"))


def _plot(complete: list[Backup]) -> dict[str, Any]:
    """Megabytes, the oldest first."""
    shown = complete[::-1]
    labels = [_day(backup.made_at) for backup in shown]
    return {"labels": labels, "values": [round(backup.size / 1e6, 1) for backup in shown]}


def _day(at: datetime) -> str:
    return str(format_date(at, "d MMM"))
