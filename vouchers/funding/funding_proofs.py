"""The proof of budgets, rules and promises: each sum that is kept is that of what was given and promised."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.audit import NAMED_AT_MOST, Finding
from ledger.database import sum_of
from ledger.days import Period
from ledger.money import Money
from vouchers.funding.budgets import granted_in
from vouchers.funding.tables import Budget, Claim, Reserve, Rule, Share
from vouchers.tables import TopUp


async def funding_findings(session: AsyncSession) -> list[Finding]:
    """Budgets that differ from what was given, rules from what they promised, promises from their shares."""
    return [*await _budgets(session), *await _rules(session), *await _claims(session)]


async def _budgets(session: AsyncSession) -> list[Finding]:
    found = []
    for one in (await session.execute(_BUDGETS)).scalars():
        given = await granted_in(session, one.funder_id, Period(one.first_day, one.last_day))
        if given != Money(one.granted):
            found.append(_finding("budget", one.id, f"says that {one.granted} cents were granted; {given} were"))
    return found[:NAMED_AT_MOST]


async def _rules(session: AsyncSession) -> list[Finding]:
    return [
        _finding("rule", id_, f"says that it gave {given} cents; its promises are {sums}")
        for id_, given, sums in await session.execute(_RULES)
        if given != sums
    ]


async def _claims(session: AsyncSession) -> list[Finding]:
    """A promise is the sum of its shares; given, each share is one top-up of its sum; kept, it is reserved."""
    return [
        _finding("promise", id_, f"of {amount} cents is {state}; its shares are {sums}, {kept} are kept for it")
        for id_, state, amount, sums, missing, kept in await session.execute(_CLAIMS)
        if sums != amount or kept != (amount if state == "kept" else 0) or (state == "given" and missing)
    ][:NAMED_AT_MOST]


def _finding(subject: str, id_: UUID, detail: str) -> Finding:
    return Finding("funding", subject, id_, detail)


_BUDGETS: Final = select(Budget)
_RULES: Final = (
    select(Rule.id, Rule.given, sum_of(case((Claim.state == "released", 0), else_=Claim.amount)))
    .outerjoin(Claim, Claim.rule_id == Rule.id)
    .group_by(Rule.id)
)
_UNPAID: Final = func.count().filter((TopUp.id.is_(None)) | (TopUp.amount != Share.amount))
_CLAIMS: Final = (
    select(Claim.id, Claim.state, Claim.amount, sum_of(Share.amount), _UNPAID, func.max(Reserve.amount))
    .join(Share, Share.claim_id == Claim.id)
    .outerjoin(TopUp, TopUp.id == Share.top_up_id)
    .outerjoin(Reserve, Reserve.id == Claim.id)
    .group_by(Claim.id, Claim.state, Claim.amount)
)
