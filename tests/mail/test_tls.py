"""The relay over TLS: it has to prove who it is, or gets neither a password nor an email."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from ssl import SSLContext
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from pydantic import SecretStr, ValidationError

from deploy.demo.services import free_port
from tests.mail.certificates import Authority
from webapp.config import Settings, SmtpTls
from webapp.mail.smtp.conversation import Letter
from webapp.mail.smtp.relay import Relay, RelayDown
from webapp.mail.smtp.replies import Fate

LETTERS = [
    Letter("news@example.com", f"reader{number}@example.org", b"Subject: Hi\r\n\r\n" + b"text\r\n" * 10_000)
    for number in range(3)
]

SendThrough = Callable[..., None]

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


class Guarded(Controller):
    """A relay that takes emails from those who sign in, and remembers what it was given."""

    def __init__(self, way: SmtpTls, context: SSLContext) -> None:
        self._upgrade = context if way is SmtpTls.STARTTLS else None
        self.passwords: list[LoginPassword] = []
        self.contents: list[bytes] = []
        at_once = context if way is SmtpTls.TLS else None
        super().__init__(self, hostname="localhost", port=free_port(), ssl_context=at_once, ready_timeout=10)

    def factory(self) -> SMTP:
        secure = self.ssl_context is not None or self._upgrade is not None
        return SMTP(
            self,
            tls_context=self._upgrade,
            authenticator=self._sign_in,
            auth_required=True,
            auth_require_tls=secure and self.ssl_context is None,
        )

    def _sign_in(self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, given: Any) -> AuthResult:
        self.passwords.append(given)
        return AuthResult(success=True)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd calls it so
        self.contents.append(envelope.original_content or b"")
        return "250 OK"


@contextmanager
def guarded(way: SmtpTls, context: SSLContext) -> Iterator[Guarded]:
    relay = Guarded(way, context)
    relay.start()
    try:
        yield relay
    finally:
        relay.stop()


@pytest.fixture
def send_through(configure: Callable[..., None]) -> SendThrough:
    def send_through(relay: Guarded, way: SmtpTls, authorities: Path | None) -> None:
        configure(smtp_host="localhost", smtp_port=relay.port, smtp_tls=way, smtp_ca_file=authorities)
        configure(smtp_username="candor", smtp_password=SecretStr("open sesame"))

    return send_through


@pytest.mark.parametrize("way", [SmtpTls.STARTTLS, SmtpTls.TLS])
def test_a_relay_that_proves_who_it_is_gets_the_password_and_the_emails(
    way: SmtpTls, send_through: SendThrough, tmp_path: Path
) -> None:
    authority = Authority(tmp_path)
    with guarded(way, authority.server("localhost")) as relay:
        send_through(relay, way, authority.file)
        with Relay() as connection:
            assert [verdict.fate for verdict in connection.send(LETTERS)] == [Fate.ACCEPTED] * 3
    assert [given.password for given in relay.passwords] == [b"open sesame"]
    assert relay.contents == [letter.content for letter in LETTERS]


@pytest.mark.parametrize("way", [SmtpTls.STARTTLS, SmtpTls.TLS])
@pytest.mark.parametrize(
    ("host", "days", "known"),
    [("localhost", 1, False), ("relay.example.com", 1, True), ("localhost", -1, True)],
    ids=["of an unknown authority", "of another host", "of yesterday"],
)
def test_a_certificate_that_proves_nothing_gets_nothing(
    host: str, days: int, known: bool, way: SmtpTls, send_through: SendThrough, tmp_path: Path
) -> None:
    authority, other = Authority(tmp_path), Authority(tmp_path, "Another")
    with guarded(way, authority.server(host, days=days)) as relay:
        send_through(relay, way, (authority if known else other).file)
        with Relay() as connection, pytest.raises(RelayDown, match="certificate"):
            connection.open()
    assert (relay.passwords, relay.contents) == ([], [])


@pytest.mark.parametrize("way", [SmtpTls.STARTTLS, SmtpTls.TLS])
def test_a_relay_without_tls_gets_nothing_when_tls_is_wanted(
    way: SmtpTls, send_through: SendThrough, tmp_path: Path
) -> None:
    authority = Authority(tmp_path)
    with guarded(SmtpTls.NONE, authority.server("localhost")) as relay:
        send_through(relay, way, authority.file)
        with Relay() as connection, pytest.raises(RelayDown):
            connection.open()
    assert (relay.passwords, relay.contents) == ([], [])


def test_a_password_goes_readable_to_this_machine_only(settings: Settings) -> None:
    plain = settings.model_dump() | {"smtp_username": "candor", "smtp_password": "open sesame"}
    Settings(**plain | {"smtp_host": "localhost"})
    Settings(**plain | {"smtp_host": "relay.example.com", "smtp_tls": "starttls"})
    with pytest.raises(ValidationError, match="set SMTP_TLS"):
        Settings(**plain | {"smtp_host": "relay.example.com"})
