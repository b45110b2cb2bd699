"""What an archive says of itself: whose books it holds, of when, and each part with its size and its SHA-256."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from api.archive.errors import ArchiveDamaged, ArchiveFormatUnknown, ArchiveUnreadable
from ledger.audit import Audit

NAME: Final = "manifest.json"
FORMAT: Final = "obole-programme"
VERSION: Final = 1
LONGEST: Final = 1 << 20
"""Bytes of a manifest: it names a hundred tables in a twentieth of it."""

Count = Annotated[int, Field(ge=0)]
Name = Annotated[str, Field(pattern=r"^[a-z_][a-z0-9_]{0,62}$")]
Hex = Annotated[str, Field(pattern=r"^([0-9a-f]{2})+$")]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Part(_Strict):
    """A table: CSV as PostgreSQL writes it, with a header row."""

    table: Name
    columns: tuple[Name, ...]
    rows: Count
    size: Count
    """Bytes, unpacked."""
    sha256: Hex

    @property
    def entry(self) -> str:
        """Its name in the archive."""
        return entry_of(self.table)


class WrappedKey(_Strict):
    """A generation of the code key, its secret wrapped under the passphrase."""

    number: Annotated[int, Field(ge=0, le=15)]
    made_at: datetime
    wrapped: Hex


class Whose(_Strict):
    """The programme's row in the registry."""

    id: UUID
    slug: str
    created_at: datetime


class Proved(_Strict):
    """What the audit came to when the archive was made; sums in cents."""

    accounts: Count
    transfers: Count
    debits: int
    credits: int

    @classmethod
    def of(cls, found: Audit) -> Proved:
        """What an audit came to."""
        return cls(
            accounts=found.accounts, transfers=found.transfers, debits=found.debits.cents, credits=found.credits.cents
        )


class Manifest(_Strict):
    """All of it. Parts stand in the order in which they can be read back."""

    format: Literal["obole-programme"]
    version: Literal[1]
    revision: str
    software: str
    programme: Whose
    made_at: datetime
    made_by: str
    audit: Proved
    code_keys: tuple[WrappedKey, ...]
    parts: tuple[Part, ...]
    left_out: tuple[Name, ...]

    def written(self) -> bytes:
        """As it stands in the archive."""
        return self.model_dump_json(indent=1).encode() + b"\n"


def entry_of(table: str) -> str:
    """The name in the archive of a table's part."""
    return f"tables/{table}.csv"


def read(content: bytes) -> Manifest:
    """What a manifest says.

    :raises ArchiveUnreadable: if it is that of something else
    :raises ArchiveFormatUnknown: if it is that of another format
    :raises ArchiveDamaged: if it does not say all that one says
    """
    try:
        told = json.loads(content)
    except (ValueError, RecursionError):
        raise ArchiveUnreadable from None
    if not isinstance(told, dict) or told.get("format") != FORMAT or type(told.get("version")) is not int:
        raise ArchiveUnreadable
    if told["version"] != VERSION:
        raise ArchiveFormatUnknown(version=told["version"], known=VERSION)
    try:
        return Manifest.model_validate_json(content)
    except ValidationError:
        raise ArchiveDamaged(part=NAME) from None
