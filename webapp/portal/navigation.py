"""The menus: which areas a person may enter, and the pages of the area they are in."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from webapp import language
from webapp.access import may_use


@dataclass(frozen=True)
class Item:
    url: str
    label: str
    icon: str
    current: bool


def init_app(app: Flask) -> None:
    app.context_processor(_context)


def _context() -> dict[str, Any]:
    return {"areas": _areas(), "navigation": _pages(), "footer_links": _footer(), "languages": language.offered()}


def _areas() -> list[Item]:
    entries = [
        ("portal.overview", _("My account"), "user", "/account"),
        ("campaigns.campaigns", _("Marketing"), "megaphone", "/marketing"),
    ]
    return _allowed(entries, current=lambda prefix: request.path.startswith(prefix))


def _pages() -> list[Item]:
    if not request.path.startswith("/account"):
        return []
    entries = [
        ("portal.overview", _("Overview"), "house", "/account"),
        ("accounts.profile", _("Profile"), "user", "/account/profile"),
        ("consents.preferences", _("Emails I get"), "mail", "/account/preferences"),
        ("privacy.data", _("My data"), "download", "/account/data"),
        ("accounts.security", _("Security"), "shield", "/account/security"),
    ]
    return _allowed(entries, current=lambda path: request.path == path)


def _allowed(entries: list[tuple[str, str, str, str]], *, current: Callable[[str], bool]) -> list[Item]:
    if not current_user.is_authenticated:
        return []
    return [
        Item(url_for(endpoint), label, icon, current(path))
        for endpoint, label, icon, path in entries
        if may_use(current_app.view_functions[endpoint], current_user.role)
    ]


def _footer() -> list[dict[str, str]]:
    return []
