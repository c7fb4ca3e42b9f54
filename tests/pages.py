"""A browser without JavaScript, that looks at every page it is shown."""

import re
from collections import Counter
from html.parser import HTMLParser
from typing import Any

from flask import current_app
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.engine import Engine
from werkzeug.test import TestResponse

from webapp.db import db
from webapp.privacy.data_map import check as data_map_check

MOST_QUERIES = 8
MOST_BYTES = 60_000
statements: list[str] = []


@event.listens_for(Engine, "before_cursor_execute")
def _count(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
    statements.append(statement)


class QuickClient(FlaskClient):
    """A browser for thousands of requests, of which only the answer counts."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        with self.application.app_context():  # of its own, as on a server: `g` holds who is signed in
            return super().open(*args, **kwargs)


class PageClient(FlaskClient):
    """Every HTML answer is checked: title, language, unique ids, nonces, size, and how many queries it took."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        if current_app:
            db.session.commit()
        statements.clear()
        with self.application.app_context():  # of its own, as on a server: `g` holds who is signed in
            response = super().open(*args, **kwargs)
        if current_app:
            db.session.expire_all()
        set_cookies = [cookie.split("=")[0] for cookie in response.headers.getlist("Set-Cookie")]
        assert data_map_check.cookies(set_cookies) == []
        if response.mimetype == "text/html" and response.data and not response.history:
            check(response, queries=list(statements), reading=response.request.method in {"GET", "HEAD"})
        return response

    def submit(self, url: str, data: dict[str, Any] | None = None, **kwargs: Any) -> TestResponse:
        """Posts a form as a person would: the page is opened first, its CSRF token goes along."""
        form = self.get(kwargs.pop("page", url))
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', form.text)
        assert token, f"the page for {url} has no CSRF token"
        return self.post(url, data={"csrf_token": token[1], **(data or {})}, **kwargs)


def check(response: TestResponse, *, queries: list[str], reading: bool) -> None:
    page = _Page()
    page.feed(response.text)
    policy = response.headers["Content-Security-Policy"]
    if "sandbox" in policy:
        return  # an email shown in its frame: another document under other rules
    nonce = re.search(r"script-src 'nonce-([^']+)'", policy)
    assert nonce, policy
    assert "unsafe" not in policy
    assert not page.inline, f"inline style or handler: {page.inline}"
    assert set(page.nonces) <= {nonce[1]}, "a script or style without this response's nonce"
    repeated = [name for name, times in Counter(page.ids).items() if times > 1]
    assert not repeated, f"ids used twice: {repeated}"
    assert len(response.data) <= MOST_BYTES, f"{len(response.data)} bytes"
    if reading:
        assert len(queries) <= MOST_QUERIES, "\n".join(queries)
    if "<html" in response.text:
        assert page.title.strip(), "no title"
        assert page.language, "no language"


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.nonces: list[str | None] = []
        self.inline: list[str] = []
        self.title = ""
        self.language: str | None = None
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if attributes.get("id"):
            self.ids.append(str(attributes["id"]))
        if tag in {"script", "style"} or attributes.get("rel") == "stylesheet":
            self.nonces.append(attributes.get("nonce"))
        self.inline += [f"<{tag} {name}>" for name in attributes if name == "style" or name.startswith("on")]
        if tag == "html":
            self.language = attributes.get("lang")
        self._in_title = self._in_title or (tag == "title" and not self.title)

    def handle_endtag(self, tag: str) -> None:
        self._in_title = self._in_title and tag != "title"

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
