"""Knowing a browser again between a form and the link that confirms it."""

import secrets

from flask import session

NAME = "browser"


def this_browser() -> str:
    """A random mark in the signed session cookie, which is gone when the browser closes."""
    return str(session.setdefault(NAME, secrets.token_urlsafe(16)))


def is_this(browser: str) -> bool:
    return session.get(NAME) == browser
