"""How requests stand, in words."""

from datetime import datetime

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from webapp.consents.models import Restriction, Use, Verdict
from webapp.privacy.closing.models import Closure


def restriction_state(restriction: Restriction, *, now: datetime) -> LazyString:
    if restriction.verdict is Verdict.REFUSED:
        return _l("not agreed to; it ends soon") if restriction.in_force(now) else _l("not agreed to")
    if not restriction.in_force(now):
        return _l("lifted by you")
    if restriction.use is Use.MARKETING or restriction.verdict is Verdict.UPHELD:
        return _l("in effect, for good")
    return _l("in effect, and being looked at")


def closure_state(closure: Closure) -> LazyString:
    if closure.confirmed_at is None:
        return _l("taken back") if closure.ended_at else _l("waits for your confirmation")
    if closure.ended_at:
        return _l("opened again")
    if closure.begun_at:
        return _l("being deleted")
    return _l("closed, and kept on your wish") if closure.kept_at else _l("closed")
