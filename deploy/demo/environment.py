"""The settings of a demo. Its keys are made once and kept, so that sign-ins and links survive a restart."""

import base64
import json
import os
import secrets
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

from pyrage import x25519

from deploy.demo import authenticator
from deploy.demo.services import free_port, postgres_programs

COMPANY = {
    "COMPANY_NAME": "Alpenglow Hosting",
    "TIME_ZONE": "Europe/Zurich",
    "COMPANY_ADDRESS": "Alpenglow Hosting AG, Gäuggelistrasse 1, 7000 Chur, Switzerland",
    "PRIVACY_CONTACT": "privacy@alpenglow.example",
    "DATA_PROTECTION_OFFICER": "Seraina Caviezel, privacy@alpenglow.example",
    "RECIPIENTS": json.dumps({"hosting": "Gletscherrechen AG, Brig", "email_delivery": "Postkutsche AG, Chur"}),
    "MAIL_FROM": "hello@alpenglow.example",
}
KEYS = ("SECRET_KEYS", "ENCRYPTION_KEYS", "PERMANENT_KEY", "SHOP_KEY")


def make_environment(folder: Path, *, port: int, smtp_port: int, services: Mapping[str, str]) -> dict[str, str]:
    kept = _kept(folder / "demo.env")
    settings = {
        **_keys(kept),
        "SHOP_PORT": kept.get("SHOP_PORT") or str(free_port()),
        **services,
        "ENVIRONMENT": "demo",
        # Browsers allow passkeys on localhost, but not on 127.0.0.1.
        "PUBLIC_URL": f"http://localhost:{port}",
        "HOST": "127.0.0.1",
        "PORT": str(port),
        **_places(folder),
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(smtp_port),
        **_ways_back(),
        "WEBHOOK_NETWORKS": "127.0.0.0/8,::1/128",
        "DEMO_AUTHENTICATOR_KEY": authenticator.KEY,
        "DEMO_MAIL_FOLDER": str(folder / "mail"),
        **COMPANY,
    }
    (folder / "storage").mkdir(exist_ok=True)
    _keep(settings, folder / "demo.env")
    own_programs_first = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return {**os.environ, **settings, "PATH": own_programs_first, "PYTHONUNBUFFERED": "1"}


def _ways_back() -> dict[str, str]:
    """The mailbox for what comes back; the mail catcher offers it."""
    place = f"imap://bounces:bounces@127.0.0.1:{free_port()}/INBOX"
    return {"BOUNCE_ADDRESS": "bounces@mail.alpenglow.example", "BOUNCE_MAILBOX": place}


def _places(folder: Path) -> dict[str, str]:
    """Where files, the journal and backups are."""
    return {
        "STORAGE_URL": (folder / "storage").as_uri(),
        "JOURNAL_URL": (folder / "journal").as_uri(),
        "BACKUP_URL": (folder / "backups").as_uri(),
        "BACKUP_RECIPIENTS": _recipient(folder / "backups.key"),
        "POSTGRES_PROGRAMS": str(postgres_programs()),
    }


def _recipient(file: Path) -> str:
    """The public half of the key in this file, which is made when it is not there."""
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(f"{x25519.Identity.generate()}\n")
    return str(x25519.Identity.from_str(file.read_text().strip()).to_public())


def _kept(file: Path) -> dict[str, str]:
    lines = file.read_text().splitlines() if file.exists() else []
    return dict(shlex.split(line)[0].split("=", 1) for line in lines)


def _keys(kept: Mapping[str, str]) -> dict[str, str]:
    return {name: kept.get(name) or base64.urlsafe_b64encode(secrets.token_bytes(32)).decode() for name in KEYS}


def _keep(settings: Mapping[str, str], file: Path) -> None:
    unfinished = file.with_suffix(".unfinished")
    unfinished.touch(mode=0o600)
    unfinished.write_text("".join(f"{name}={shlex.quote(value)}\n" for name, value in settings.items()))
    unfinished.replace(file)
