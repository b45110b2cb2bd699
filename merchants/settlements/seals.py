"""The seal of a settlement: what lets anybody check that a paper says what the books say.

It is the first hundred bits of a SHA-256 (FIPS 180-4) over everything that a statement is made of, all of it from rows
that are written once: the settlement's own columns, the days of its closing, both parties as they were, and the digests
of its transfers (decision 14), made anew of what the transfers say now. Written in base 32 (RFC 4648), which has no
0, 1, 8 and 9 to be misread.
"""

from __future__ import annotations

import json
from base64 import b32encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.digests import digests_by_group
from merchants.tables import Closing, Settlement, SettlementLine

FORM: Final = "obole statement 1"
"""Which facts are sealed, and how. Seals are on paper: another form goes beside this one, and never in its place."""

SEALED: Final = (
    "number", "issued_on", "payable_on", "redeemed", "undone", "returned", "turnover", "commission",
    "commission_parts", "commission_rest_before", "vat_rate_bp", "vat", "vat_parts", "brought_forward",
    "carried_forward", "minimum", "paid", "parties",
)  # fmt: skip
LETTERS: Final = 20
_GROUP: Final = 4
_MISREAD: Final = str.maketrans("018", "OIB")


def seal(facts: Mapping[str, Any], *, lines: int, digest: str) -> str:
    """The seal of these facts, in groups: ``K7QM-4TZP-ABCD-EFGH-2345``.

    :param facts: what `json` writes, and days
    :param lines: how many transfers there are
    :param digest: SHA-256 of their digests in the order of their ids, in hexadecimal
    """
    sealed = {"form": FORM, "facts": facts, "lines": lines, "digest": digest}
    text = json.dumps(sealed, sort_keys=True, separators=(",", ":"), default=str)
    letters = b32encode(sha256(text.encode("ascii")).digest()).decode("ascii")
    return _grouped(letters[:LETTERS])


def as_printed(typed: str) -> str | None:
    """A seal that somebody typed, as it is printed; None if it cannot be one."""
    letters = "".join(one for one in typed if one.isalnum()).upper().translate(_MISREAD)
    fits = len(letters) == LETTERS and letters.isascii()
    return _grouped(letters) if fits else None


async def seals_of(session: AsyncSession, settlements: Sequence[UUID]) -> dict[UUID, str]:
    """The seals of settlements, of what the books say of them now."""
    members = select(SettlementLine.transfer_id, SettlementLine.settlement_id)
    digests = await digests_by_group(session, members.where(SettlementLine.settlement_id.in_(settlements)))
    statement = (
        select(Settlement, Closing.first_day, Closing.last_day)
        .join(Closing, Closing.id == Settlement.closing_id)
        .where(Settlement.id.in_(settlements))
    )
    seals = {}
    for row, first_day, last_day in await session.execute(statement):
        facts = {name: getattr(row, name) for name in SEALED} | {"first_day": first_day, "last_day": last_day}
        lines, digest = digests.get(row.id, (0, ""))
        seals[row.id] = seal(facts, lines=lines, digest=digest)
    return seals


def _grouped(letters: str) -> str:
    return "-".join(letters[at : at + _GROUP] for at in range(0, len(letters), _GROUP))
