"""What was done about requests whose time is running out."""

from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base, Timestamp


class DeadlineWarning(Base):
    """Staff were warned that a request has so many days left. Once for each: the primary key sees to that."""

    __tablename__ = "deadline_warnings"

    request_id: Mapped[UUID] = mapped_column(primary_key=True)
    days: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    at: Mapped[Timestamp]
