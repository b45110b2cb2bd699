"""The statements by which postings are read and written; made once. For ``ledger.posting``.

Their lists are given when they are executed (``ledger.parallel``).
"""

from __future__ import annotations

from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    CompoundSelect,
    DateTime,
    Select,
    Table,
    Text,
    Uuid,
    bindparam,
    func,
    insert,
    select,
    update,
)

from ledger.parallel import array_of, lists
from ledger.tables import Account, Transfer

Locking = Select[UUID, str, bool, int, int, int, int]
"""A statement that locks accounts in the order of their ids and reads what they hold."""

DIGESTED: Final = (
    "id", "entry_id", "kind", "debit_account_id", "credit_account_id", "amount", "debit_seq", "credit_seq",
    "effective_at", "recorded_at", "reverses", "hold_id", "document",
)  # fmt: skip
"""The columns under a transfer's digest, in the order of ``public.transfer_digest``."""

_ACCOUNTS: Final = cast("Table", Account.__table__)
_TRANSFERS: Final = cast("Table", Transfer.__table__)


def locking(ids: Select[UUID] | CompoundSelect[UUID]) -> Locking:
    """The statement that locks the accounts whose ids a query finds."""
    return _locking(func.array(ids.scalar_subquery()))


def _locking(ids: ColumnElement[Any]) -> Locking:
    columns = select(
        _ACCOUNTS.c.id, _ACCOUNTS.c.kind, _ACCOUNTS.c.guarded, _ACCOUNTS.c.debits_posted, _ACCOUNTS.c.credits_posted,
        _ACCOUNTS.c.debits_pending, _ACCOUNTS.c.version,
    )  # fmt: skip
    return columns.where(_ACCOUNTS.c.id == func.any(ids)).order_by(_ACCOUNTS.c.id).with_for_update()


_OPENED: Final = lists(
    id=Uuid(), kind=Text(), name=Text(), guarded=Boolean(), debits_posted=BigInteger(), credits_posted=BigInteger(),
    version=BigInteger(),
)  # fmt: skip
OPEN: Final = insert(_ACCOUNTS).from_select(list(_OPENED.c.keys()), select(_OPENED))

LOCK: Final = _locking(array_of("id", Uuid()))

_POSTED: Final = select(
    lists(
        id=Uuid(), entry_id=Uuid(), kind=Text(), debit_account_id=Uuid(), credit_account_id=Uuid(),
        amount=BigInteger(), debit_seq=BigInteger(), credit_seq=BigInteger(), reverses=Uuid(), hold_id=Uuid(),
        document=Text(),
    ),
    bindparam("at", type_=DateTime(timezone=True)).label("effective_at"),
    func.clock_timestamp().label("recorded_at"),
).subquery()  # fmt: skip
INSERT: Final = insert(_TRANSFERS).from_select(
    [*_POSTED.c.keys(), "digest"],
    select(_POSTED, func.public.transfer_digest(*(_POSTED.c[name] for name in DIGESTED))),
)

_CHANGED: Final = lists(
    id=Uuid(), debits=BigInteger(), credits=BigInteger(), pending=BigInteger(), transfers=BigInteger()
)
UPDATE: Final = (
    update(_ACCOUNTS)
    .where(_ACCOUNTS.c.id == _CHANGED.c.id)
    .values(
        debits_posted=_ACCOUNTS.c.debits_posted + _CHANGED.c.debits,
        credits_posted=_ACCOUNTS.c.credits_posted + _CHANGED.c.credits,
        debits_pending=_ACCOUNTS.c.debits_pending + _CHANGED.c.pending,
        version=_ACCOUNTS.c.version + _CHANGED.c.transfers,
    )
)
