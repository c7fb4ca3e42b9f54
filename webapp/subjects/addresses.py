"""Email addresses: what counts as one, when two are the same, and the hash that finds one without showing it."""

import re
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

from webapp.crypto import permanent_hash

LONGEST_ADDRESS = 254  # RFC 5321, 4.5.3.1.3, less the angle brackets

LONGEST_NAME = 64  # RFC 5321, 4.5.3.1.1

# Thousands of customers come in at once, from few domains; the whole check takes longer than all else that is done.
_USUAL = re.compile(r"(?P<name>[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*)@(?P<domain>[a-z0-9.-]+)", re.IGNORECASE | re.ASCII)


class InvalidAddress(ValueError):
    """Not an email address; the text says why."""


def normalize(address: str) -> str:
    """The form in which we keep an address: Unicode normalised, domain in lower case. Raises InvalidAddress."""
    found = _USUAL.fullmatch(address.strip())
    try:
        if found and len(found[0]) <= LONGEST_ADDRESS and len(found["name"]) <= LONGEST_NAME:
            return f"{found['name']}@{_domain(found['domain'].lower())}"
        return validate_email(address.strip(), check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise InvalidAddress(str(error)) from error


def address_hash(address: str) -> bytes:
    """The same for addresses that reach the same mailbox at practically every provider: letter case does not count.

    Letters that only look or sound alike are others: `ß` is not `ss`, as it would be with casefold().
    """
    return fingerprint(normalize(address))


def fingerprint(normalized: str) -> bytes:
    """The hash of an address that is normalised already."""
    return permanent_hash("address", normalized.lower())


def domain_of(address: str) -> str:
    return address.rpartition("@")[2]


def masked(address: str) -> str:
    """For people who may not be the owner: `a•••@example.org`."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}•••@{domain}"


@lru_cache(maxsize=10_000)
def _domain(domain: str) -> str:
    """Raises EmailNotValidError."""
    return validate_email(f"a@{domain}", check_deliverability=False, test_environment=True).domain
