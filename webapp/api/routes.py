"""The API, version 1."""

from webapp.api import confirmations, documentation, interactions, things  # noqa: F401  # add their routes
from webapp.api.blueprint import blueprint

__all__ = ["blueprint"]
