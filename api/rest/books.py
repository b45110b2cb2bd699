"""The books: accounts, transfers, trial balance, audit. For the operator and its accountant."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import AwareDatetime

from api.auth.doorkeeper import Caller
from api.auth.permissions import Permission as P
from api.dependencies import Reading, permitted
from api.guessing import wrong_codes
from api.rest.types import After, Currency, Limit, Page, Place, Shown, StrictRoute, page
from ledger import balances
from ledger.audit import Audit
from ledger.balances import Balance, Posted
from ledger.chart import Kind
from merchants import programme
from merchants.programme import Terms
from vouchers import proofs

router = APIRouter(tags=["books"], route_class=StrictRoute)

At = Annotated[AwareDatetime | None, Query(description="a past moment, such as 2026-10-31T23:00:00Z; now if absent")]


class AccountShown(Shown):
    """An account. ``balance`` is positive on the side on which its kind grows."""

    id: UUID
    kind: Kind
    number: str
    name: str
    debits: int
    credits: int
    pending: int
    balance: int
    currency: Currency = "EUR"
    transfers: int

    @classmethod
    def of(cls, view: Balance, terms: Terms) -> AccountShown:
        """From the domain."""
        return cls(
            id=view.id, kind=view.kind, number=terms.account_number(view.kind), name=view.name,
            debits=view.debits.cents, credits=view.credits.cents, pending=view.pending.cents,
            balance=view.balance.cents, transfers=view.transfers,
        )  # fmt: skip


class TransferShown(Shown):
    """A transfer: one debit, one credit, one amount."""

    id: UUID
    entry: UUID
    kind: str
    debit: UUID
    credit: UUID
    amount: int
    currency: Currency = "EUR"
    effective_at: datetime
    recorded_at: datetime
    reverses: UUID | None
    hold: UUID | None
    document: str | None

    @classmethod
    def of(cls, view: Posted) -> TransferShown:
        """From the domain."""
        told = {name: getattr(view, name) for name in cls.model_fields if name not in {"amount", "currency"}}
        return cls(amount=view.amount.cents, **told)


class TrialLineShown(Shown):
    """One kind of account in the trial balance."""

    kind: Kind
    number: str
    accounts: int
    debits: int
    credits: int


class TrialBalanceShown(Shown):
    """The trial balance; both totals are the same."""

    lines: list[TrialLineShown]
    debits: int
    credits: int
    currency: Currency = "EUR"


class FindingShown(Shown):
    """One thing that does not agree."""

    proof: str
    subject: str
    id: UUID | None
    detail: str


class RingFenceShown(Shown):
    """Bank and Stripe (``held``) against what vouchers, shops, funders and payouts in transit are owed."""

    held: int
    owed: int
    covered: bool
    short_by: int
    currency: Currency = "EUR"


class AuditShown(Shown):
    """The audit of the books, done now."""

    agrees: bool
    accounts: int
    transfers: int
    debits: int
    credits: int
    currency: Currency = "EUR"
    ring_fence: RingFenceShown
    findings: list[FindingShown]
    wrong_codes: dict[str, int]

    @classmethod
    def of(cls, found: Audit, guessed: dict[str, int]) -> AuditShown:
        """From the domain."""
        fence = found.ring_fence
        return cls(
            agrees=found.agrees, accounts=found.accounts, transfers=found.transfers, debits=found.debits.cents,
            credits=found.credits.cents, wrong_codes=guessed,
            ring_fence=RingFenceShown(
                held=fence.held.cents, owed=fence.owed.cents, covered=fence.covered, short_by=fence.short_by.cents
            ),
            findings=[
                FindingShown(proof=one.proof, subject=one.subject, id=one.id, detail=one.detail)
                for one in found.findings
            ],
        )  # fmt: skip


@router.get("/accounts")
async def list_accounts(
    request: Request,
    response: Response,
    _caller: Annotated[Caller, permitted(P.LEDGER_READ)],
    session: Reading,
    *,
    kind: Kind | None = None,
    limit: Limit = 50,
    after: After = None,
) -> Page[AccountShown]:
    """Accounts in the order of their ids."""
    terms = await programme.newest_terms(session)
    rows = await balances.accounts_page(session, kind=kind, after=after, limit=limit + 1)
    return page(
        request, response, rows, limit=limit, cursor=lambda row: row.id, show=lambda row: AccountShown.of(row, terms)
    )


@router.get("/accounts/{account}")
async def read_account(
    account: UUID, _caller: Annotated[Caller, permitted(P.LEDGER_READ)], session: Reading, at: At = None
) -> AccountShown:
    """What an account holds now, or held at a past moment."""
    terms = await programme.newest_terms(session)
    return AccountShown.of(await balances.balance(session, account, at=at), terms)


@router.get("/accounts/{account}/transfers")
async def list_account_transfers(
    request: Request,
    response: Response,
    account: UUID,
    _caller: Annotated[Caller, permitted(P.LEDGER_READ)],
    session: Reading,
    *,
    limit: Limit = 50,
    after: Place = 0,
) -> Page[TransferShown]:
    """The transfers of an account in the order in which they were posted."""
    await balances.balance(session, account)
    rows = await balances.history(session, account, after=after, limit=limit + 1)
    return page(request, response, rows, limit=limit, cursor=lambda row: row.seq_on(account), show=TransferShown.of)


@router.get("/transfers")
async def list_transfers(
    request: Request,
    response: Response,
    _caller: Annotated[Caller, permitted(P.LEDGER_READ)],
    session: Reading,
    limit: Limit = 50,
    after: After = None,
) -> Page[TransferShown]:
    """All transfers, newest first."""
    rows = await balances.transfers_page(session, after=after, limit=limit + 1)
    return page(request, response, rows, limit=limit, cursor=lambda row: row.id, show=TransferShown.of)


@router.get("/transfers/{transfer}")
async def read_transfer(
    transfer: UUID, _caller: Annotated[Caller, permitted(P.LEDGER_READ)], session: Reading
) -> TransferShown:
    """One transfer."""
    return TransferShown.of(await balances.transfer(session, transfer))


@router.get("/trial-balance")
async def trial_balance(
    _caller: Annotated[Caller, permitted(P.LEDGER_READ)], session: Reading, at: At = None
) -> TrialBalanceShown:
    """Debits and credits by kind of account, now or at a past moment."""
    terms = await programme.newest_terms(session)
    lines = await balances.trial_balance(session, at=at)
    return TrialBalanceShown(
        lines=[
            TrialLineShown(
                kind=one.kind, number=terms.account_number(one.kind), accounts=one.accounts,
                debits=one.debits.cents, credits=one.credits.cents,
            )
            for one in lines
        ],
        debits=sum(one.debits.cents for one in lines),
        credits=sum(one.credits.cents for one in lines),
    )  # fmt: skip


@router.get("/audit")
async def audit(caller: Annotated[Caller, permitted(P.LEDGER_READ)]) -> AuditShown:
    """Recompute every account from its transfers, and prove every batch, redemption and settlement."""
    async with caller.town.sessions.begin() as session:
        await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        found = await proofs.audit(session)
    return AuditShown.of(found, await wrong_codes(caller.town.sessions))
