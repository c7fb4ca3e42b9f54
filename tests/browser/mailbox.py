"""What arrived at an address: the files that the demo's mail catcher wrote."""

import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from time import monotonic, sleep

PATIENCE = 60.0
URL = re.compile(r"https?://\S+")


class Mail:
    def __init__(self, file: Path) -> None:
        self.name = file.name
        self.message: EmailMessage = message_from_bytes(file.read_bytes(), policy=default)

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        return self._part("plain")

    @property
    def html(self) -> str:
        return self._part("html")

    @property
    def unsubscribe_url(self) -> str:
        """What a mail provider reads (RFC 8058). Behind it stands where a mail program may write to instead."""
        assert self.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        return str(self.message["List-Unsubscribe"]).partition(",")[0].strip("<>")

    def link(self, containing: str) -> str:
        return next(url[0] for url in URL.finditer(self.text) if containing in url[0])

    def _part(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        assert part is not None
        return str(part.get_content())


class Mailbox:
    """All mailboxes of the demo. Files only ever come, so each is looked at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._received: dict[str, list[Path]] = {}
        self._seen: set[str] = set()

    def newest(self, address: str, *, about: str = "") -> Mail:
        """Waits until there is one with these words in its subject."""
        deadline = monotonic() + PATIENCE
        while True:
            self._look()
            for file in reversed(self._received.get(address, [])):
                if about in (mail := Mail(file)).subject:
                    return mail
            assert monotonic() < deadline, f"no email about “{about}” to {address} within {PATIENCE:.0f} s"
            sleep(0.1)

    def newest_to_anybody(self, *, but: set[str], about: str) -> Mail:
        self._look()
        return next(
            mail
            for address, files in self._received.items()
            if address not in but and about in (mail := Mail(files[-1])).subject
        )

    def count(self, address: str, *, about: str) -> int:
        self._look()
        return sum(about in Mail(file).subject for file in self._received.get(address, []))

    def _look(self) -> None:
        for file in sorted(self._folder.glob("*.eml")):
            if file.name not in self._seen:
                self._seen.add(file.name)
                self._received.setdefault(_recipient(file), []).append(file)


def _recipient(file: Path) -> str:
    with file.open("rb") as lines:
        next(lines)
        return next(lines).decode().removeprefix("X-Envelope-To:").strip()
