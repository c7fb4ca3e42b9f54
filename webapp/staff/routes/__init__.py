from webapp.staff.routes import acceptance, activation, people, recoveries  # noqa: F401  # each adds its routes
from webapp.staff.routes.blueprint import blueprint

__all__ = ["blueprint"]
