"""How long something is kept, as a person reads it."""

from babel.units import format_unit
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from webapp.privacy.data_map.retention import Clock, Period, Retention

AFTER = {
    Clock.RECORDED: _l("for %(period)s"),
    Clock.LAST_USED: _l("until %(period)s after the last use"),
    Clock.LAST_CONTACT: _l("until %(period)s after the last contact"),
    Clock.SIGNED_OUT: _l("until %(period)s after signing out"),
    Clock.REQUEST_FINISHED: _l("until %(period)s after the request was finished"),
    Clock.CONSENT_WITHDRAWN: _l("until %(period)s after consent was withdrawn"),
    Clock.OBJECTION_LIFTED: _l("until %(period)s after a new consent"),
    Clock.HOLD_RELEASED: _l("until %(period)s after it was ended"),
    Clock.ACCOUNT_ENDED: _l("until %(period)s after the account ended"),
    Clock.FINANCIAL_YEAR_ENDED: _l("until %(period)s after the end of the financial year"),
    Clock.APPLICATION_DECIDED: _l("until %(period)s after the decision about the application"),
}

AT_ONCE = {
    Clock.CONSENT_WITHDRAWN: _l("until consent is withdrawn"),
    Clock.OBJECTION_LIFTED: _l("until the person agrees again"),
    Clock.ACCOUNT_ENDED: _l("until the account ends"),
}


def retention_words(retention: Retention) -> str:
    if retention.period == Period():
        return str(AT_ONCE[retention.clock])
    words = str(AFTER[retention.clock]) % {"period": period_words(retention.period)}
    if retention.document:
        words = _("as long as the law of the country asks, at most %(time)s", time=words)
    if retention.year_end:
        words = _("%(time)s, counted from the end of that year", time=words)
    if retention.while_agreed:
        words = _("%(time)s, or until consent is withdrawn if that is earlier", time=words)
    return words


def period_words(period: Period) -> str:
    """For example "10 years"."""
    parts = {"duration-year": period.years, "duration-month": period.months, "duration-day": period.days}
    locale = get_locale() or "en"
    return " ".join(format_unit(count, unit, locale=locale) for unit, count in parts.items() if count)
