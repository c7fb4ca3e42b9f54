"""What the person told us about themselves, in the forms that other providers take over: vCard and schema.org."""

import re
from datetime import UTC
from typing import Any

from webapp.accounts.models import CONTACT_DETAILS, Profile
from webapp.db import db
from webapp.privacy.data_map.words import country_name
from webapp.subjects.models import Subject

LINE_BYTES = 75  # RFC 6350, 3.2
ESCAPES = str.maketrans({"\\": "\\\\", ",": "\\,", ";": "\\;", "\n": "\\n"})
CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
TELEPHONE_URI = re.compile(r"\+[0-9]+")  # RFC 3966


def profile_of(subject: Subject) -> Profile:
    """Somebody without an account has told us an address and a language."""
    return db.session.get(Profile, subject.id) or Profile(**dict.fromkeys(CONTACT_DETAILS, ""))


def vcard(subject: Subject, profile: Profile) -> str:
    """vCard 4.0 (RFC 6350); the code of the country is a parameter by RFC 8605."""
    place = ["", "", profile.street_address, profile.city, "", profile.postal_code, country_name(profile.country)]
    country_code = f";CC={profile.country}" if re.fullmatch("[A-Z]{2}", profile.country) else ""
    lines = [
        "BEGIN:VCARD",
        "VERSION:4.0",
        f"FN:{_escaped(profile.full_name or subject.email)}",
        f"N:{_joined([profile.family_name, profile.given_name, '', '', ''])}",
        f"ORG:{_escaped(profile.organization)}" if profile.organization else "",
        f"EMAIL:{_escaped(subject.email)}",
        _telephone(profile.phone),
        f"ADR{country_code}:{_joined(place)}" if any(place) else "",
        f"LANG:{_escaped(subject.language)}",
        f"REV:{profile.changed_at.astimezone(UTC):%Y%m%dT%H%M%SZ}" if profile.changed_at else "",
        "END:VCARD",
    ]
    return "".join(_folded(line) for line in lines if line)


def linked_data(subject: Subject, profile: Profile) -> dict[str, Any]:
    """JSON-LD with the words of schema.org."""
    address = {
        "streetAddress": profile.street_address,
        "postalCode": profile.postal_code,
        "addressLocality": profile.city,
        "addressCountry": profile.country,
    }
    person = {
        "@context": "https://schema.org",
        "@type": "Person",
        "name": profile.full_name,
        "givenName": profile.given_name,
        "familyName": profile.family_name,
        "email": subject.email,
        "telephone": profile.phone,
        "contactPoint": {"@type": "ContactPoint", "email": subject.email, "availableLanguage": subject.language},
        "worksFor": _thing("Organization", {"name": profile.organization}),
        "address": _thing("PostalAddress", address),
    }
    return {name: value for name, value in person.items() if value}


def _thing(kind: str, values: dict[str, str]) -> dict[str, str]:
    known = {name: value for name, value in values.items() if value}
    return {"@type": kind, **known} if known else {}


def _telephone(number: str) -> str:
    if TELEPHONE_URI.fullmatch(number):
        return f"TEL;VALUE=uri;TYPE=cell:tel:{number}"
    return f"TEL;TYPE=cell:{_escaped(number)}" if number else ""


def _joined(parts: list[str]) -> str:
    return ";".join(_escaped(part) for part in parts)


def _escaped(text: str) -> str:
    return CONTROL_CHARACTERS.sub("", text).translate(ESCAPES)


def _folded(line: str) -> str:
    """In pieces of 75 bytes that cut no character in two; every piece but the first begins with a space."""
    pieces, room = [""], LINE_BYTES
    for character in line:
        size = len(character.encode())
        if size > room:
            pieces.append("")
            room = LINE_BYTES - 1
        pieces[-1] += character
        room -= size
    return "\r\n ".join(pieces) + "\r\n"
