"""Numbers of payment cards: whoever writes one where it does not belong is told so, and it is not kept.

The check digit alone would take one long number in ten for a card. So a card must also begin as an issuer's cards of
that length do (ISO/IEC 7812), and in the middle of other numbers it must be written as people write cards.
"""

import re
import unicodedata
from collections.abc import Iterator

from flask_babel import lazy_gettext as _l

REFUSED = _l(
    "This looks like the number of a payment card. Please leave it out: we never keep such numbers, "
    "so that nobody can steal them here. The last four digits are enough to say which card you mean."
)

FEWEST = 12
ISSUERS = (  # how the numbers begin, and how long they are
    (re.compile("4"), {13, 16, 19}),  # Visa
    (re.compile("5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"), {16}),  # Mastercard
    (re.compile("3[47]"), {15}),  # American Express
    (re.compile("30[0-5]|3095|36|3[89]"), {14, 16, 17, 18, 19}),  # Diners Club
    (re.compile("6011|64[4-9]|65"), {16, 17, 18, 19}),  # Discover, RuPay
    (re.compile("62|81"), {16, 17, 18, 19}),  # UnionPay
    (re.compile("35(2[89]|[3-8])"), {16, 17, 18, 19}),  # JCB
    (re.compile("50(18|20|38)|5[68]93|6304|67(59|6[1-3])"), {12, 13, 14, 15, 16, 17, 18, 19}),  # Maestro
    (re.compile("220[0-4]"), {16, 17, 18, 19}),  # Mir
    (re.compile("5019|508[5-9]|60(69|81)|6521|82|9792"), {16}),  # Dankort, RuPay, Troy
)
AS_WRITTEN = {(16,), (4, 4, 4, 4), (4, 4, 4, 4, 3), (4, 6, 5), (4, 6, 4), (6, 13), (8, 8)}  # digits in each group

_MAYBE = re.compile(r"(?:\d[^\w\n]{0,3}){11}\d")
_BLANKS_OR_DASHES = "[ \t‐‑‒–—―−-]{1,3}"
_GROUPS = re.compile(f"(?<![0-9A-Za-z_])(?<![0-9][.,])[0-9]+(?:{_BLANKS_OR_DASHES}[0-9]+)*(?![0-9A-Za-z_])")
_PARTED = re.compile(r"(?<![0-9])([0-9]{4})([^0-9A-Za-z\n])([0-9]{4})\2([0-9]{4})\2([0-9]{4})(?![0-9])")
_UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_IBAN = re.compile(r"\b[A-Z]{2}[0-9]{2}(?: ?[0-9A-Z]){11,30}\b", re.IGNORECASE)
_PHONE = re.compile(r"\+[0-9](?:[ ()./-]{0,2}[0-9]){6,14}(?![ ()./-]{0,2}[0-9])")  # ITU-T E.164: 15 digits at most


def holds_card_number(text: str) -> bool:
    """Whether there is one anywhere in the text, in digits of any script, with or without blanks and dashes."""
    if len(text) < FEWEST or not _MAYBE.search(text):
        return False
    return any(_is_card(digits) for digits in _candidates(_without_others(_in_plain_digits(text))))


def refuse_card_number(text: str) -> str:
    """The text, for types of the API. Raises ValueError when it holds the number of a card."""
    if holds_card_number(text):
        raise ValueError("should not hold the number of a payment card: such numbers are never kept here")
    return text


def _in_plain_digits(text: str) -> str:
    if text.isascii():
        return text
    visible = (sign for sign in unicodedata.normalize("NFKC", text) if unicodedata.category(sign) != "Cf")
    return "".join(str(unicodedata.decimal(sign, sign)) for sign in visible)


def _without_others(text: str) -> str:
    text = _PARTED.sub(r"\1 \3 \4 \5", text)
    for pattern in (_UUID, _PHONE):
        text = pattern.sub("/", text)
    return _IBAN.sub(_unless_iban, text)


def _unless_iban(found: re.Match[str]) -> str:
    """ISO 13616 counts a letter as a number of two digits, and the remainder by 97 is 1."""
    words = found[0].split(" ")
    for end in range(len(words), 0, -1):
        iban = "".join(words[:end])
        if 15 <= len(iban) <= 34 and int("".join(str(int(sign, 36)) for sign in iban[4:] + iban[:4])) % 97 == 1:
            return " ".join(["/", *words[end:]])
    return found[0]


def _candidates(text: str) -> Iterator[str]:
    for found in _GROUPS.finditer(text):
        groups = re.findall("[0-9]+", found[0])
        yield "".join(groups)
        for form in AS_WRITTEN:
            for start in range(len(groups) - len(form) + 1):
                some = groups[start : start + len(form)]
                if tuple(map(len, some)) == form:
                    yield "".join(some)


def _is_card(digits: str) -> bool:
    issued = any(begins.match(digits) and len(digits) in lengths for begins, lengths in ISSUERS)
    return issued and _has_check_digit(digits) and not _is_other_kind(digits)


def _has_check_digit(digits: str) -> bool:
    """Luhn's formula (ISO/IEC 7812-1, annex B)."""
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(doubled) + sum(map(int, digits[::-2]))) % 10 == 0


def _is_other_kind(digits: str) -> bool:
    """Of 13 digits are also phone numbers of Germany and Austria, and the numbers of goods (GTIN)."""
    if len(digits) != 13:
        return False
    goods = (sum(map(int, digits[::2])) + 3 * sum(map(int, digits[1::2]))) % 10 == 0
    return goods or digits.startswith(("49", "43"))
