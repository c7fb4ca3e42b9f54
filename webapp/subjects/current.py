"""The data subject behind this request."""

from typing import cast

from flask_login import current_user

from webapp.subjects.models import Subject


def current_subject() -> Subject:
    """Only for routes that ask for a sign-in."""
    return cast(Subject, current_user.subject)
