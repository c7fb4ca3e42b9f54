"""What keeps the house running and leads to nobody."""

from webapp.links import UsedToken
from webapp.privacy.data_map.vocabulary import MACHINERY, NUMBER, NotPersonal, OtherTable, SubjectTable
from webapp.queue import Heartbeat, OutboxEntry, Tick

TABLES: list[SubjectTable | OtherTable] = [
    OtherTable(
        OutboxEntry,
        "work that is not done yet; it names rows by their number and is gone when it is done",
        attributes={
            OutboxEntry.id: NUMBER,
            OutboxEntry.job: MACHINERY,
            OutboxEntry.args: NotPersonal("numbers of rows"),
            OutboxEntry.due_at: MACHINERY,
            OutboxEntry.taken_by: MACHINERY,
            OutboxEntry.attempts: MACHINERY,
            OutboxEntry.error: NotPersonal("the kind of an error, without its text"),
            OutboxEntry.created_at: MACHINERY,
        },
    ),
    OtherTable(
        Heartbeat,
        "processes of our own",
        attributes={Heartbeat.id: NUMBER, Heartbeat.kind: MACHINERY, Heartbeat.seen_at: MACHINERY},
    ),
    OtherTable(
        Tick,
        "when recurring work was started",
        attributes={Tick.job: MACHINERY, Tick.period: MACHINERY, Tick.at: MACHINERY},
    ),
    OtherTable(
        UsedToken,
        "that a link was used, but not whose it was",
        attributes={UsedToken.token_id: NUMBER, UsedToken.used_at: MACHINERY, UsedToken.forget_after: MACHINERY},
    ),
]
