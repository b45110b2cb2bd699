"""The only reader of the environment."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path
from typing import Final, Literal, Self
from urllib.parse import parse_qs, unquote, urlsplit

from email_validator import EmailNotValidError, validate_email
from pydantic import Field, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SECRET_BYTES: Final = 32
TWO: Final = 2


class SettingsRefused(Exception):
    """A setting that cannot work; the message says which, and what to do."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where letters are handed over. ``tls``: from the first byte, by STARTTLS, or not at all."""

    host: str
    port: int
    tls: Literal["always", "starttls", "never"]
    user: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class StripeKeys:
    """A programme's keys at Stripe; of the secrets that sign its webhooks two hold while one replaces the other."""

    secret_key: str = field(repr=False)
    webhook_secrets: tuple[str, ...] = field(repr=False)


class Settings(BaseSettings):
    """How this installation runs. Every name below is read as ``OBOLE_NAME``."""

    model_config = SettingsConfigDict(env_prefix="OBOLE_", extra="ignore")

    home: Path = Field(default=Path(".obole"), description="where the embedded database and the secret live")
    database_url: str = Field(default="", description="PostgreSQL 16+ as the owner; empty: the embedded server")
    runtime_database_url: str = Field(default="", description="as the runtime role; empty: the owner's login, as role")
    secrets: str = Field(default="", description="master secrets, the first for new codes; empty: kept under home")
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    public_url: str = Field(default="", description="what QR codes link to; empty: the address served")
    workers: int = Field(default=1, ge=1, le=64)
    jobs: bool = Field(default=True, description="whether these processes also do what runs later")
    pool_size: int = Field(default=10, ge=1, le=200, description="database connections of each worker")
    pool_timeout: float = Field(default=3.0, gt=0, description="seconds to wait for a connection before 503")
    statement_timeout: int = Field(default=15_000, gt=0, description="milliseconds one statement may take")
    max_body: int = Field(default=4_000_000, gt=0, description="bytes of a request's body")
    smtp_url: str = Field(
        default="", repr=False,
        description="smtp://user:password@host:587 (STARTTLS; ?starttls=never to do without), or smtps://; "
        "empty: letters are kept under home and shown at /outbox",
    )  # fmt: skip
    mail_from: str = Field(default="", description="the address that letters come from")
    mail_bounces: str = Field(
        default="", description="where mail servers complain, as name+<mailing>@domain; empty: at the sender's"
    )

    stripe: str = Field(
        default="", repr=False,
        description='keys by programme: {"<slug>": {"secret_key": "sk_…", "webhook_secrets": ["whsec_…"]}}; '
        "empty: orders are paid by transfer",
    )  # fmt: skip
    stripe_api: str = Field(default="", description="address of Stripe's API; empty: Stripe's own")

    shops_on_loopback: bool = Field(
        default=False,
        description="whether online shops may be on this very machine, also without https: to try one out; "
        "never where others are served",
    )

    @field_validator("public_url")
    @classmethod
    def _no_slash(cls, url: str) -> str:
        return url.rstrip("/")

    @field_validator("mail_from", "mail_bounces")
    @classmethod
    def _one_address(cls, typed: str, info: ValidationInfo) -> str:
        return _mail_address(typed, f"OBOLE_{str(info.field_name).upper()}") if typed else ""

    @model_validator(mode="after")
    def _a_sender(self) -> Self:
        if self.mail_server and not self.mail_from:
            raise SettingsRefused("OBOLE_SMTP_URL is set; say in OBOLE_MAIL_FROM which address letters come from.")
        return self

    @model_validator(mode="after")
    def _keys_that_can_work(self) -> Self:
        _ = self.stripe_keys
        if self.stripe_api:
            _refuse_unsafe(self.stripe_api)
        return self

    @cached_property
    def stripe_keys(self) -> dict[str, StripeKeys]:
        """The keys of each programme that takes cards, by its slug.

        :raises SettingsRefused: if they cannot be read; no key is told
        """
        return _stripe_keys(self.stripe) if self.stripe.strip() else {}

    @property
    def mail_server(self) -> MailServer | None:
        """Where letters are handed over; none: they are kept in a folder.

        :raises SettingsRefused: if the address of the server cannot be read
        """
        return _mail_server(self.smtp_url) if self.smtp_url else None

    @property
    def sender(self) -> str:
        """The address that letters come from; without a mail server none leaves, and any will do."""
        return self.mail_from or "obole@outbox.example"

    @property
    def base_url(self) -> str:
        """What QR codes and links begin with."""
        return self.public_url or f"http://{self.host}:{self.port}"

    @cached_property
    def master_secrets(self) -> tuple[bytes, ...]:
        """The secrets from which code keys are derived, newest first; made and kept on first use.

        :raises SettingsRefused: if the file cannot be read or made
        """
        if self.secrets:
            return _long_enough(tuple(part.strip().encode() for part in self.secrets.split(",") if part.strip()))
        path = self.home / "secret"
        try:
            if not path.exists():
                self.home.mkdir(parents=True, exist_ok=True)
                path.touch(mode=0o600)
                path.write_text(secrets.token_urlsafe(SECRET_BYTES) + "\n")
            return _long_enough(tuple(line.encode() for line in path.read_text().split()))
        except OSError as error:
            raise SettingsRefused(
                f"{path}: {error.strerror}. Set OBOLE_HOME to a folder that can be written."
            ) from None


def _long_enough(masters: tuple[bytes, ...]) -> tuple[bytes, ...]:
    if not masters or min(map(len, masters)) < SECRET_BYTES:
        how = f"make one with `openssl rand -base64 {SECRET_BYTES}`"
        raise SettingsRefused(f"A master secret has {SECRET_BYTES} characters or more: {how}.")
    return masters


def _mail_server(url: str) -> MailServer:
    how = "write smtp://user:password@host:587 or smtps://user:password@host:465, what is not a letter or digit as %40"
    try:
        parts = urlsplit(url.strip())
        port, asked = parts.port, parse_qs(parts.query, strict_parsing=bool(parts.query))
    except ValueError:
        raise SettingsRefused(f"OBOLE_SMTP_URL cannot be read: {how}.") from None
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or parts.path.strip("/") or parts.fragment:
        raise SettingsRefused(f"OBOLE_SMTP_URL is not the address of a mail server: {how}.")
    starttls = asked.pop("starttls", ["never" if _here(parts.hostname) else "required"])
    if asked or starttls not in (["never"], ["required"]) or (parts.scheme == "smtps" and "?" in url):
        raise SettingsRefused("OBOLE_SMTP_URL: after smtp://… comes ?starttls=required, ?starttls=never or nothing.")
    user, password = (unquote(one) if one else None for one in (parts.username, parts.password))
    if parts.scheme == "smtps":
        return MailServer(parts.hostname, port or 465, "always", user, password)
    return MailServer(parts.hostname, port or 587, "never" if starttls == ["never"] else "starttls", user, password)


def _here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _mail_address(typed: str, name: str) -> str:
    try:
        found = validate_email(typed.strip(), check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError as error:
        raise SettingsRefused(f"{name} is not an e-mail address: {error}") from None
    if found.ascii_email is None:
        raise SettingsRefused(f"{name}: every mail server must take it, so use no accents before the @.")
    return found.ascii_email


def _stripe_keys(typed: str) -> dict[str, StripeKeys]:
    how = 'write {"<slug>": {"secret_key": "sk_…", "webhook_secrets": ["whsec_…"]}}'
    try:
        told = json.loads(typed)
        found = {
            str(slug): StripeKeys(of["secret_key"], tuple(of["webhook_secrets"]))
            for slug, of in told.items()
            if of.keys() == {"secret_key", "webhook_secrets"} and isinstance(of["webhook_secrets"], list)
        }
    except (AttributeError, KeyError, TypeError, ValueError):
        raise SettingsRefused(f"OBOLE_STRIPE cannot be read: {how}.") from None
    for slug in told:
        keys = found.get(str(slug))
        if keys is None or not _begins(keys.secret_key, "sk_", "rk_"):
            raise SettingsRefused(f"OBOLE_STRIPE: {slug} has no secret key (sk_… or rk_…): {how}.")
        if not 1 <= len(keys.webhook_secrets) <= TWO or not all(_begins(one, "whsec_") for one in keys.webhook_secrets):
            raise SettingsRefused(f"OBOLE_STRIPE: {slug} has one webhook secret (whsec_…), two while one is replaced.")
    return found


def _begins(key: object, *beginnings: str) -> bool:
    return isinstance(key, str) and key.startswith(beginnings) and key.isascii() and key.isprintable()


def _refuse_unsafe(address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and _here(parts.hostname or "")):
        raise SettingsRefused("OBOLE_STRIPE_API: keys travel by https only, but for an address of this machine.")
