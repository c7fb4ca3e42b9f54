"""Measures the figures that are due, and writes down what was found."""

import logging
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert

from webapp.db import db
from webapp.privacy.promises import alerts
from webapp.privacy.promises.figures import Figure, Measurement, as_number, figures
from webapp.privacy.promises.models import PromiseFigure

log = logging.getLogger(__name__)

EARLY = timedelta(minutes=1)  # the schedule is not exact
LONGEST_QUERY = "20s"


def measure_due(*, now: datetime) -> Iterator[None]:
    """The caller commits at each yield and at the end. A figure that cannot be measured gets old, which staff sees."""
    db.session.execute(delete(PromiseFigure).where(PromiseFigure.name.not_in(figures)))
    alerts.forget_unknown(now=now)
    measured = dict(db.session.execute(select(PromiseFigure.name, PromiseFigure.measured_at)).all())
    yield
    for figure in figures.values():
        last = measured.get(figure.name)
        if last is None or last <= now - figure.every + EARLY:
            measure(figure, now=now)
            yield


def measure(figure: Figure, *, now: datetime) -> None:
    """At once: for who changes what a figure depends on."""
    try:
        with db.session.begin_nested():
            db.session.execute(text(f"SET LOCAL statement_timeout = '{LONGEST_QUERY}'"))
            found = figure.measure(now=now)
    except Exception:
        log.exception("the figure %s could not be measured", figure.name)
        return
    value = None if found.value is None else as_number(found.value)
    _write(figure, found, value, now=now)
    alerts.settle(figure, value, now=now)


def _write(figure: Figure, found: Measurement, value: float | None, *, now: datetime) -> None:
    row = {"name": figure.name, **asdict(found), "value": value, "measured_at": now}
    db.session.execute(insert(PromiseFigure).values(row).on_conflict_do_update(index_elements=["name"], set_=row))
