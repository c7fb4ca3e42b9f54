"""The pages of this package. Importing a module here puts its routes on the blueprint."""

from webapp.accounts.routes import (
    confirmation,
    email,
    language,
    password,
    profile,
    proof,
    security,
    sign_in,
    sign_up,
    strength,
)
from webapp.accounts.routes.blueprint import blueprint

__all__ = [
    "confirmation",
    "email",
    "language",
    "password",
    "profile",
    "proof",
    "security",
    "sign_in",
    "sign_up",
    "strength",
]

blueprints = [blueprint]
