"""Taking in a file in small steps, each with how far it has come: killed anywhere, it goes on where it was."""

from collections.abc import Iterator
from datetime import datetime

from webapp.imports.models import Import


def run(found: Import, *, now: datetime) -> Iterator[None]:
    """From where it stands. The caller commits at each yield and at the end."""
    yield from ()
