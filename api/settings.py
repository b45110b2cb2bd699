"""The only reader of the environment."""

from __future__ import annotations

import secrets
from functools import cached_property
from pathlib import Path
from typing import Final

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SECRET_BYTES: Final = 32


class SettingsRefused(Exception):
    """A setting that cannot work; the message says which, and what to do."""


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
    pool_size: int = Field(default=10, ge=1, le=200, description="database connections of each worker")
    pool_timeout: float = Field(default=3.0, gt=0, description="seconds to wait for a connection before 503")
    statement_timeout: int = Field(default=15_000, gt=0, description="milliseconds one statement may take")
    max_body: int = Field(default=4_000_000, gt=0, description="bytes of a request's body")

    @field_validator("public_url")
    @classmethod
    def _no_slash(cls, url: str) -> str:
        return url.rstrip("/")

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
