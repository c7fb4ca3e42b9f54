"""What is too old, by the data map: for the jobs that delete what was simply recorded long enough ago."""

from datetime import datetime

from webapp.db import Base
from webapp.privacy import data_map
from webapp.privacy.data_map import clocks
from webapp.privacy.data_map.retention import Clock, Retention


def expired_before(model: type[Base], *, now: datetime) -> datetime:
    """What a table recorded before this moment is to be deleted. It is a midnight where the company is."""
    return clocks.end_of(clocks.last_day(_rule(model), today=clocks.day_of(now)))


def _rule(model: type[Base]) -> Retention:
    table = data_map.table_of(model)
    rules = {rule for what in table.personal.values() for rule in data_map.kept(table, what)}
    [rule] = rules  # of two, one would have to be asked for each row
    assert rule.clock is Clock.RECORDED
    return rule
