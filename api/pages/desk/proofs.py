"""The proofs page: whether everything adds up, proof by proof, each with its number and the way to mend it."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.permissions import Permission as P
from api.auth.visitors import PageReading, Visitor
from api.installation import in_transaction
from api.pages.desk.access import SeesBooks, SetsRules
from api.pages.desk.proof_words import FIGURE_NAMES, KINDS, WORDS
from api.pages.forms import Form, Sent, blank
from api.pages.place import CurrentPlace
from api.pages.rendering import page, see_other
from ledger.days import day_of
from ledger.errors import Refusal
from merchants import programme
from vouchers.proving import everything, full_audits, gauging
from vouchers.proving.gauges import THRESHOLDS, WHOLE, Limits

router = APIRouter(include_in_schema=False)

A_PERCENT: Final = WHOLE // 100


@router.get("/{slug:slug}/desk/proofs")
async def proofs(request: Request, visitor: SeesBooks, session: PageReading) -> Response:
    """All proofs, reckoned now; of the full audit, the last one."""
    found = await everything.prove(session, at=await clock.now(session))
    lines = {one.proof: one for one in found.lines}
    return page(
        request, "desk/proofs.html", proofs=found, lines=lines, words=WORDS, names=FIGURE_NAMES, kinds=KINDS,
        broken=[one for one in found.lines if one.state == "broken"],
        watched=[one for one in found.lines if one.state == "watch"],
        terms=await programme.newest_terms(session), sets=visitor.may(P.PROGRAMME_WRITE),
    )  # fmt: skip


@router.post("/{slug:slug}/desk/proofs")
async def ask_for_audit(place: CurrentPlace, visitor: SeesBooks, _form: Sent) -> Response:
    """Have the whole books audited by a job; one that is being done is enough."""

    async def work(session: AsyncSession) -> None:
        await full_audits.ask(session, actor=visitor.actor, at=await clock.now(session))

    await in_transaction(place.town.sessions, work)
    return see_other(f"/{place.slug}/desk/proofs", said="audit-asked")


@router.get("/{slug:slug}/desk/proofs/limits")
async def limits(request: Request, _visitor: SetsRules, session: PageReading) -> Response:
    """At which shares of the law's threshold the gauges warn and alarm."""
    return await _limits_page(request, session, blank(request))


@router.post("/{slug:slug}/desk/proofs/limits")
async def set_limits(request: Request, place: CurrentPlace, visitor: SetsRules, form: Sent) -> Response:
    """Let other ones hold from today on."""
    try:
        await _set(place, visitor, form)
    except Refusal as refusal:
        form.refuse(refusal)
    if form.valid:
        return see_other(f"/{place.slug}/desk/proofs", said="limits-set")
    async with place.town.sessions.begin() as session:
        return await _limits_page(request, session, form)


async def _set(place: CurrentPlace, visitor: Visitor, form: Form) -> None:
    typed = {
        one.name: [form.number(f"{one.name}-{what}", most=100) for what in ("warn", "alarm")] for one in THRESHOLDS
    }
    if not form.valid:
        return
    wanted = {name: Limits(*(A_PERCENT * (one or 0) for one in both)) for name, both in typed.items()}

    async def work(session: AsyncSession) -> None:
        at = await clock.now(session)
        for name, limits in wanted.items():
            if limits != await gauging.limits_on(session, name, day_of(at)):
                await gauging.set_limits(session, name, limits, actor=visitor.actor, at=at)

    await in_transaction(place.town.sessions, work)


async def _limits_page(request: Request, session: AsyncSession, form: Form) -> Response:
    today = day_of(await clock.now(session))
    gauges = [(one, await gauging.limits_on(session, one.name, today)) for one in THRESHOLDS]
    return page(
        request, "desk/proof_limits.html", status=200 if form.valid else 422, form=form, gauges=gauges,
        a_percent=A_PERCENT,
    )  # fmt: skip
