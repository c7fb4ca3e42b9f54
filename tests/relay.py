"""The outside relay: a real SMTP server that takes what comes, or answers as a test tells it to."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.demo.services import free_port

Answer = Callable[[Envelope], str]


@dataclass(frozen=True)
class Received:
    """One email as it came over the wire."""

    sender: str
    to: str
    raw: bytes

    @property
    def email(self) -> EmailMessage:
        parsed = message_from_bytes(self.raw, policy=default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def subject(self) -> str:
        return str(self.email["Subject"])

    @property
    def text(self) -> str:
        part = self.email.get_body(("plain",))
        assert part is not None
        return str(part.get_content())

    @property
    def html(self) -> str:
        part = self.email.get_body(("html",))
        assert part is not None
        return str(part.get_content())


class TestRelay:
    """Listens on a free port of 127.0.0.1. `at_recipient` and `at_content` decide the answers."""

    __test__ = False

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.forget()
        self.port = free_port()

    def forget(self) -> None:
        """Back to a kind relay with no mail."""
        self.received: list[Received] = []
        self.at_recipient: Callable[[str], str] = lambda address: "250 OK"
        self.at_content: Answer = lambda envelope: "250 OK"

    def start(self) -> None:
        self.controller = _Controller(self, hostname="127.0.0.1", port=self.port, ready_timeout=10)
        self.controller.start()

    def stop(self) -> None:
        self.controller.stop()

    def to(self, address: str) -> list[Received]:
        return [received for received in self.received if received.to == address]

    async def handle_RCPT(  # noqa: N802  # aiosmtpd calls it so
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.at_recipient(address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(  # noqa: N802  # aiosmtpd calls it so
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        answer = self.at_content(envelope)
        if answer.startswith("250"):
            with self.lock:
                self.received.append(
                    Received(str(envelope.mail_from), envelope.rcpt_tos[0], envelope.original_content or b"")
                )
        return answer


class _Controller(Controller):
    def factory(self) -> SMTP:
        return SMTP(self.handler, enable_SMTPUTF8=True, ident="test relay")
