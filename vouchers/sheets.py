"""The sheets of a batch: everything they need gathered from the books, then drawn where nobody waits.

`batch_sheets` reads and returns; `draw` derives the codes and draws, which takes long enough for a thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import BinaryIO, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.days import day_of
from ledger.formats import Language
from ledger.money import Money
from merchants import programme
from merchants.programme import Terms
from vouchers import codes
from vouchers.buyers import BuyerView, buyer
from vouchers.errors import NoUsableCodeKey
from vouchers.keys import KeyRing
from vouchers.queries import VoucherView, batch, voucher_view, vouchers_page
from vouchers.rules import rule_words
from vouchers.rules.queries import version
from vouchers.rules.rule import Rule
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
    session: AsyncSession,
    batch_id: UUID,
    keys: KeyRing,
    base_url: str,
    *,
    at: datetime,
    language: Language = "fr",
    first: int = 1,
    most: int | None = None,
) -> Sheets:
    """Gather the sheets of a batch: its vouchers that hold money, in order, each worth what is left on it.

    What was replaced is left out (its heir is in), and so is what is spent or expired.

    :param base_url: what the links in the QR codes begin with
    :param first: the number of the first voucher
    :param most: how many vouchers at most; None for all
    :raises BatchUnknown:
    :raises NoUsableCodeKey: if a voucher's codes were made under a master secret that is not here
    """
    look = await _batch_look(session, batch_id, at=at, language=language)
    printed: list[VoucherView] = []
    page = await vouchers_page(session, batch=batch_id, limit=AT_ONCE)
    while page:
        printed += [one for one in page if _printed(one) and one.facts.serial >= first]
        page = await vouchers_page(session, batch=batch_id, after=page[-1].facts.id, limit=AT_ONCE)
    printed = sorted(printed, key=lambda one: one.facts.serial)[:most]
    if any(one.facts.key_number not in keys.keys for one in printed):
        raise NoUsableCodeKey
    return Sheets(tuple(printed), look, base_url, keys)


async def voucher_sheet(
    session: AsyncSession, voucher_id: UUID, keys: KeyRing, base_url: str, *, at: datetime, language: Language = "fr"
) -> Sheets:
    """Gather the sheet of one voucher; none if it is replaced, or nothing is left on it.

    :raises VoucherUnknown:
    """
    view = await voucher_view(session, voucher_id)
    look = await _batch_look(session, view.facts.batch, at=at, language=language)
    return Sheets((view,) if _printed(view) else (), look, base_url, keys)


def draw(
    out: BinaryIO, sheets: Sheets, layout: Layout = "eight", *, progress: Progress = lambda _done, _of: None
) -> None:
    """Write the PDF to ``out`` as it is drawn. For a thread: a thousand vouchers take about a second.

    :raises NoUsableCodeKey: if a voucher's codes were made under a master secret that is not here
    """
    draw_sheets(out, _drawn(sheets, progress), sheets.look, layout)


def sheet_voucher(
    keys: KeyRing, base_url: str, voucher: UUID, key_number: int, *, left: Money, last_day: date, name: str | None
) -> SheetVoucher:
    """A voucher as printed, its codes derived.

    :raises NoUsableCodeKey: if they were made under a master secret that is not here
    """
    if key_number not in keys.keys:
        raise NoUsableCodeKey
    code = codes.derive(keys.keys[key_number], voucher)
    return SheetVoucher(codes.link(base_url, code), code.typed, left, last_day, name)


def look_of(
    terms: Terms,
    giver: BuyerView,
    language: Language,
    *,
    message: str = "",
    logo: bytes | None = None,
    rule: Rule | None = None,
) -> SheetLook:
    """What the sheets of a giver share; a person who gives does so without a name on them.

    :param rule: what limits where and when the vouchers are taken
    """
    return SheetLook(
        programme=terms.name,
        offered_by=giver.name if giver.kind == "company" else None,
        conditions=_CONDITIONS[language].format(issuer=terms.legal_name),
        support=terms.contact,
        language=language,
        message=message,
        logo=logo,
        taken=rule_words.line(rule.asks, language) if rule else "",
    )


async def _batch_look(session: AsyncSession, batch_id: UUID, *, at: datetime, language: Language) -> SheetLook:
    found = await batch(session, batch_id)
    terms = await programme.terms_on(session, day_of(at))
    rule = await version(session, found.rule) if found.rule else None
    return look_of(terms, await buyer(session, found.buyer), language, rule=rule)


def _printed(view: VoucherView) -> bool:
    return view.facts.status != "replaced" and bool(view.left)


def _drawn(sheets: Sheets, progress: Progress) -> Iterator[SheetVoucher]:
    for done, one in enumerate(sheets.vouchers, start=1):
        yield sheet_voucher(
            sheets.keys, sheets.base_url, one.facts.id, one.facts.key_number, left=one.left,
            last_day=one.facts.last_day, name=None,
        )  # fmt: skip
        progress(done, len(sheets.vouchers))
