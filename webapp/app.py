"""The one place where the parts meet."""

from datetime import timedelta

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from webapp import commands, errors, guard, headers, language, logs, queue
from webapp.accounts import emails as _accounts_emails  # noqa: F401  # registers the emails of the package
from webapp.accounts.activation import emails as _activation_emails  # noqa: F401  # registers the emails of the package
from webapp.accounts.factors import emails as _factors_emails  # noqa: F401  # registers the emails of the package
from webapp.accounts.factors import proof_ways as _proof_ways  # noqa: F401  # offers second factors as proofs
from webapp.accounts.routes import blueprints as accounts
from webapp.accounts.sessions import login_manager
from webapp.api.routes import blueprint as api
from webapp.campaigns import emails as _campaigns_emails  # noqa: F401  # registers the emails of the package
from webapp.campaigns.routes import blueprint as campaigns
from webapp.config import Environment, Settings
from webapp.consents import emails as _consents_emails  # noqa: F401  # registers the emails of the package
from webapp.consents import one_click
from webapp.consents.routes import blueprint as consents
from webapp.consents.side_door import SideDoor
from webapp.db import db, migrate
from webapp.htmx import htmx
from webapp.imports.routes import blueprint as imports
from webapp.integrations.routes import blueprint as integrations
from webapp.integrations.webhooks.routes import blueprint as webhooks
from webapp.journal import gate
from webapp.portal import navigation, privacy_signal
from webapp.portal.cookies import blueprint as cookies
from webapp.portal.customers import blueprint as customers
from webapp.portal.dev_code import blueprint as dev_code
from webapp.portal.dev_mail import blueprint as dev_mail
from webapp.portal.health import blueprint as health
from webapp.portal.payments import blueprint as payments
from webapp.portal.products import blueprint as products
from webapp.portal.routes import blueprint as portal
from webapp.portal.safety import blueprint as safety
from webapp.privacy import emails as _privacy_emails  # noqa: F401  # registers the emails of the package
from webapp.privacy import manifest
from webapp.privacy.closing import emails as _closing_emails  # noqa: F401  # registers the emails of the package
from webapp.privacy.closing.routes import blueprint as closing
from webapp.privacy.erasure import emails as _erasure_emails  # noqa: F401  # registers the emails of the package
from webapp.privacy.erasure.routes import blueprint as erasure
from webapp.privacy.policy import emails as _policy_emails  # noqa: F401  # registers the emails of the package
from webapp.privacy.policy.routes import blueprint as policy
from webapp.privacy.promises import emails as _promises_emails  # noqa: F401  # registers the emails of the package
from webapp.privacy.promises import measured as _measured  # noqa: F401  # registers the figures
from webapp.privacy.promises.routes import blueprint as promises
from webapp.privacy.receipts import emails as _receipts_emails  # noqa: F401  # registers the emails of the package
from webapp.privacy.requests import emails as _requests_emails  # noqa: F401  # registers the emails of the package
from webapp.privacy.requests.routes import blueprint as requests
from webapp.privacy.restrictions import emails as _restrictions_emails  # noqa: F401  # registers the emails of the package
from webapp.privacy.restrictions.routes import blueprint as restrictions
from webapp.privacy.retention.routes import blueprint as retention
from webapp.privacy.routes import blueprint as privacy
from webapp.staff import emails as _staff_emails  # noqa: F401  # registers the emails of the package
from webapp.staff.routes import blueprint as staff
from webapp.support.routes import blueprint as disclosures


def create_app(settings: Settings | None = None) -> Flask:
    """The whole application. Settings come from the environment unless given."""
    settings = settings or Settings()
    logs.configure(settings)
    app = Flask("webapp", template_folder="../templates")
    app.config |= _flask_config(settings)
    app.extensions["settings"] = settings
    app.jinja_env.globals["settings"] = settings
    app.wsgi_app = SideDoor(app)  # type: ignore[method-assign]  # Flask's own way
    _trust_proxies(app, settings.trusted_proxies)
    _add_extensions(app)
    _add_routes(app, settings.environment)
    gate.init_app(app)  # before everything that asks the database who it is
    for part in (guard, headers, language):
        part.init_app(app, settings)
    for part in (errors, navigation, privacy_signal, commands):
        part.init_app(app)
    manifest.init_app(app, settings)
    return app


def _trust_proxies(app: Flask, hops: int) -> None:
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]  # Flask's own way


def _add_extensions(app: Flask) -> None:
    for extension in (db, htmx, login_manager):
        extension.init_app(app)
    migrate.init_app(app, db)
    with app.app_context():
        app.extensions["redis"] = queue.connect()


def _add_routes(app: Flask, environment: Environment) -> None:
    for_people = (portal, safety, cookies, health, *accounts, consents, privacy, policy, promises)
    rights = (closing, erasure, restrictions, requests, retention)
    for_customers = (products, payments, customers, disclosures)
    for_systems = (integrations, webhooks, imports, api)
    for blueprint in (*for_people, *rights, *for_customers, *for_systems, staff, campaigns):
        app.register_blueprint(blueprint)
    if environment is Environment.DEMO:
        app.register_blueprint(dev_mail)
        app.register_blueprint(dev_code)


def _flask_config(settings: Settings) -> dict[str, object]:
    keys = [key.get_secret_value() for key in settings.secret_keys]
    return {
        "SECRET_KEY": keys[0],
        "SECRET_KEY_FALLBACKS": keys[1:],
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        # An error of the database would otherwise quote what it was given, and be logged.
        "SQLALCHEMY_ENGINE_OPTIONS": {"pool_pre_ping": True, "hide_parameters": True},
        "SQLALCHEMY_BINDS": {one_click.DATABASE: one_click.connection(settings.database_url)},
        "MAX_CONTENT_LENGTH": settings.upload_limit_bytes,
        "SESSION_COOKIE_NAME": settings.cookie("session"),
        "SESSION_COOKIE_SECURE": settings.https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": settings.session_absolute,
        "SESSION_REFRESH_EACH_REQUEST": False,  # it would put the cookie on static files too, which proxies may keep
        "SEND_FILE_MAX_AGE_DEFAULT": timedelta(hours=1),
    }
