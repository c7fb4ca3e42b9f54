"""Staff start something for who has no account and asked by letter or phone: a copy, or a deletion."""

from collections.abc import Callable

from flask_babel import gettext as _

from webapp.clock import utc_now
from webapp.privacy.copies_for_others import HasAccount, UnknownAddress
from webapp.privacy.forms import StartForm
from webapp.subjects.current import current_subject


def is_started(form: StartForm, start: Callable[..., object], *, has_account: str) -> bool:
    """Says beside the address why not; `has_account` is what to say of who has one."""
    now, by = utc_now(), current_subject()
    try:
        start(form.email.data, reason=form.reason.data, asked_at=form.asked_on.at(now), by=by, now=now)
    except UnknownAddress:
        form.email.errors = [_("We hold nothing about this address. Perhaps the person wrote to us from another one.")]
    except HasAccount:
        form.email.errors = [has_account]
    return not form.errors
