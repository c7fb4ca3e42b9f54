"""Who is invited to work here."""

from uuid import UUID

from sqlalchemy import ForeignKey
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
    invited_at: Mapped[Timestamp]

    subject: Mapped[Subject] = relationship(lazy="joined")
