"""What stands on the page about payments, for the person and for staff who look at it with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from webapp.paging import OnDay
from webapp.products import money, payment_methods, payments
from webapp.products.models import PaymentMethod
from webapp.products.payments import Month, Page, Total
from webapp.subjects.models import Subject


@dataclass(frozen=True)
class Overview:
    """`months` are of the currency that most was paid in lately; none when nothing was."""

    page: Page
    totals: list[Total]
    currency: str | None
    months: list[Month]
    methods: Sequence[PaymentMethod]
    today: date

    @property
    def month_values(self) -> list[float]:
        """For the plot."""
        return [float(money.in_whole(month.paid, self.currency)) for month in self.months] if self.currency else []

    @property
    def owed(self) -> list[tuple[str, int]]:
        """What is open in each currency, of all years."""
        sums: dict[str, int] = {}
        for total in self.totals:
            sums[total.currency] = sums.get(total.currency, 0) + total.owed
        return [(currency, owed) for currency, owed in sums.items() if owed > 0]

    @property
    def this_year(self) -> list[Total]:
        return [total for total in self.totals if total.year == self.today.year]


def of(subject: Subject, *, today: date, older_than: OnDay | None = None, newer_than: OnDay | None = None) -> Overview:
    entries = payments.ledger(subject)
    totals = payments.totals(entries)
    currency = payments.main_currency(totals)
    return Overview(
        page=payments.page(subject, older_than=older_than, newer_than=newer_than),
        totals=totals,
        currency=currency,
        months=payments.months(entries, currency, today=today) if currency else [],
        methods=payment_methods.of(subject),
        today=today,
    )
