from webapp.integrations.webhooks.routes import confirmations, deliveries, receivers  # noqa: F401  # add their routes
from webapp.integrations.webhooks.routes.blueprint import blueprint

__all__ = ["blueprint"]
