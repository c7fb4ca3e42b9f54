"""How long something is kept: which event starts the time, how long it runs, and what law says so."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Clock(StrEnum):
    """The event that starts a period."""

    RECORDED = "recorded"  # the event itself
    LAST_USED = "last_used"
    LAST_CONTACT = "last_contact"
    SIGNED_OUT = "signed_out"
    REQUEST_FINISHED = "request_finished"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    OBJECTION_LIFTED = "objection_lifted"
    HOLD_RELEASED = "hold_released"
    ACCOUNT_ENDED = "account_ended"
    FINANCIAL_YEAR_ENDED = "financial_year_ended"
    APPLICATION_DECIDED = "application_decided"


class Document(StrEnum):
    """What the law of the country in whose books it stands asks to keep: laws.py says how long."""

    BOOKS = "books"
    INVOICE = "invoice"


@dataclass(frozen=True)
class Period:
    years: int = 0
    months: int = 0
    days: int = 0

    def after(self, start: date) -> date:
        """The same day so much later; the last of its month where that has no such day."""
        months = start.year * 12 + start.month - 1 + self.years * 12 + self.months
        year, month = months // 12, months % 12 + 1
        day = min(start.day, monthrange(year, month)[1])
        return date(year, month, day) + timedelta(days=self.days)


@dataclass(frozen=True)
class Retention:
    """`year_end` counts from the end of the year in which the clock starts, as limitation periods do.

    `while_agreed` means that a withdrawn consent ends it at once, however much of the period is left. Of a `document`
    the law of its country says how long; here is the longest.
    """

    clock: Clock
    period: Period
    reference: str
    year_end: bool = False
    while_agreed: bool = False
    document: Document | None = None

    @property
    def formula(self) -> str:
        """For example "account_ended + 6 months"."""
        lengths = {"years": self.period.years, "months": self.period.months, "days": self.period.days}
        length = " + ".join([self.clock.value, *(f"{count} {unit}" for unit, count in lengths.items() if count)])
        return length + ", from the end of the year" * self.year_end + ", while agreed" * self.while_agreed

    def until(self, start: date, *, books_closed_in: int = 12) -> date:
        """The first day on which it is not kept any more. The financial year ends with the month `books_closed_in`."""
        if self.clock is Clock.FINANCIAL_YEAR_ENDED:
            start = _next_year(start, first_month=books_closed_in % 12 + 1)
        if self.year_end and not (self.clock is Clock.FINANCIAL_YEAR_ENDED and start.month == 1):
            start = _next_year(start)
        return self.period.after(start)


WHILE_CUSTOMER = Retention(Clock.ACCOUNT_ENDED, Period(months=6), "GDPR Art. 5(1)(e) and 17(1)(a); FADP Art. 6(4)")
UNTIL_WITHDRAWN = Retention(Clock.CONSENT_WITHDRAWN, Period(), "GDPR Art. 7(3) and 17(1)(b); FADP Art. 30(2)(b)")
WHILE_OBJECTED = Retention(Clock.OBJECTION_LIFTED, Period(), "GDPR Art. 21(3); FADP Art. 30(2)(b)")
BOOKS = Retention(
    Clock.FINANCIAL_YEAR_ENDED,
    Period(years=10),
    "CO Art. 958f(1); HGB § 257(4); AO § 147(3)",
    document=Document.BOOKS,
)
INVOICES = Retention(
    Clock.FINANCIAL_YEAR_ENDED,
    Period(years=10),
    "CO Art. 958f(1); AO § 147(3); BAO § 132(1); C. com. (France) art. L123-22; c.c. (Italy) art. 2220",
    document=Document.INVOICE,
)

# Claims and fines are barred after three years, mostly counted from the end of the year.
LIMITATION = "GDPR Art. 5(2), 82 and 83; BGB §§ 195 and 199(1); OWiG § 31(2) no. 1; CO Art. 60(1)"
PROOF_OF_CONSENT = Retention(Clock.CONSENT_WITHDRAWN, Period(years=3), f"GDPR Art. 7(1); {LIMITATION}", year_end=True)
PROOF_OF_ANSWER = Retention(Clock.REQUEST_FINISHED, Period(years=3), LIMITATION, year_end=True)
PROOF_OF_EVENT = Retention(Clock.RECORDED, Period(years=3), LIMITATION, year_end=True)

SECURITY_REFERENCE = "GDPR Art. 32; DPO Art. 4(5); CNIL, recommandation « journalisation » (2021)"
SIGN_INS = Retention(Clock.SIGNED_OUT, Period(years=1), SECURITY_REFERENCE)


def for_days(clock: Clock, days: int, reference: str = "GDPR Art. 5(1)(e)") -> Retention:
    """Short periods that the work itself sets, not a law."""
    return Retention(clock, Period(days=days), reference)


def the_longest(retentions: Sequence[Retention]) -> list[Retention]:
    """Of those with the same clock only the longest counts; clocks cannot be compared with one another."""
    longest: dict[Clock, Retention] = {}
    for retention in retentions:
        known = longest.get(retention.clock)
        if known is None or _length(retention) > _length(known):
            longest[retention.clock] = retention
    return list(longest.values())


def _next_year(day: date, *, first_month: int = 1) -> date:
    """When the year after that of this day begins."""
    return date(day.year + (day.month >= first_month), first_month, 1)


def _length(retention: Retention) -> date:
    return retention.until(date(2000, 1, 1))
