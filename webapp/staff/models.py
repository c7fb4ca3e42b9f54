"""Who is invited to work here, and which customers' data staff looked at, and why."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.access import Role
from webapp.accounts.models import role_type
from webapp.db import Base, Key, Timestamp
from webapp.subjects.models import Subject


class Invitation(Base):
    """An invitation that is open. One per person; accepted or withdrawn it is gone, and the audit log tells of it."""

    __tablename__ = "staff_invitations"

    id: Mapped[Key]
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id", ondelete="CASCADE"), unique=True)
    role: Mapped[Role] = mapped_column(role_type)
    invited_by: Mapped[UUID]
    invited_at: Mapped[Timestamp] = mapped_column(index=True)

    subject: Mapped[Subject] = relationship(lazy="joined")


class CustomerSearch(Base):
    """What a member of staff looked for, and why. `terms` can be read with the searcher's own key, for a short time."""

    __tablename__ = "customer_searches"

    id: Mapped[Key]
    searched_by: Mapped[UUID] = mapped_column(ForeignKey("subjects.id", ondelete="CASCADE"), index=True)
    reason: Mapped[str]
    terms: Mapped[bytes] = mapped_column(LargeBinary)
    searched_at: Mapped[Timestamp] = mapped_column(index=True)


class CustomerView(Base):
    """That a member of staff may see one customer's data for a while. It stays, for the customer to see."""

    __tablename__ = "customer_views"

    id: Mapped[Key]
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id", ondelete="CASCADE"))
    viewed_by: Mapped[UUID]
    reason: Mapped[str]
    opened_at: Mapped[Timestamp]
    ends_at: Mapped[Timestamp]

    __table_args__ = (
        Index("ix_customer_views_subject_id", "subject_id", "opened_at"),
        Index("ix_customer_views_viewed_by", "viewed_by", "subject_id", "ends_at"),
        Index("ix_customer_views_opened_at", "opened_at"),
    )
