"""How long the law of a country asks to keep a document of the books, each with its source."""

from dataclasses import replace

from webapp.privacy.data_map.retention import BOOKS, INVOICES, Clock, Document, Period, Retention

SWITZERLAND = replace(BOOKS, reference="CO Art. 958f(1)", document=None)
LIECHTENSTEIN = replace(SWITZERLAND, reference="PGR Art. 1059(3)")
FRANCE = replace(SWITZERLAND, reference="C. com. art. L123-22")
ITALY = replace(SWITZERLAND, reference="c.c. art. 2220")
# From the end of the calendar year in which the financial year ends.
AUSTRIA = Retention(Clock.FINANCIAL_YEAR_ENDED, Period(years=7), "BAO § 132(1); UGB § 212(1)", year_end=True)
# From the end of the calendar year in which it was written, whenever the books are closed; vouchers eight years only
# since 1 January 2025 (BEG IV), also those of before.
GERMANY = Retention(Clock.RECORDED, Period(years=10), "HGB § 257(4) and (5); AO § 147(3) and (4)", year_end=True)
GERMANY_VOUCHERS = replace(GERMANY, period=Period(years=8), reference=f"{GERMANY.reference}; UStG § 14b(1)")

EVERYWHERE = {"CH": SWITZERLAND, "LI": LIECHTENSTEIN, "FR": FRANCE, "IT": ITALY, "AT": AUSTRIA}
LAWS: dict[Document, dict[str, Retention]] = {
    Document.BOOKS: {**EVERYWHERE, "DE": GERMANY},
    Document.INVOICE: {**EVERYWHERE, "DE": GERMANY_VOUCHERS},
}
# Where we do not know the law, by the longest that we know.
OTHER_COUNTRIES = {Document.BOOKS: replace(BOOKS, document=None), Document.INVOICE: replace(INVOICES, document=None)}


def of_country(retention: Retention, country: str | None) -> Retention:
    """What the law of that country makes of it, if it is about a document of the books."""
    if retention.document is None:
        return retention
    return LAWS[retention.document].get(country or "", OTHER_COUNTRIES[retention.document])
