"""What was measured of each promise, and the alerts about what lies beyond its limit."""

from datetime import datetime

from sqlalchemy import DateTime, Float, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base, Key, Timestamp


class PromiseFigure(Base):
    """The newest value of a figure. None says that there was nothing to measure, such as no copy in 90 days.

    `cases` is how many it was measured on; `series` are the same figure's values in each of the last weeks.
    """

    __tablename__ = "promise_figures"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[float | None] = mapped_column(Float)
    cases: Mapped[int | None]
    series: Mapped[list[float] | None] = mapped_column(JSONB)
    measured_at: Mapped[Timestamp]


class Alert(Base):
    """A figure lies beyond its limit. One at a time is open for each figure."""

    __tablename__ = "alerts"

    id: Mapped[Key]
    figure: Mapped[str]
    value: Mapped[float] = mapped_column(Float)  # when it was raised
    raised_at: Mapped[Timestamp] = mapped_column(index=True)
    resolved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (Index("uq_alerts_open", "figure", unique=True, postgresql_where=text("resolved_at IS NULL")),)
