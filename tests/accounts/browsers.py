"""People have more than one browser."""

import re

from flask import Flask

from tests.pages import PageClient
from tests.people import PASSWORD


def another_browser(app: Flask) -> PageClient:
    client = app.test_client()
    assert isinstance(client, PageClient)
    return client


def csrf_token(client: PageClient, url: str) -> str:
    return token_in(client.get(url).text)


def token_in(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found
    return found[1]


def can_sign_in(client: PageClient, email: str, password: str = PASSWORD) -> bool:
    return client.submit("/sign-in", {"email": email, "password": password}).status_code == 303


def without_secrets(page: str) -> str:
    """What differs between any two pages: nonces and CSRF tokens."""
    return re.sub(r'nonce="[^"]+"|name="csrf_token" value="[^"]+"|X-CSRFToken": "[^"]+"', "", page)
