"""Authorities and certificates of our own, for relays that prove who they are, or fail to."""

import ssl
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from webapp.clock import utc_now

Key = ec.EllipticCurvePrivateKey


class Authority:
    """Its certificate is in `file`."""

    def __init__(self, folder: Path, name: str = "An authority") -> None:
        self._folder, self._name = folder, _called(name)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.file = folder / f"{name}.pem"
        itself = _builder(self._name, self._key).issuer_name(self._name)
        itself = itself.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        self.file.write_bytes(itself.sign(self._key, SHA256()).public_bytes(Encoding.PEM))

    def server(self, host: str, *, days: int = 1) -> ssl.SSLContext:
        """What a server needs to prove that it is this host, for so many days; negative: until so long ago."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.DNSName(host)])
        builder = _builder(_called(host), key, days=days).issuer_name(self._name).add_extension(names, critical=False)
        file = self._folder / f"{host}.pem"
        certificate = builder.sign(self._key, SHA256()).public_bytes(Encoding.PEM)
        file.write_bytes(certificate + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(file)
        return context


def _called(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _builder(name: x509.Name, key: Key, *, days: int = 1) -> x509.CertificateBuilder:
    """Valid from the tenth day before its last."""
    until = utc_now() + timedelta(days=days)
    builder = x509.CertificateBuilder().subject_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    return builder.not_valid_before(until - timedelta(days=10)).not_valid_after(until)
