"""The links of an order as a list for a mail merge: a CSV that spreadsheets open, written as it is read."""

from __future__ import annotations

import codecs
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Final
from uuid import UUID

from ledger.database import Sessions
from ledger.formats import Language, shown_day
from vouchers import codes
from vouchers.errors import NoUsableCodeKey
from vouchers.keys import KeyRing
from vouchers.orders.handing_out.handouts import AT_ONCE, Handout, handouts, origins_of
from vouchers.orders.lists.csv_writing import csv_of, decimal

_HEADS: Final[dict[Language, tuple[str, ...]]] = {
    "fr": ("numéro", "nom", "e-mail", "matricule", "valeur en euros", "dernier jour", "lien", "code"),
    "en": ("number", "name", "e-mail", "staff number", "value in euros", "last day", "link", "code"),
}


async def links_csv(
    sessions: Sessions, order_id: UUID, *, keys: KeyRing, base_url: str, language: Language, at: datetime
) -> AsyncIterator[bytes]:
    """The vouchers of an order that may be spent, a line each, a few hundred lines at a time.

    It takes a session for each part rather than one for all: whoever downloads slowly holds nothing of the database.

    :raises NoUsableCodeKey: if a voucher's codes were made under a master secret that is not here
    """
    yield csv_of([_HEADS[language]])
    async with sessions.begin() as session:
        origins = await origins_of(session, order_id)
    for start in range(0, len(origins), AT_ONCE):
        async with sessions.begin() as session:
            some = await handouts(session, origins[start : start + AT_ONCE], first=start + 1, at=at)
        rows = [_row(one, keys, base_url, language) for one in some]
        if rows:
            yield csv_of(rows).removeprefix(codecs.BOM_UTF8)


def _row(one: Handout, keys: KeyRing, base_url: str, language: Language) -> tuple[str, ...]:
    if one.key_number not in keys.keys:
        raise NoUsableCodeKey
    code = codes.derive(keys.keys[one.key_number], one.voucher)
    return (
        str(one.place), one.name or "", one.email or "", one.staff_number or "", decimal(one.left, language),
        shown_day(one.last_day, language), codes.link(base_url, code), codes.spell(code.typed),
    )  # fmt: skip
