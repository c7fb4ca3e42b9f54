"""The API, version 1."""

from webapp.api import interactions  # noqa: F401  # adds its routes
from webapp.api.blueprint import blueprint

__all__ = ["blueprint"]
