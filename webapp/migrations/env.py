"""How Alembic reaches the database: through the running Flask app."""

from alembic import context

from webapp import partitions
from webapp.db import Base, db


def is_ours(thing: object, name: str | None, kind: str, _reflected: bool, _compared: object) -> bool:
    """Partitions come and go with the months; they are no model's business."""
    return not (kind == "table" and name is not None and partitions.is_partition(name))


with db.engine.connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata, include_object=is_ours)
    with context.begin_transaction():
        context.run_migrations()
