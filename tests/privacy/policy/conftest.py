import pytest
from flask import Flask


@pytest.fixture
def addressed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A company that says where it is: without it no policy can be proposed."""
    settings = app.extensions["settings"]
    said = {
        "company_address": "Gäuggelistrasse 1, 7000 Chur",
        "privacy_contact": "privacy@candor.example",
    }
    monkeypatch.setitem(app.extensions, "settings", settings.model_copy(update=said))
