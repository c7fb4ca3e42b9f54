"""Compares the data map with what there really is, by name. The command `data-map --check` and the tests ask this."""

from collections.abc import Iterable
from fnmatch import fnmatch

from sqlalchemy import Engine, MetaData, text

from webapp.privacy import data_map
from webapp.privacy.data_map.contradictions import name_of
from webapp.privacy.data_map.places import COOKIES, FILES, REDIS_KEYS

# What the migrations keep for themselves.
ALEMBIC = "alembic_version"


def migrated(engine: Engine) -> MetaData:
    """The database as the migrations made it. Partitions have the columns of their table."""
    with engine.connect() as connection:
        partitions = set(connection.scalars(text("SELECT relname FROM pg_class WHERE relispartition")))
    metadata = MetaData()
    metadata.reflect(engine, only=lambda name, _: name != ALEMBIC and name not in partitions)
    return metadata


def columns(database: MetaData) -> list[str]:
    """Those that the map does not know, and those that it declares although they are not there."""
    real = {f"{table.name}.{column.name}" for table in database.tables.values() for column in table.columns}
    declared = {name_of(attribute) for table in data_map.TABLES for attribute in table.attributes}
    missing = [f"{column}: not in the data map" for column in real - declared]
    return sorted(missing + [f"{column}: not in the database" for column in declared - real])


def stores(there: Iterable[str]) -> list[str]:
    return [f"file store {name}: not in the data map" for name in sorted(set(there) - set(FILES))]


def redis_keys(seen: Iterable[str]) -> list[str]:
    unknown = [key for key in seen if not any(fnmatch(key, pattern) for pattern in REDIS_KEYS)]
    return [f"Redis key {key}: not in the data map" for key in sorted(unknown)]


def cookies(seen: Iterable[str]) -> list[str]:
    return [f"cookie {name}: not in the data map" for name in sorted(set(seen) - set(COOKIES))]
