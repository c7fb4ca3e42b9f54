"""What was passed on about people to others (P9)."""

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base
from webapp.products.models import Sent


class Disclosure(Sent, Base):
    """That data about a person was given to somebody else: to whom, why, by what right, which data and when.

    One that our staff recorded has a random number and names who did it; others come from the company's systems. The
    person sees it, unless the law orders secrecy, and then from the day after `secret_until`.
    """

    __tablename__ = "disclosures"

    customer: Mapped[str] = mapped_column(server_default="")
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id"))
    recipient: Mapped[str]
    reason: Mapped[str]
    legal_basis: Mapped[str]
    data: Mapped[str]  # which data it was, in words
    disclosed_on: Mapped[date]
    secret_until: Mapped[date | None]
    recorded_by: Mapped[UUID | None]

    __table_args__ = (
        Index("ix_disclosures_subject_id", "subject_id", "disclosed_on"),
        Index("ix_disclosures_disclosed_on", "disclosed_on"),
    )
