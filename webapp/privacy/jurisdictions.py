"""Which countries' laws somebody may count on: that of their postal address, and that of where their invoices go."""

from sqlalchemy import select

from webapp.accounts.models import Profile
from webapp.db import db
from webapp.products.models import BillingAddress
from webapp.subjects.models import Subject


def countries_of(subject: Subject) -> set[str]:
    """None when nobody knows."""
    postal = select(Profile.country).where(Profile.subject_id == subject.id)
    billing = select(BillingAddress.country).where(BillingAddress.subject_id == subject.id)
    return {country for country in db.session.scalars(postal.union(billing)) if country}
