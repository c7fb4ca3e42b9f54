"""A receipt that somebody wants to have checked."""

import json
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import FileField, TextAreaField

from webapp import signatures
from webapp.accounts.forms import Form
from webapp.privacy.receipts.document import KIND
from webapp.signatures import NotOurs

LARGEST = 500_000


class ReceiptForm(Form):
    file = FileField(_l("File"))
    text = TextAreaField(_l("Text"))

    def checked(self) -> dict[str, Any] | None:
        """What it says, if we signed it. Otherwise the form says why not."""
        uploaded = self.file.data.read(LARGEST) if self.file.data else b""
        content = uploaded or (self.text.data or "").encode()
        if not content.strip():
            self.file.errors = [_("Choose the file, or paste its content.")]
            return None
        try:
            return read(content)
        except NotOurs:
            self.file.errors = [_("We did not sign this, or somebody changed it since. Even one character counts.")]
            return None


def read(content: bytes) -> dict[str, Any]:
    """Raises NotOurs."""
    try:
        document = signatures.verified(json.loads(content))
    except (ValueError, RecursionError) as error:
        raise NotOurs from error
    if document.get("kind") != KIND:
        raise NotOurs
    return document
