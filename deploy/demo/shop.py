"""The shop of the demo's company: it hears of changes, and confirms when it has erased somebody, too."""

import base64
import hashlib
import hmac
import json
import os
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

CONFIRMED = {"erasure.due", "erasure.done", "processing.restricted"}
WORKS_FOR = 1.0  # seconds
TIMEOUT = 10


class Shop(BaseHTTPRequestHandler):
    """Answers first and works afterwards, as a receiver of webhooks should."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        ours = hmac.compare_digest(self.headers["webhook-signature"] or "", self._signature(body))
        self.send_response(200 if ours else 401)
        self.end_headers()
        self.wfile.write(b"Thank you." if ours else b"Who are you?")
        if ours and json.loads(body)["type"] in CONFIRMED:
            threading.Thread(target=_erase_and_confirm, args=(self.headers["webhook-id"],)).start()

    def log_message(self, *_: Any) -> None:
        """The log of the demo is for people."""

    def _signature(self, body: bytes) -> str:
        content = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}.".encode() + body
        digest = hmac.digest(secret(os.environ["SHOP_KEY"]), content, hashlib.sha256)
        return "v1," + base64.b64encode(digest).decode()


def secret(key: str) -> bytes:
    """What signs the webhooks to the shop."""
    return hashlib.sha256(f"webhooks to the shop {key}".encode()).digest()


def token(key: str) -> str:
    """What the shop uses the API with."""
    return "candor_" + hashlib.sha256(f"the shop at the API {key}".encode()).hexdigest()


def _erase_and_confirm(message: str) -> None:
    time.sleep(WORKS_FOR)
    confirmation = urllib.request.Request(
        f"{os.environ['PUBLIC_URL']}/api/v1/confirmations",
        json.dumps({"confirmations": [{"id": message}]}).encode(),
        {"Authorization": f"Bearer {token(os.environ['SHOP_KEY'])}", "Content-Type": "application/json"},
    )
    urllib.request.urlopen(confirmation, timeout=TIMEOUT).close()


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(os.environ["SHOP_PORT"])), Shop).serve_forever()
