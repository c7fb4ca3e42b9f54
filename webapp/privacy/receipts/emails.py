"""The email that brings the receipt."""

import json
from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask import current_app
from flask_babel import lazy_gettext as _l

from webapp import links
from webapp.db import db
from webapp.language import current_language
from webapp.mail.catalogue import Content, service_email
from webapp.mail.models import Message
from webapp.mail.rendering import Attachment
from webapp.privacy.receipts.models import Receipt


@service_email(
    "privacy/erasure_receipt",
    title=_l("Your data is deleted"),
    reason=_l("You get this because your data was deleted here. It is our last email: we forget your address now."),
)
def erasure_receipt(message: Message) -> Content:
    receipt = db.session.get_one(Receipt, UUID(message.ids["erasure_id"]))
    document = receipt.signed["document"]
    return Content(
        {
            "name": message.ids["name"],
            "totals": document["totals"],
            "number": document["erasure"]["number"],
            "url": links.absolute_url("privacy.receipts"),
        },
        attachments=(
            Attachment("receipt.html", "text", "html", as_html(receipt.signed).encode()),
            Attachment("receipt.json", "application", "json", as_json(receipt.signed).encode()),
        ),
    )


def as_json(signed: dict[str, Any]) -> str:
    return json.dumps(signed, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def as_html(signed: dict[str, Any]) -> str:
    """One file that needs nothing else, in the language that is spoken."""
    template = current_app.jinja_env.get_template("privacy/receipt.html")
    read = {"moment": datetime.fromisoformat, "day": date.fromisoformat, "language": current_language()}
    url = links.absolute_url("privacy.receipts")
    return template.render(receipt=signed["document"], signature=signed["signature"], url=url, **read)
