"""Issuing a batch: accounts, vouchers and face values written in bulk, all or none."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, cast
from uuid import UUID

from sqlalchemy import Date, Integer, SmallInteger, Table, Uuid, bindparam, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import posting
from ledger.chart import Kind, single
from ledger.days import day_of, months_later
from ledger.ids import new_id, new_ids
from ledger.money import BIGINT_MAX, ZERO, Money
from ledger.parallel import given, lists
from merchants import programme
from merchants.programme import Terms, share_of
from vouchers import codes
from vouchers.buyers import buyer
from vouchers.errors import AmountNotPositive, BatchTooLarge, LastDayTooEarly, NotPaid
from vouchers.keys import KeyRing
from vouchers.rules.keeping import refuse_outside
from vouchers.rules.queries import version
from vouchers.tables import Batch, Voucher

MOST: Final = 100_000
ROWS_AT_ONCE: Final = 10_000
ISSUE: Final = "issue"

Progress = Callable[[int, int], None]
"""Told how many vouchers are written, and of how many."""


@dataclass(frozen=True, slots=True)
class NewBatch:
    """What a buyer orders.

    :param valid_from: the first day, today if None
    :param last_day: the last day, included; by the programme's validity if None
    :param on_credit: the operator's explicit decision to issue before it is paid
    :param rule: the version of a rule of use that limits where and when they are taken
    :param charged: service fee and its VAT as they were agreed when it was ordered; by today's terms if None
    """

    buyer: UUID
    face_value: Money
    quantity: int
    label: str = ""
    valid_from: date | None = None
    last_day: date | None = None
    on_credit: bool = False
    charged: tuple[Money, Money] | None = None
    rule: UUID | None = None


async def issue(
    session: AsyncSession,
    new: NewBatch,
    *,
    keys: KeyRing,
    actor: str,
    at: datetime,
    progress: Progress = lambda _done, _of: None,
) -> UUID:
    """Issue a batch of 1 to 100,000 vouchers.

    :returns: the batch's id
    :raises AmountNotPositive, BatchTooLarge, LastDayTooEarly, BuyerUnknown, RuleUnknown, RuleOutsideValidity:
    :raises NotPaid: if the buyer has paid in less than face values, fee and VAT, and it is not on credit
    """
    terms = await programme.terms_on(session, day_of(at))
    valid_from = new.valid_from or day_of(at)
    last_day = new.last_day or months_later(valid_from, terms.validity_months)
    _refuse(new, earliest=max(valid_from, day_of(at)), last_day=last_day)
    if new.rule is not None:
        refuse_outside(await version(session, new.rule), valid_from=valid_from, last_day=last_day)
    await buyer(session, new.buyer)
    fee, fee_vat = new.charged or _fee(new, terms)
    books = await posting.lock(session, [new.buyer, single(Kind.FEES), single(Kind.VAT)])
    cost = new.face_value * new.quantity + fee + fee_vat
    paid = books[new.buyer].available - (await buyer(session, new.buyer)).set_aside
    if paid < cost and not new.on_credit:
        raise NotPaid(paid=paid, cost=cost)
    batch_id = new_id()
    await session.execute(
        insert(Batch).values(
            id=batch_id, buyer_id=new.buyer, label=new.label, face_value=new.face_value.cents, quantity=new.quantity,
            fee=fee.cents, fee_vat=fee_vat.cents, valid_from=valid_from, last_day=last_day, on_credit=new.on_credit,
            rule_id=new.rule, issued_by=actor, issued_at=at,
        )
    )  # fmt: skip
    await _post_fee(session, new.buyer, fee, fee_vat, batch_id, books, at)
    for start in range(0, new.quantity, ROWS_AT_ONCE):
        ids = new_ids(min(ROWS_AT_ONCE, new.quantity - start))
        # The codes are computed in a thread while the database writes the accounts and the money.
        hashes, _ = await asyncio.gather(
            asyncio.to_thread(_hashes, ids, keys.current), _post_face_values(session, ids, new, batch_id, books, at)
        )
        await _write_rows(
            session, ids, hashes, batch=batch_id, first_serial=start + 1, valid_from=valid_from, last_day=last_day,
            key_number=keys.newest,
        )  # fmt: skip
        progress(start + len(ids), new.quantity)
    return batch_id


async def write_vouchers(
    session: AsyncSession,
    ids: Sequence[UUID],
    *,
    batch: UUID,
    first_serial: int,
    valid_from: date,
    last_day: date,
    keys: KeyRing,
    origin: UUID | None = None,
) -> None:
    """Open the accounts of new vouchers and write their rows. For this module and ``vouchers.reissuing``."""
    await posting.open_accounts(session, _accounts(ids))
    await _write_rows(
        session, ids, _hashes(ids, keys.current), batch=batch, first_serial=first_serial, valid_from=valid_from,
        last_day=last_day, key_number=keys.newest, origin=origin,
    )  # fmt: skip


async def _write_rows(
    session: AsyncSession,
    ids: Sequence[UUID],
    hashes: Sequence[tuple[bytes, bytes]],
    *,
    batch: UUID,
    first_serial: int,
    valid_from: date,
    last_day: date,
    key_number: int,
    origin: UUID | None = None,
) -> None:
    rows = given(
        id=ids,
        serial=range(first_serial, first_serial + len(ids)),
        origin_id=[origin] * len(ids) if origin else ids,
        token_hash=[UUID(bytes=token) for token, _ in hashes],
        typed_hash=[UUID(bytes=typed) for _, typed in hashes],
    )
    same = {"batch_id": batch, "key_number": key_number, "valid_from": valid_from, "last_day": last_day}
    await session.execute(_WRITE, rows | {_SAME + name: value for name, value in same.items()})


def _hashes(ids: Sequence[UUID], key: codes.CodeKey) -> list[tuple[bytes, bytes]]:
    """By which the two codes of each voucher are found: those of its token and of its typed code."""
    return [codes.lookups(codes.derive(key, id_), key) for id_ in ids]


def _accounts(ids: Sequence[UUID]) -> list[posting.NewAccount]:
    return [posting.NewAccount(id_, Kind.VOUCHER, "") for id_ in ids]


def _refuse(new: NewBatch, *, earliest: date, last_day: date) -> None:
    if new.face_value <= ZERO:
        raise AmountNotPositive(amount=new.face_value)
    if not 1 <= new.quantity <= MOST or new.face_value.cents * new.quantity > BIGINT_MAX // 4:
        raise BatchTooLarge(quantity=new.quantity)
    if last_day < earliest:
        raise LastDayTooEarly(last_day=last_day, earliest=earliest)


def _fee(new: NewBatch, terms: Terms) -> tuple[Money, Money]:
    """The service fee on the face values, and the VAT on the fee; each rounded once for the batch."""
    fee = share_of(new.face_value * new.quantity, terms.service_fee_bp)
    return fee, terms.vat_on(fee)


async def _post_fee(
    session: AsyncSession, buyer_id: UUID, fee: Money, fee_vat: Money, batch: UUID, books: posting.Books, at: datetime
) -> None:
    charged = ((Kind.FEES, "fee", fee), (Kind.VAT, "fee_vat", fee_vat))
    await posting.post(
        session,
        [
            posting.NewTransfer(kind, buyer_id, single(account), amount, entry=batch, document=f"batch:{batch}")
            for account, kind, amount in charged
            if amount
        ],
        at=at,
        books=books,
    )


async def _post_face_values(
    session: AsyncSession, ids: Sequence[UUID], new: NewBatch, batch: UUID, books: posting.Books, at: datetime
) -> None:
    document = f"batch:{batch}"
    transfers = [
        posting.NewTransfer(ISSUE, new.buyer, id_, new.face_value, entry=batch, id=transfer_id, document=document)
        for id_, transfer_id in zip(ids, new_ids(len(ids)), strict=True)
    ]
    await posting.open_and_post(session, _accounts(ids), transfers, at=at, books=books)


_SAME: Final = "same_"
_GIVEN: Final = select(
    lists(id=Uuid(), serial=Integer(), origin_id=Uuid(), token_hash=Uuid(), typed_hash=Uuid()),
    bindparam(_SAME + "batch_id", type_=Uuid()).label("batch_id"),
    bindparam(_SAME + "key_number", type_=SmallInteger()).label("key_number"),
    bindparam(_SAME + "valid_from", type_=Date()).label("valid_from"),
    bindparam(_SAME + "last_day", type_=Date()).label("last_day"),
)
_WRITE: Final = insert(cast("Table", Voucher.__table__)).from_select(_GIVEN.selected_columns.keys(), _GIVEN)
