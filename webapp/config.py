"""Every setting of Candor, read from the environment.

A setting's environment name is its field name in capitals. `docs/settings.md` is made from this file by
`flask --app wsgi settings-table`, and a test keeps the two the same.
"""

import base64
import json
from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Self

from babel.dates import get_timezone
from flask import current_app
from pydantic import AfterValidator, BeforeValidator, Field, FilePath, IPvAnyNetwork, SecretStr, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class Environment(StrEnum):
    PRODUCTION = "production"
    DEMO = "demo"
    TEST = "test"


class SmtpTls(StrEnum):
    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


THIS_MACHINE = {"localhost", "127.0.0.1", "::1"}


def _comma_separated(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _from_json(value: object) -> object:
    return json.loads(value) if isinstance(value, str) else value


def _known_time_zone(name: str) -> str:
    try:
        get_timezone(name)
    except LookupError as error:
        raise ValueError(f"{name!r} is no time zone") from error
    return name


TimeZone = Annotated[str, AfterValidator(_known_time_zone)]
Texts = Annotated[list[str], NoDecode, BeforeValidator(_comma_separated)]
TextsByName = Annotated[dict[str, str], NoDecode, BeforeValidator(_from_json)]
Networks = Annotated[list[IPvAnyNetwork], NoDecode, BeforeValidator(_comma_separated)]
Secrets = Annotated[list[SecretStr], NoDecode, BeforeValidator(_comma_separated)]


class Settings(BaseSettings):
    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    environment: Environment = Field(
        Environment.PRODUCTION, description="`production`, `demo` (adds `/dev/mail`) or `test`."
    )

    database_url: str = Field(description="PostgreSQL 15 or newer: `postgresql+psycopg://user:password@host/name`.")
    redis_url: str = Field(description="Valkey or Redis for the queue and rate limits; may be wiped at any time.")
    storage_url: str = Field(description="Where files live: `file:///srv/candor/files` or `s3://bucket/prefix`.")

    journal_url: str | None = Field(
        None,
        description="Where the journal of erasures and opt-outs lives, like `STORAGE_URL`; not where the "
        "database is. Not set: the folder `journal` in `STORAGE_URL`.",
    )
    backup_url: str | None = Field(
        None, description="Where `flask backup` puts backups, like `STORAGE_URL`; on another machine, of course."
    )
    backup_recipients: Texts = Field(
        [],
        description="Whose owners can open backups: public keys, `age1…`. `flask make-backup-key FILE` makes a pair.",
    )
    backup_lifetime: timedelta = Field(
        timedelta(days=30), gt=timedelta(0), le=timedelta(days=30), description="Backups are deleted when so old."
    )
    postgres_programs: str = Field(
        "", description="The folder of `pg_dump` and `pg_restore`, as new as the server. Empty: as the shell finds."
    )

    public_url: str = Field(description="The address people see, without a slash at the end. All links start with it.")
    trusted_proxies: int = Field(
        0, ge=0, description="How many proxies of yours stand in front and set X-Forwarded-For."
    )
    secret_keys: Secrets = Field(
        description="Keys that sign cookies and links, 32+ characters each, newest first. Never drop a key: "
        "unsubscribe links signed with it live for ever."
    )
    encryption_keys: Secrets = Field(
        description="AES-256 keys (32 bytes, base64) that wrap every data subject's own key, newest first."
    )
    permanent_key: SecretStr = Field(description="32 bytes, base64: the key of address hashes. Never change it.")

    smtp_host: str = Field("localhost", description="The relay that takes our mail.")
    smtp_port: int = Field(25, description="The relay's port.")
    smtp_username: str | None = Field(None, description="Sign-in name at the relay, if it asks for one.")
    smtp_password: SecretStr | None = Field(None, description="Password at the relay.")
    smtp_tls: SmtpTls = Field(
        SmtpTls.NONE,
        description="`starttls` (usual on port 587) or `tls` from the first byte (port 465), always with a verified "
        "certificate; `none` for a relay on this machine or in a network of yours.",
    )
    smtp_ca_file: FilePath | None = Field(
        None, description="The authorities (PEM) that vouch for the relay, if it is not known to all."
    )
    smtp_timeout_seconds: float = Field(20.0, description="How long one answer of the relay may take.")
    mail_from: str = Field("no-reply@localhost.localdomain", description="The sender's address.")
    bounce_address: str = Field(
        "",
        pattern=r"^$|^[A-Za-z0-9._-]{0,13}@[A-Za-z0-9.-]+$",
        description="Where emails come back that cannot be delivered, such as `bounces@mail.example.com`: its mailbox "
        "also gets what is sent to `bounces+…@`. `@bounces.example.com` if that whole domain has one mailbox. Empty: "
        "they go to `MAIL_FROM`, and nobody reads them.",
    )
    bounce_mailbox: SecretStr | None = Field(
        None,
        description="That mailbox, which is read and emptied by IMAP: `imaps://name:password@mail.example.com/INBOX`. "
        "`imap://` changes to TLS, too, unless it leads to this machine.",
    )
    campaign_workers: int = Field(
        4, ge=1, description="How many processes of a machine send campaigns. Two for each of its cores are fastest."
    )
    campaign_pace: float | None = Field(
        None, gt=0, description="How many emails all campaigns together send per second at most. Not set: no limit."
    )
    domain_pace: float | None = Field(
        None,
        gt=0,
        description="How many of them go to any one domain per second at most, such as `20`. Not set: as many as it "
        "takes. A domain that asks for patience is slowed down in any case, and speeds up again by itself.",
    )
    pause_after: int = Field(
        500, ge=1, description="A campaign that goes wrong is paused; how many emails are out before its rates count."
    )
    most_refusals: float = Field(
        0.2, gt=0, le=1, description="It is paused when mail servers refuse more than this share of its emails."
    )
    most_bounces: float = Field(
        0.05, gt=0, le=1, description="… when more than this share comes back because there is no such mailbox."
    )
    most_complaints: float = Field(
        0.003, gt=0, le=1, description="… when more than this share of its readers report it as spam."
    )
    mail_attempts: int = Field(8, description="How often a message is tried while the relay defers it.")

    company_name: str = Field("Your company", description="Shown on every page and in every email.")
    company_address: str = Field("", description="Postal address, shown at the foot of emails. Commas part its lines.")
    privacy_contact: str = Field("", description="Email address for questions about personal data.")
    data_protection_officer: str = Field("", description="Name and contact of the data protection officer, if any.")
    eu_representative: str = Field("", description="Name and contact of the representative in the EU (GDPR Art. 27).")
    recipients: TextsByName = Field(
        {},
        description="Who gets data on your behalf, as JSON by kind (`hosting`, `email_delivery`, `payment_provider`): "
        '`{"hosting": "Example Ltd, Zurich"}`. Shown in the privacy policy.',
    )
    data_transfers: str = Field(
        "", description="Countries outside Switzerland and the EEA that data goes to, with the safeguards. Empty: none."
    )
    brand_colour: str = Field("#1f5eff", pattern=r"^#[0-9a-fA-F]{6}$", description="The one accent colour.")
    languages: Texts = Field(["en", "de", "fr", "it"], description="Offered languages; the first is the default.")
    time_zone: TimeZone = Field("UTC", description="Of the times people read, for example `Europe/Zurich`.")
    financial_year_ends_in: int = Field(
        12,
        ge=1,
        le=12,
        description="The month, 1 to 12, at whose end your books are closed: invoices are kept from then.",
    )
    default_country: str = Field("CH", pattern="^[A-Z]{2}$", description="Country assumed for phone numbers.")

    session_idle: timedelta = Field(timedelta(days=14), description="A sign-in ends after so long without use.")
    session_idle_shared: timedelta = Field(
        timedelta(minutes=30), description="The same on a computer that the person says others use too."
    )
    session_absolute: timedelta = Field(timedelta(days=90), description="A sign-in ends after so long at the latest.")
    staff_networks: Networks = Field(
        [], description="Networks from which pages for staff and marketers open, such as `10.0.0.0/8`. Empty: from any."
    )
    webhook_networks: Networks = Field(
        [],
        description="Internal networks whose systems may be told of changes by webhooks. Empty: only public addresses.",
    )
    recovery_wait: timedelta = Field(
        timedelta(days=3), description="How long the recovery of an account waits, so that its owner can stop it."
    )
    export_lifetime: timedelta = Field(timedelta(days=7), description="How long a copy can be downloaded.")
    import_lifetime: timedelta = Field(
        timedelta(days=7), description="How long a file of customers or invoices is kept after it came in."
    )
    import_limit_bytes: int = Field(
        500_000_000, description="The largest such file that staff may upload. The command `import-csv` takes any size."
    )
    upload_limit_bytes: int = Field(1_000_000, description="The largest request body accepted, in bytes.")
    rate_limits: bool = Field(True, description="Limit requests per network. Off only in tests.")

    demo_authenticator_key: str | None = Field(
        None, description="Demo only: the key of the staff's authenticator app, whose codes `/dev/code` shows."
    )
    demo_mail_folder: str | None = Field(None, description="Demo only: the folder of the mail catcher.")

    @model_validator(mode="after")
    def _demo_parts_stay_in_the_demo(self) -> Self:
        if self.environment is Environment.PRODUCTION and (self.demo_mail_folder or self.demo_authenticator_key):
            raise ValueError("DEMO_MAIL_FOLDER and DEMO_AUTHENTICATOR_KEY show secrets: not in production")
        if self.public_url.endswith("/"):
            raise ValueError("PUBLIC_URL must not end with a slash")
        if self.environment is Environment.PRODUCTION and not self.public_url.startswith("https://"):
            raise ValueError("PUBLIC_URL must start with https:// in production")
        return self

    @model_validator(mode="after")
    def _passwords_do_not_travel_readable(self) -> Self:
        if self.smtp_password and self.smtp_tls is SmtpTls.NONE and self.smtp_host not in THIS_MACHINE:
            raise ValueError("SMTP_PASSWORD would go readable over the network: set SMTP_TLS to starttls or tls")
        return self

    @model_validator(mode="after")
    def _keys_are_long_enough(self) -> Self:
        if any(len(key.get_secret_value()) < 32 for key in self.secret_keys) or not self.secret_keys:
            raise ValueError("SECRET_KEYS needs at least one key, each of 32 characters or more")
        if any(len(key) != 32 for key in [*self.encryption_key_bytes, self.permanent_key_bytes]):
            raise ValueError("ENCRYPTION_KEYS and PERMANENT_KEY are 32 random bytes each, in base64")
        if not self.encryption_keys:
            raise ValueError("ENCRYPTION_KEYS needs at least one key")
        return self

    @cached_property
    def encryption_key_bytes(self) -> list[bytes]:
        return [_decode(key) for key in self.encryption_keys]

    @cached_property
    def permanent_key_bytes(self) -> bytes:
        return _decode(self.permanent_key)

    @property
    def https(self) -> bool:
        return self.public_url.startswith("https://")

    def cookie(self, name: str) -> str:
        """A cookie's full name: with this prefix, browsers take it from this host only, not from a subdomain."""
        return f"__Host-{name}" if self.https else name


def settings() -> Settings:
    """The settings of the running app."""
    return current_app.extensions["settings"]  # type: ignore[no-any-return]  # Flask types extensions as Any


def _decode(key: SecretStr) -> bytes:
    try:
        return base64.urlsafe_b64decode(key.get_secret_value())
    except ValueError:
        return b""


def settings_table() -> str:
    """`docs/settings.md`: every setting with its default and meaning."""
    rows = [
        f"| `{name.upper()}` | {_default(field)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    head = "# Settings\n\nRead from the environment. Those without a default must be set.\n\n"
    return head + "\n".join(["| name | default | meaning |", "|---|---|---|", *rows]) + "\n"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return ""
    value = field.default
    if isinstance(value, timedelta):
        value = f"P{value.days}D" if value.days else f"PT{value.seconds // 60}M"
    elif isinstance(value, dict):
        value = json.dumps(value) if value else None
    elif isinstance(value, list):
        value = ",".join(value)
    elif isinstance(value, bool):
        value = str(value).lower()
    return f"`{value}`" if value not in (None, "") else "not set"
