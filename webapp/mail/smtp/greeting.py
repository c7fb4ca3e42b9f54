"""How a conversation with the relay begins: the greeting, TLS and the sign-in, by the standard library."""

import smtplib
import socket
import ssl
from functools import cache
from pathlib import Path

from webapp.config import SmtpTls, settings
from webapp.mail.smtp.conversation import Offers


def greet() -> tuple[socket.socket, Offers]:
    """Raises OSError or SMTPException, also when the relay cannot prove who it is, or has no TLS though it should."""
    chosen = settings()
    server = _connected()
    try:
        if chosen.smtp_tls is SmtpTls.STARTTLS:
            server.starttls(context=_trusted(chosen.smtp_ca_file))
        server.ehlo_or_helo_if_needed()
        if chosen.smtp_username and chosen.smtp_password:
            server.login(chosen.smtp_username, chosen.smtp_password.get_secret_value())
    except (OSError, smtplib.SMTPException):
        server.close()
        raise
    assert server.sock is not None
    return server.sock, Offers(*(server.has_extn(name) for name in ("pipelining", "8bitmime", "smtputf8")))


def _connected() -> smtplib.SMTP:
    chosen = settings()
    host, port, timeout = chosen.smtp_host, chosen.smtp_port, chosen.smtp_timeout_seconds
    if chosen.smtp_tls is SmtpTls.TLS:
        return smtplib.SMTP_SSL(host, port, timeout=timeout, context=_trusted(chosen.smtp_ca_file))
    return smtplib.SMTP(host, port, timeout=timeout)


@cache
def _trusted(authorities: Path | None) -> ssl.SSLContext:
    """Certificates are checked against these authorities, or against those that the system trusts."""
    return ssl.create_default_context(cafile=authorities)
