"""Printing an order: a file of sheets that is asked for, drawn by a job, kept for an hour, and forgotten.

A printing is a row first. The job says now and then how far it is; one that says nothing for half a minute has died
and is taken up again. The file holds codes in clear, so it does not stay. Where it lies is no matter of the domain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, cast
from uuid import UUID

from sqlalchemy import Select, and_, or_, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.errors import Refusal
from ledger.formats import Language
from ledger.ids import new_id
from ledger.wishes import wish
from vouchers.orders.handing_out.handouts import any_left
from vouchers.orders.locking import locked
from vouchers.orders.queries import OrderView, Status
from vouchers.orders.tables import OrderLine, Printing
from vouchers.sheets_pdf import Layout
from vouchers.tables import Redemption, Return, TopUp, Undo, Voucher, VoucherEvent

State = Literal["asked", "drawing", "ready", "failed", "gone"]

PRINTED: Final[tuple[Status, ...]] = ("issued", "delivered")
"""In which an order has vouchers to hand out."""

KEPT: Final = timedelta(hours=1)
"""How long a file is kept once it is ready."""

SOON_GONE: Final = timedelta(minutes=10)
"""A file that goes within this is drawn anew for whoever asks."""

SILENT: Final = timedelta(seconds=30)
"""A job that said nothing for so long has died; it says something several times a second."""

PATIENCE: Final = timedelta(hours=1)
"""What could not be drawn for so long is given up."""

_OVERLAP: Final = timedelta(seconds=2)
"""How much later than its moment a change of a voucher may be committed."""


class PrintingUnknown(Refusal):
    """No such printing, or not of this order."""

    def __init__(self, *, printing: UUID) -> None:
        self.printing = printing
        super().__init__(f"There is no printing {printing}.")


class PrintingNotReady(Refusal):
    """The file is not there: still to be drawn, failed, or deleted after its hour."""

    def __init__(self, *, state: str) -> None:
        self.state = state
        super().__init__(f"The file is {state}.")


class NothingToPrint(Refusal):
    """Every voucher of the order is spent, expired or blocked."""

    def __init__(self, *, order: UUID) -> None:
        self.order = order
        super().__init__(f"No voucher of order {order} can be spent any more.")


@dataclass(frozen=True, slots=True)
class PrintingView:
    """A file of sheets and how far it is: ``done`` of ``of`` vouchers looked at; ``of`` is 0 until it begins."""

    id: UUID
    order: UUID
    layout: Layout
    language: Language
    state: State
    done: int
    of: int
    asked_by: str
    asked_at: datetime
    changed_at: datetime

    @property
    def share(self) -> float:
        """How far it is, from 0 to 1."""
        return 1.0 if self.state == "ready" else min(self.done / self.of, 1.0) if self.of else 0.0

    @property
    def finished(self) -> bool:
        """Whether waiting changes nothing any more."""
        return self.state in {"ready", "failed", "gone"}

    @property
    def gone_at(self) -> datetime | None:
        """When the file is deleted, of one that is there."""
        return self.changed_at + KEPT if self.state == "ready" else None


async def ask_printing(
    session: AsyncSession, order_id: UUID, *, layout: Layout, language: Language, actor: str, at: datetime
) -> PrintingView:
    """Ask for the sheets of an order; the same that are being drawn, or are there and still true, are given again.

    :raises OrderUnknown:
    :raises WrongOrderStatus: unless its vouchers are there to be handed out
    :raises NothingToPrint: if none of them can be spent any more
    """
    found = await locked(session, order_id, *PRINTED)
    if not await any_left(session, order_id, at=at):
        raise NothingToPrint(order=order_id)
    same = await _same(session, found, layout, language, at)
    if same is not None:
        return same
    row = Printing(
        id=new_id(), order_id=order_id, layout=layout, language=language, state="asked", done=0, of=0,
        asked_by=actor, asked_at=at, changed_at=at,
    )  # fmt: skip
    session.add(row)
    await session.flush()
    wish(session, "print_order", printing=str(row.id))
    return _view(row)


async def printing(session: AsyncSession, printing_id: UUID) -> PrintingView:
    """One printing.

    :raises PrintingUnknown:
    """
    row = (await session.execute(select(Printing).where(Printing.id == printing_id))).scalar_one_or_none()
    if row is None:
        raise PrintingUnknown(printing=printing_id)
    return _view(row)


async def printings_of(session: AsyncSession, order_id: UUID) -> list[PrintingView]:
    """The printings of an order, newest first."""
    statement = select(Printing).where(Printing.order_id == order_id).order_by(Printing.id.desc())
    return [_view(row) for row in (await session.execute(statement)).scalars()]


async def begin(session: AsyncSession, printing_id: UUID, *, at: datetime) -> PrintingView | None:
    """Begin to draw, or take up what a job that died has left; None if there is nothing to do, or it is being done."""
    waits = or_(Printing.state == "asked", and_(Printing.state == "drawing", Printing.changed_at <= at - SILENT))
    statement = (
        update(Printing)
        .where(Printing.id == printing_id, waits)
        .values(state="drawing", done=0, changed_at=at)
        .returning(Printing)
    )
    row = (await session.execute(statement)).scalar_one_or_none()
    return _view(row) if row else None


async def progress(session: AsyncSession, printing_id: UUID, *, done: int, of: int, at: datetime) -> None:
    """Say how far the drawing is."""
    await _change(session, printing_id, "drawing", done=done, of=of, changed_at=at)


async def finish(session: AsyncSession, printing_id: UUID, *, at: datetime) -> None:
    """The file is there."""
    await _change(session, printing_id, "drawing", state="ready", done=Printing.of, changed_at=at)


async def fail(session: AsyncSession, printing_id: UUID, *, at: datetime) -> None:
    """It cannot be drawn; whoever wants it asks again."""
    await _change(session, printing_id, "asked", state="failed", changed_at=at)
    await _change(session, printing_id, "drawing", state="failed", changed_at=at)


async def lose(session: AsyncSession, printing_id: UUID, *, at: datetime) -> None:
    """The file is not there any more."""
    await _change(session, printing_id, "ready", state="gone", changed_at=at)


async def stale(session: AsyncSession, *, at: datetime) -> list[PrintingView]:
    """What waits or is drawn and about which nothing was said for half a minute, oldest first."""
    statement = (
        select(Printing)
        .where(Printing.state.in_(("asked", "drawing")), Printing.changed_at <= at - SILENT)
        .order_by(Printing.id)
    )
    return [_view(row) for row in (await session.execute(statement)).scalars()]


async def due(session: AsyncSession, *, at: datetime) -> Sequence[UUID]:
    """The printings whose file has been there for its hour. Delete it, then `lose` it."""
    statement = select(Printing.id).where(Printing.state == "ready", Printing.changed_at <= at - KEPT)
    return (await session.execute(statement)).scalars().all()


async def _same(
    session: AsyncSession, found: OrderView, layout: Layout, language: Language, at: datetime
) -> PrintingView | None:
    statement = (
        select(Printing)
        .where(
            Printing.order_id == found.id,
            Printing.layout == layout,
            Printing.language == language,
            or_(
                and_(Printing.state.in_(("asked", "drawing")), Printing.asked_at > at - PATIENCE),
                and_(Printing.state == "ready", Printing.changed_at > at - (KEPT - SOON_GONE)),
            ),
        )
        .order_by(Printing.id.desc())
        .limit(1)
    )
    row = (await session.execute(statement)).scalar_one_or_none()
    if row is None or await _changed_since(session, found.id, row.asked_at - _OVERLAP):
        return None
    return _view(row)


async def _changed_since(session: AsyncSession, order_id: UUID, moment: datetime) -> bool:
    """Whether a voucher of an order was replaced, blocked, extended, spent or topped up: its sheet is true no more."""
    own = (
        select(Voucher.id).join(OrderLine, OrderLine.batch_id == Voucher.batch_id).where(OrderLine.order_id == order_id)
    )
    kinds: tuple[Select[UUID], ...] = (
        select(VoucherEvent.voucher_id).where(VoucherEvent.voucher_id.in_(own), VoucherEvent.at >= moment),
        select(Redemption.voucher_id).where(Redemption.voucher_id.in_(own), Redemption.at >= moment),
        select(Redemption.voucher_id)
        .join(Undo, Undo.redemption_id == Redemption.id)
        .where(Redemption.voucher_id.in_(own), Undo.at >= moment),
        select(Redemption.voucher_id)
        .join(Return, Return.redemption_id == Redemption.id)
        .where(Redemption.voucher_id.in_(own), Return.at >= moment),
        select(TopUp.origin_id).where(TopUp.origin_id.in_(own), TopUp.at >= moment),
    )
    return (await session.execute(union_all(*kinds).limit(1))).first() is not None


async def _change(session: AsyncSession, printing_id: UUID, held: State, **values: object) -> None:
    await session.execute(
        update(Printing)
        .where(Printing.id == printing_id, Printing.state == held)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def _view(row: Printing) -> PrintingView:
    return PrintingView(
        row.id, row.order_id, cast("Layout", row.layout), cast("Language", row.language), cast("State", row.state),
        row.done, row.of, row.asked_by, row.asked_at, row.changed_at,
    )  # fmt: skip
