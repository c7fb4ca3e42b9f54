"""No receiver leads us to where only our own servers can go, and nobody speaks for one without its certificate."""

import socket
import ssl
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from socket import AF_INET, SOCK_STREAM

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from flask import Flask

from tests.integrations.receiver import Receiver
from webapp.clock import utc_now
from webapp.config import Environment, Settings
from webapp.integrations.webhooks import calls, targets
from webapp.integrations.webhooks.models import Outcome
from webapp.integrations.webhooks.targets import NotATarget

INSIDE = [
    *("10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.100.100.200", "192.0.0.192"),
    *("0.0.0.0", "255.255.255.255", "224.0.0.1", "198.18.0.1", "240.0.0.1", "168.63.129.16", "192.88.99.1"),
    *("::1", "::", "fe80::1", "fd00:ec2::254", "fec0::1", "ff02::1", "::ffff:10.0.0.1", "::ffff:8.8.8.8"),
    *("64:ff9b::a00:1", "64:ff9b:1::a00:1", "2002:a00:1::", "2001:0:a00:1::", "::10.0.0.1", "2001:db8::1"),
]
OUTSIDE = ["8.8.8.8", "185.199.108.153", "2606:4700::1111", "2a00:1450:400a::1"]


@pytest.fixture
def public_only(configure: Callable[..., None]) -> None:
    configure(webhook_networks=[])


@pytest.mark.usefixtures("public_only")
def test_only_public_addresses_may_be_called() -> None:
    assert [address for address in INSIDE if targets.may_be_called(address)] == []
    assert [address for address in OUTSIDE if not targets.may_be_called(address)] == []


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "127.1", "[::ffff:127.0.0.1]"]
)
@pytest.mark.usefixtures("public_only")
def test_no_way_to_write_it_leads_to_ourselves(host: str) -> None:
    inside = Receiver()
    answer = calls.post(f"http://{host}:{inside.port}/", body=b"{}", headers={})
    assert answer.outcome is Outcome.INTERNAL_ADDRESS
    assert inside.received == []
    inside.close()


def test_a_name_with_one_address_inside_is_not_called_at_all(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    lead(monkeypatch, "93.184.215.14", "10.0.0.8")
    assert calls.post("https://hooks.example.com/", body=b"{}", headers={}).outcome is Outcome.INTERNAL_ADDRESS


def test_the_call_goes_to_the_address_that_was_looked_at(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: the name is asked for once, and what it says a moment later does not count."""
    shop = Receiver()
    asked = lead(monkeypatch, "127.0.0.1")
    answer = calls.post(f"http://hooks.example.com:{shop.port}/in?a=b", body=b'{"data": {"person": 0}}', headers={})
    assert answer.outcome is Outcome.ACCEPTED
    assert asked == ["hooks.example.com"]
    assert shop.received[0].headers["host"] == f"hooks.example.com:{shop.port}"
    shop.close()


@pytest.mark.parametrize(
    "url",
    [
        *("", "hooks.example.com", "ftp://hooks.example.com/", "file:///etc/passwd", "https://", "https://[::1"),
        *("https://user:secret@hooks.example.com/", "https://hooks.example.com/#part", "https://a b.example/"),
        *(
            "https://hooks.example.com:99999/",
            "https://hooks.example.com/\r\nHost: inside",
            "https://" + "a" * 64 + ".ch/",
        ),
        "https://hooks.example.com/" + "a" * 500,
    ],
)
def test_what_is_no_address_is_refused(app: Flask, url: str) -> None:
    with pytest.raises(NotATarget):
        targets.parse(url)


def test_plain_http_is_refused_in_production(app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    production = settings.model_copy(update={"environment": Environment.PRODUCTION})
    monkeypatch.setitem(app.extensions, "settings", production)
    with pytest.raises(NotATarget):
        targets.parse("http://hooks.example.com/")
    assert targets.parse("https://hooks.bücher.example/in").host == "hooks.xn--bcher-kva.example"


@pytest.mark.parametrize(
    ("name", "outcome"), [("hooks.example.com", Outcome.ACCEPTED), ("other.example.com", Outcome.NOT_TRUSTED)]
)
def test_a_receiver_has_to_show_the_certificate_of_its_name(
    *, name: str, outcome: Outcome, app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Receiver(wrap=certified("hooks.example.com", tmp_path))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    lead(monkeypatch, "127.0.0.1")
    answer = calls.post(f"https://{name}:{shop.port}/", body=b'{"data": {"person": 0}}', headers={})
    assert answer.outcome is outcome
    assert bool(shop.received) is (outcome is Outcome.ACCEPTED)
    shop.close()


def test_a_receiver_that_stops_in_the_middle_of_the_handshake_is_cut_off(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "LONGEST", 0.2)
    silent = socket.socket(AF_INET, SOCK_STREAM)
    silent.bind(("127.0.0.1", 0))
    silent.listen()
    began = utc_now()
    answer = calls.post(f"https://localhost:{silent.getsockname()[1]}/", body=b"{}", headers={})
    assert answer.outcome is Outcome.TOO_SLOW
    assert utc_now() - began < timedelta(seconds=2)
    silent.close()


def lead(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Lets every name lead to these addresses; returns the names that were asked for."""
    asked = []

    def found(host: str, port: int, *_rest: object, **_more: object) -> list[object]:
        if host[0].isdigit():
            return [(AF_INET, SOCK_STREAM, 6, "", (host, port))]
        asked.append(host)
        return [(AF_INET, SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", found)
    return asked


def certified(name: str, folder: Path) -> Callable[[socket.socket], socket.socket]:
    """What speaks TLS under that name; the certificate is in the folder."""
    key, common = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    unsigned = x509.CertificateBuilder(common, common, key.public_key(), x509.random_serial_number())
    unsigned = unsigned.not_valid_before(utc_now() - timedelta(days=1)).not_valid_after(utc_now() + timedelta(days=1))
    unsigned = unsigned.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    certificate = unsigned.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    (folder / "certificate.pem").write_bytes(certificate)
    plain_key = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "key.pem").write_bytes(plain_key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return lambda line: context.wrap_socket(line, server_side=True)
