"""Signing in on a computer that others use too (P29): said in the form, needed after the last step of a sign-in."""

from flask import session

NAME = "shared_computer"


def note(*, shared: bool) -> None:
    session[NAME] = shared


def was_noted() -> bool:
    return bool(session.pop(NAME, False))
