"""The pages of this package. Importing a module here puts its routes on the blueprint."""

from webapp.consents.routes import history, links, newsletter, preferences
from webapp.consents.routes.blueprint import blueprint

__all__ = ["blueprint", "history", "links", "newsletter", "preferences"]
