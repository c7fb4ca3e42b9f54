"""The menus: which areas a person may enter, and the pages of the area they are in."""

from dataclasses import dataclass, replace
from typing import Any

from flask import Flask, current_app, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from webapp import language
from webapp.access import STAFF, is_open_when_closed, may_use
from webapp.privacy.promises import alerts

SECURITY = tuple(f"/account/{page}" for page in ("security", "devices", "check-up", "activity", "proof"))
DATA = tuple(f"/account/{page}" for page in ("data", "requests", "restrictions", "erasure"))
CLOSURE = "/account/closure"


@dataclass(frozen=True)
class Item:
    url: str
    label: str
    icon: str
    current: bool


@dataclass(frozen=True)
class Entry:
    """A page that may be in a menu. It is the current one at its own address and under those `within` it."""

    endpoint: str
    label: str
    icon: str
    within: tuple[str, ...] = ()

    def item(self) -> Item:
        url = url_for(self.endpoint)
        inside = any(f"{request.path}/".startswith(f"{path}/") for path in self.within)
        return Item(url, self.label, self.icon, inside or request.path == url)


def init_app(app: Flask) -> None:
    app.context_processor(_context)


def _context() -> dict[str, Any]:
    return {
        "areas": _items(_areas()) if current_user.is_authenticated else [],
        "navigation": _items(_pages()) if current_user.is_authenticated else [],
        "footer_links": _items(_footer()),
        "languages": language.offered(),
        "open_alerts": len(alerts.open_ones()) if _at_work() else 0,
    }


def _at_work() -> bool:
    """On a page for staff, where an open alert is shown above everything else."""
    return request.path.startswith("/staff") and current_user.role in STAFF


def _areas() -> list[Entry]:
    return [
        Entry("portal.overview", _("My account"), "user", within=("/account",)),
        Entry("campaigns.campaigns", _("Marketing"), "send", within=("/marketing",)),
        *_staff_area(),
    ]


def _staff_area() -> list[Entry]:
    """It opens at the first of its pages that this person may use."""
    mine = [page.endpoint for page in _staff_pages() if _is_open(page)]
    return [Entry(mine[0], _("Staff"), "users", within=("/staff",))] if mine else []


def _pages() -> list[Entry]:
    if request.path.startswith("/marketing"):
        return [
            Entry("campaigns.campaigns", _("Campaigns"), "send", within=("/marketing/campaigns",)),
            Entry("campaigns.suppressions", _("Not written to"), "ban", within=("/marketing/suppressions",)),
        ]
    if request.path.startswith("/staff"):
        return _staff_pages()
    if not request.path.startswith("/account"):
        return []
    return [
        Entry("portal.overview", _("Overview"), "house"),
        Entry("accounts.profile", _("Profile"), "user", within=("/account/profile", "/account/email")),
        Entry("products.products", _("Products"), "package", within=("/account/products",)),
        Entry("payments.payments", _("Payments"), "credit-card", within=("/account/payments",)),
        Entry(
            "consents.preferences",
            _("My choices"),
            "sliders-horizontal",
            within=("/account/preferences", "/account/emails"),
        ),
        *_data_pages(),
        Entry("accounts.security", _("Security"), "shield", within=SECURITY),
    ]


def _data_pages() -> list[Entry]:
    """Of a closed account there is little more."""
    data = Entry("privacy.data", _("My data"), "database", within=DATA)
    if not current_user.has_closed:
        return [replace(data, within=(*DATA, CLOSURE))]
    return [Entry("closing.closure", _("Closed account"), "log-out", within=(CLOSURE,)), data]


def _staff_pages() -> list[Entry]:
    return [
        Entry("requests.open_requests", _("Requests"), "clipboard-list", within=("/staff/requests",)),
        Entry("staff.people", _("People"), "users", within=("/staff/people",)),
        Entry("customers.customers", _("Customers"), "search", within=("/staff/customers",)),
        Entry("staff.activation", _("Invite customers"), "send", within=("/staff/activation",)),
        Entry("disclosures.register", _("Disclosures"), "external-link", within=("/staff/disclosures",)),
        Entry("staff.recoveries", _("Recoveries"), "key", within=("/staff/recoveries",)),
        Entry("privacy.staff_copies", _("Copies of data"), "download", within=("/staff/copies",)),
        Entry("privacy.staff_erasures", _("Deletions"), "trash-2", within=("/staff/erasures",)),
        Entry("retention.retention", _("Retention"), "clock", within=("/staff/retention",)),
        Entry("privacy.backups", _("Backups"), "database", within=("/staff/backups",)),
        Entry("imports.overview", _("Imports"), "upload", within=("/staff/imports",)),
        Entry("integrations.api_keys", _("API keys"), "link", within=("/staff/api-keys",)),
        Entry("webhooks.receivers_list", _("Webhooks"), "send", within=("/staff/webhooks",)),
        Entry("webhooks.unconfirmed", _("Confirmations"), "badge-check", within=("/staff/confirmations",)),
        Entry("policy.overview", _("Privacy policy"), "file-text", within=("/staff/policy",)),
        Entry("promises.staff", _("Promises"), "shield-check", within=("/staff/promises",)),
        Entry(
            "privacy.processing_activities",
            _("Processing"),
            "file-text",
            within=("/staff/processing-record",),
        ),
    ]


def _footer() -> list[Entry]:
    return [
        Entry("policy.current", _("Privacy policy"), "file-text"),
        Entry("promises.promises", _("Our promises"), "shield-check"),
        Entry("cookies.cookies", _("Cookies"), "cookie"),
        Entry("consents.newsletter_form", _("Newsletter"), "mail"),
        Entry("dev_mail.inbox", _("Inbox of this demo"), "inbox"),
        Entry("dev_code.code", _("Code for staff"), "phone"),
    ]


def _items(entries: list[Entry]) -> list[Item]:
    """Only what this person may use; the demo's inbox is registered only in the demo."""
    return [entry.item() for entry in entries if _is_open(entry)]


def _is_open(entry: Entry) -> bool:
    view = current_app.view_functions.get(entry.endpoint)
    if view is None or not may_use(view, current_user.role):
        return False
    return is_open_when_closed(view) or not current_user.has_closed
