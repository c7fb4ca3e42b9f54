"""The figure that raises an alert before a copy comes too late."""

from datetime import datetime

from flask_babel import lazy_gettext as _l

from webapp.privacy import open_copies
from webapp.privacy.promises.figures import Figure, Kind, Measurement, register


def copies_nearly_due(*, now: datetime) -> Measurement:
    return Measurement(open_copies.nearly_due(now=now))


register(
    Figure(
        "copies_nearly_due",
        "P20",
        _l("Copies that are not there yet and have seven days left, or less"),
        Kind.COUNT,
        copies_nearly_due,
        at_most=0,
    )
)
