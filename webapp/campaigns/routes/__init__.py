from webapp.campaigns.routes import campaigns, drafts, sending, suppressions  # noqa: F401  # each adds its routes
from webapp.campaigns.routes.blueprint import blueprint

__all__ = ["blueprint"]
