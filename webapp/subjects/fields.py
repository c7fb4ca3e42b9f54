"""Form fields for what people write: a line or a few paragraphs of any script, and nothing that breaks out of it."""

import unicodedata
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, Length

from webapp.card_numbers import REFUSED, holds_card_number
from webapp.subjects import addresses
from webapp.subjects.addresses import LONGEST_ADDRESS, InvalidAddress

BREAKING = {"Cc", "Cs", "Zl", "Zp"}  # Unicode categories: controls, halves of characters, line and paragraph separators
# They turn the direction of the text after them, also outside of the name itself (Unicode UAX 9, 2.1 to 2.3).
TURNING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Line(StringField):  # type: ignore[misc]  # WTForms has no types
    """`needed` is what to say when it is empty; without, it may be."""

    def __init__(self, label: LazyString, *, longest: int = 100, needed: LazyString | None = None, **more: Any) -> None:
        length = Length(max=longest, message=_l("Please use no more than %(max)d characters."))
        required = [DataRequired(needed), _can_be_read] if needed else []
        super().__init__(label, [*required, length, _stays_in_line, no_card_number], filters=[_tidy], **more)


class AddressLine(Line):
    """An email address."""

    def __init__(self, label: LazyString, **more: Any) -> None:
        super().__init__(label, longest=LONGEST_ADDRESS, needed=_l("Enter an email address."), **more)

    def post_validate(self, form: object, validation_stopped: bool) -> None:
        if not self.errors:
            _check_address(self.data)


class Paragraphs(TextAreaField):  # type: ignore[misc]  # WTForms has no types
    """`needed` is what to say when it is empty; without, it may be."""

    def __init__(
        self, label: LazyString, *, longest: int = 2000, needed: LazyString | None = None, **more: Any
    ) -> None:
        length = Length(max=longest, message=_l("Please use no more than %(max)d characters."))
        required = [DataRequired(needed), _can_be_read] if needed else []
        super().__init__(label, [*required, length, _stays_in_place, no_card_number], filters=[_tidy], **more)


def no_card_number(_form: object, field: StringField) -> None:
    if holds_card_number(field.data or ""):
        raise ValidationError(REFUSED)


def _tidy(text: str | None) -> str:
    return unicodedata.normalize("NFC", text or "").strip()


def _stays_in_line(_form: object, field: StringField) -> None:
    if any(unicodedata.category(c) in BREAKING or c in TURNING for c in field.data):
        raise ValidationError(_l("Please leave out line breaks and invisible control characters."))


def _stays_in_place(_form: object, field: StringField) -> None:
    lines = field.data.replace("\r", "").replace("\n", "").replace("\t", "")
    if any(unicodedata.category(c) in BREAKING or c in TURNING for c in lines):
        raise ValidationError(_l("Please leave out invisible control characters."))


def _can_be_read(_form: object, field: StringField) -> None:
    if not any(unicodedata.category(c)[0] in "LNPS" for c in field.data):
        raise ValidationError(_l("Please write something that can be read."))


def _check_address(text: str) -> None:
    try:
        addresses.normalize(text)
    except InvalidAddress:
        raise ValidationError(_l("This is not an email address. Write it like name@example.com.")) from None
