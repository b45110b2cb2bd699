"""The sheets of a batch: everything they need gathered from the books, then drawn where nobody waits.

`batch_sheets` reads and returns; `draw` derives the codes and draws, which takes long enough for a thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.days import day_of
from ledger.formats import Language
from merchants import programme
from merchants.programme import Terms
from vouchers import codes
from vouchers.buyers import BuyerView, buyer
from vouchers.errors import NoUsableCodeKey
from vouchers.keys import KeyRing
from vouchers.queries import VoucherView, batch, vouchers_page
from vouchers.sheets_pdf import Layout, SheetLook, SheetVoucher, draw_sheets

AT_ONCE: Final = 1_000

Progress = Callable[[int, int], None]
"""Told how many vouchers are drawn, and of how many."""

_CONDITIONS: Final[dict[Language, str]] = {
    "fr": "Émis par {issuer}. Ni échangeable, ni remboursable, ni revendable.",
    "en": "Issued by {issuer}. Not exchangeable, refundable or for resale.",
}


@dataclass(frozen=True, slots=True)
class Sheets:
    """What is printed for a batch. It holds no code: those are derived one page at a time."""

    vouchers: tuple[VoucherView, ...]
    look: SheetLook
    base_url: str
    keys: KeyRing = field(repr=False)


async def batch_sheets(
    session: AsyncSession, batch_id: UUID, keys: KeyRing, base_url: str, *, at: datetime, language: Language = "fr"
) -> Sheets:
    """Gather the sheets of a batch: its vouchers that hold money, in order, each worth what is left on it.

    What was replaced is left out (its heir is in), and so is what is spent or expired.

    :param base_url: what the links in the QR codes begin with
    :raises BatchUnknown:
    :raises NoUsableCodeKey: if a voucher's codes were made under a master secret that is not here
    """
    found = await batch(session, batch_id)
    terms = await programme.terms_on(session, day_of(at))
    look = _look(terms, await buyer(session, found.buyer), language)
    printed: list[VoucherView] = []
    page = await vouchers_page(session, batch=batch_id, limit=AT_ONCE)
    while page:
        printed += [one for one in page if one.facts.status != "replaced" and one.left]
        page = await vouchers_page(session, batch=batch_id, after=page[-1].facts.id, limit=AT_ONCE)
    if any(one.facts.key_number not in keys.keys for one in printed):
        raise NoUsableCodeKey
    printed.sort(key=lambda one: one.facts.serial)
    return Sheets(tuple(printed), look, base_url, keys)


def draw(
    out: BinaryIO, sheets: Sheets, layout: Layout = "eight", *, progress: Progress = lambda _done, _of: None
) -> None:
    """Write the PDF to ``out``. For a thread: a thousand vouchers take some seconds."""
    draw_sheets(out, _drawn(sheets, progress), sheets.look, layout)


def _drawn(sheets: Sheets, progress: Progress) -> Iterator[SheetVoucher]:
    for done, one in enumerate(sheets.vouchers, start=1):
        code = codes.derive(sheets.keys.keys[one.facts.key_number], one.facts.id)
        yield SheetVoucher(codes.link(sheets.base_url, code), code.typed, one.left, one.facts.last_day)
        progress(done, len(sheets.vouchers))


def _look(terms: Terms, giver: BuyerView, language: Language) -> SheetLook:
    return SheetLook(
        programme=terms.name,
        offered_by=giver.name if giver.kind == "company" else None,
        conditions=_CONDITIONS[language].format(issuer=terms.legal_name),
        support=terms.contact,
        language=language,
    )
