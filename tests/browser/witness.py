"""Sees what a browser complains about and whom it asks. What nobody would notice on the screen fails the test."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import ConsoleMessage, Error, Page, Request, Response

from webapp.privacy.data_map import check
from webapp.privacy.data_map.places import BROWSER_STORAGE

# Chromium says this of every answer from 400 on; those are judged by their status instead.
ABOUT_STATUS = "Failed to load resource: the server responded with a status of"

STORED = """async () => [
    ...Object.keys(localStorage),
    ...Object.keys(sessionStorage),
    ...(await indexedDB.databases()).map(database => database.name),
    ...(window.caches ? await caches.keys() : []),
]"""


class Witness:
    def __init__(self, origin: str) -> None:
        self.complaints: list[str] = []
        self._origin = f"{origin}/"
        self._expected: set[int] = {422}

    def watch(self, page: Page) -> None:
        for event, note in self._notes.items():
            page.on(event, note)  # type: ignore[call-overload]  # typed for each event by itself

    def turn_away(self, page: Page) -> None:
        for event, note in self._notes.items():
            page.remove_listener(event, note)

    @property
    def _notes(self) -> dict[str, Callable[[Any], None]]:
        return {
            "console": self._hear,
            "pageerror": self._note_error,
            "request": self._see_request,
            "response": self._see_response,
        }

    def look_into_storage(self, page: Page) -> None:
        """What the browser keeps for us is what the data map declares."""
        if page.is_closed() or not page.url.startswith(self._origin):
            return
        cookies = [cookie["name"] for cookie in page.context.cookies() if "name" in cookie]
        self.complaints += check.cookies(cookies)
        stored = set(page.evaluate(STORED)) - set(BROWSER_STORAGE)
        self.complaints += [f"kept in the browser: {name}, not in the data map" for name in sorted(stored)]

    def expect(self, status: int) -> None:
        """An answer that is no mistake in this test; 422 never is: so a form says that something is wrong in it."""
        self._expected.add(status)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(ABOUT_STATUS):
            self.complaints.append(f"console: {message.text} ({message.location['url']})")

    def _note_error(self, error: Error) -> None:
        self.complaints.append(f"script: {error}")

    def _see_request(self, request: Request) -> None:
        if request.url.startswith("http") and not request.url.startswith(self._origin):
            self.complaints.append(f"request beyond the demo: {request.url}")

    def _see_response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self._expected:
            self.complaints.append(f"status {response.status}: {response.request.method} {response.url}")
