"""The pages of this package. Importing a module here puts its routes on the blueprint."""

from webapp.consents.routes import links, newsletter, preferences
from webapp.consents.routes.blueprint import blueprint

__all__ = ["blueprint", "links", "newsletter", "preferences"]
