"""An SMTP server that delivers nothing: it keeps every message as a file, for the inbox at /dev/mail."""

import asyncio
import os
import secrets
import time
from collections import deque
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.demo.imap import Mailbox

KEPT = 5_000


class Inbox:
    """`returned` takes what is sent with the empty return path, as everything is that comes back."""

    def __init__(self, folder: Path, *, returned: Mailbox | None = None) -> None:
        self._folder, self._returned = folder, returned
        folder.mkdir(parents=True, exist_ok=True)
        self._names = deque(sorted(path.name for path in folder.glob("*.eml")))

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  # the name by which aiosmtpd calls it
        if self._returned and envelope.mail_from in ("", "<>", None):
            self._returned.folders["INBOX"].add(envelope.original_content or b"", arrived=datetime.now(UTC).date())
        else:
            self.store(envelope)
        return "250 Kept"

    def store(self, envelope: Envelope) -> None:
        name = f"{time.time_ns():020d}-{secrets.token_hex(4)}.eml"
        unfinished = self._folder / f"{name}.unfinished"
        unfinished.write_bytes(_envelope_headers(envelope) + (envelope.original_content or b""))
        unfinished.rename(self._folder / name)
        self._names.append(name)
        while len(self._names) > KEPT:
            (self._folder / self._names.popleft()).unlink(missing_ok=True)


async def serve(inbox: Inbox, *, host: str, port: int) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(inbox, enable_SMTPUTF8=True), host, port)
    await server.serve_forever()


def _envelope_headers(envelope: Envelope) -> bytes:
    lines = [f"X-Envelope-From: {envelope.mail_from or '<>'}", f"X-Envelope-To: {', '.join(envelope.rcpt_tos)}"]
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8", "surrogateescape")


async def _serve_all(folder: Path) -> None:
    """Emails that go out, and, where there is to be one, the mailbox for what comes back."""
    returned = None
    if place := os.environ.get("BOUNCE_MAILBOX"):
        address = urlsplit(place)
        returned = Mailbox(address.username or "", address.password or "")
        await returned.serve(host=address.hostname or "", port=address.port or 0)
    inbox = Inbox(folder, returned=returned)
    await serve(inbox, host=os.environ["SMTP_HOST"], port=int(os.environ["SMTP_PORT"]))


if __name__ == "__main__":
    asyncio.run(_serve_all(Path(os.environ["DEMO_MAIL_FOLDER"])))
