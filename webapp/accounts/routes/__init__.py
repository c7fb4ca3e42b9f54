"""The pages of this package. Importing a module here puts its routes on the blueprint."""

from webapp.accounts.routes import (
    activation,
    alarms,
    authenticator,
    confirmation,
    devices,
    email,
    language,
    passkeys,
    password,
    profile,
    proof,
    recovery,
    recovery_codes,
    second_factor,
    security,
    sign_in,
    sign_up,
    strength,
)
from webapp.accounts.routes.blueprint import blueprint

__all__ = [
    "activation",
    "alarms",
    "authenticator",
    "confirmation",
    "devices",
    "email",
    "language",
    "passkeys",
    "password",
    "profile",
    "proof",
    "recovery",
    "recovery_codes",
    "second_factor",
    "security",
    "sign_in",
    "sign_up",
    "strength",
]

blueprints = [blueprint]
