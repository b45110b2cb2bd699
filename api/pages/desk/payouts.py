"""Paying shops: what waits and what is held back, runs that one proposes and another approves, the bank's file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.people import people_by_id
from api.auth.permissions import Permission as P
from api.auth.visitors import PageReading, Visitor
from api.installation import in_transaction
from api.pages.catalogues import marked
from api.pages.desk.access import ProposesPayouts, SeesPayouts
from api.pages.doing_once import do_once, numbered
from api.pages.forms import Form, Sent, blank
from api.pages.orders.downloads import download
from api.pages.place import CurrentPlace, Place
from api.pages.rendering import page, see_other
from ledger.errors import Refusal
from merchants.payouts import approving, by_hand, errors, proposing, queries
from merchants.payouts.execution_days import CUT_OFF, earliest_day, latest_day
from merchants.payouts.queries import DecisionView, PayoutState, RunView, State, What
from merchants.payouts.waiting import Why, waiting
from merchants.shops.identity import masked_iban

router = APIRouter(include_in_schema=False)

XML: Final = "application/xml"
LAST: Final = 30

BESIDE: Final[Mapping[type[Refusal], str]] = {
    errors.ExecutionDayPast: "execution_day", errors.ExecutionDayTooFar: "execution_day",
    errors.ExecutionDayClosed: "execution_day", errors.CutOffPassed: "execution_day",
}  # fmt: skip

STATES: Final[Mapping[State, tuple[str, str]]] = {
    "proposed": ("wait", marked("To be approved")),
    "approved": ("done", marked("Approved")),
    "withdrawn": ("stop", marked("Withdrawn")),
}
"""The kind of badge of each state, and its word."""

TOLD: Final[Mapping[PayoutState, tuple[str, str]]] = {
    "approved": ("wait", marked("Not on a statement yet")),
    "confirmed": ("done", marked("Left the account")),
    "returned": ("error", marked("Sent back by the bank")),
}
"""What the bank's statements said of a payout whose file was made."""

SAID: Final[Mapping[What, str]] = {
    "left": marked("%(which)s: a line of the bank's statement, said %(who)s"),
    "back": marked("%(which)s: a line of the bank's statement that came back, said %(who)s"),
    "refused": marked("%(which)s: not executed by the bank, said %(who)s"),
    "again": marked("%(which)s: to be sent to the same account again, said %(who)s"),
}
"""What somebody said of payouts, in the history of their run."""

NONE_REFUSED: Final = marked("Tick the payouts that the bank did not execute.")

HELD: Final[Mapping[Why, tuple[str, str]]] = {
    "no-account": (
        marked("No bank account"), marked("Ask the shop to give its IBAN on its page “Bank account”."),
    ),
    "account-invalid": (
        marked("The account fails its check"),
        marked("Ask the shop for its bank's paper, and correct the IBAN or BIC."),
    ),
    "outside-sepa": (
        marked("The account is outside SEPA"), marked("Ask the shop for an account in a SEPA country."),
    ),
    "account-changing": (
        marked("Another account is about to hold"), marked("It holds two days after it was asked for. Pay then."),
    ),
    "suspended": (
        marked("The shop is suspended"), marked("Accept it again, or let it leave: then it is paid."),
    ),
    "name-not-sendable": (
        marked("Its name cannot be sent"), marked("Give it a legal name in Latin letters."),
    ),
    "too-much": (
        marked("More than a transfer takes"), marked("Ask your bank how to pay such an amount."),
    ),
    "came-back": (
        marked("Its transfer came back, or was not executed"),
        marked("Ask the shop for another account. If this one is right, send it again."),
    ),
}  # fmt: skip
"""Why a settlement is held back, and what to do about it."""


@router.get("/{slug:slug}/desk/payouts")
async def overview(request: Request, place: CurrentPlace, visitor: SeesPayouts, session: PageReading) -> Response:
    """What waits, what is held back, and the last runs."""
    first = earliest_day(await clock.now(session))
    return await _overview(request, place, visitor, session, numbered(request, execution_day=first.isoformat()))


@router.post("/{slug:slug}/desk/payouts")
async def propose(request: Request, place: CurrentPlace, visitor: ProposesPayouts, form: Sent) -> Response:
    """Put everything that can be paid into a run."""
    day = form.day("execution_day")
    if day is not None and form.valid:
        chosen = day

        async def work(session: AsyncSession) -> UUID:
            at = await clock.now(session)
            return (await proposing.propose(session, execution_day=chosen, actor=visitor.actor, at=at)).id

        try:
            made = await do_once(request, place, visitor, form, work)
            if made is not None:
                return see_other(f"/{place.slug}/desk/payouts/{made}", said="payouts-proposed")
        except Refusal as refusal:
            form.refuse(refusal, BESIDE)
    async with place.town.sessions.begin() as session:
        return await _overview(request, place, visitor, session, form)


@router.get("/{slug:slug}/desk/payouts/{run_id}")
async def one_run(
    request: Request, place: CurrentPlace, visitor: SeesPayouts, session: PageReading, run_id: UUID
) -> Response:
    """A run with each of its transfers as it will be sent, and what can be done about it."""
    return await _run(request, place, visitor, session, run_id, blank(request))


@router.post("/{slug:slug}/desk/payouts/{run_id}")
async def decide(request: Request, place: CurrentPlace, visitor: SeesPayouts, form: Sent, run_id: UUID) -> Response:
    """Approve or withdraw it. Sent twice it is done once: each leads to another state."""
    if form.shown("do") == "refused":
        return await _refused(request, place, visitor, form, run_id)
    do = form.one_of("do", ("approve", "withdraw"))
    visitor.require(P.PAYOUTS_PROPOSE if do == "withdraw" else P.PAYOUTS_APPROVE)
    if do == "approve" and not form.ticked("compared"):
        form.say("compared", "Tick this box: nobody looks at it after you.")
    deed = approving.withdraw if do == "withdraw" else approving.approve

    async def work(session: AsyncSession) -> RunView:
        return await deed(session, run_id, actor=visitor.actor, at=await clock.now(session))

    if form.valid:
        try:
            await in_transaction(place.town.sessions, work)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            said = "payouts-withdrawn" if do == "withdraw" else "payouts-approved"
            return see_other(f"/{place.slug}/desk/payouts/{run_id}", said=said)
    async with place.town.sessions.begin() as session:
        return await _run(request, place, visitor, session, run_id, form)


@router.post("/{slug:slug}/desk/payouts/again/{settlement_id}")
async def again(
    request: Request, place: CurrentPlace, visitor: ProposesPayouts, form: Sent, settlement_id: UUID
) -> Response:
    """Send what came back to the same account again, in the next run."""

    async def work(session: AsyncSession) -> None:
        await by_hand.send_again(session, settlement_id, actor=visitor.actor, at=await clock.now(session))

    try:
        await in_transaction(place.town.sessions, work)
    except Refusal as refusal:
        form.refuse(refusal)
    else:
        return see_other(f"/{place.slug}/desk/payouts", said="payout-again")
    async with place.town.sessions.begin() as session:
        return await _overview(request, place, visitor, session, form)


@router.get("/{slug:slug}/desk/payouts/{run_id}/file.xml")
async def file(_visitor: SeesPayouts, session: PageReading, run_id: UUID) -> Response:
    """The bank's file, the same each time."""
    found = await queries.file_of(session, run_id)
    return download(found.content, found.name, XML)


async def _refused(request: Request, place: Place, visitor: Visitor, form: Form, run_id: UUID) -> Response:
    """The bank did not execute some payouts of an approved run."""
    visitor.require(P.ORDERS_PAY)
    payouts, reason = _ids(form.many("payouts")), form.text("reason", most=by_hand.LONGEST_REASON)
    if not payouts:
        form.say("payouts", NONE_REFUSED)

    async def work(session: AsyncSession) -> None:
        at = await clock.now(session)
        await by_hand.not_executed(session, run_id, payouts, reason=reason, actor=visitor.actor, at=at)

    if form.valid:
        try:
            await in_transaction(place.town.sessions, work)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return see_other(f"/{place.slug}/desk/payouts/{run_id}", said="payouts-refused")
    async with place.town.sessions.begin() as session:
        return await _run(request, place, visitor, session, run_id, form)


def _ids(sent: Sequence[str]) -> list[UUID]:
    """The payouts that were ticked; what is no identifier was not offered."""
    try:
        return [UUID(one) for one in sent]
    except ValueError:
        return []


async def _overview(request: Request, place: Place, visitor: Visitor, session: AsyncSession, form: Form) -> Response:
    at = await clock.now(session)
    return page(
        request, "desk/payouts.html", status=200 if form.valid else 422, form=form, found=await waiting(session),
        runs=await queries.runs_page(session, limit=LAST), states=STATES, held=HELD, masked=masked_iban,
        first=earliest_day(at), latest=latest_day(at), cut_off=CUT_OFF, account=_account(place),
        proposes=visitor.may(P.PAYOUTS_PROPOSE),
    )  # fmt: skip


async def _run(
    request: Request, place: Place, visitor: Visitor, session: AsyncSession, run_id: UUID, form: Form
) -> Response:
    found = await queries.run(session, run_id)
    payouts = await queries.payouts_of(session, run_id)
    decisions = await queries.decisions_of(session, run_id)
    return page(
        request, "desk/payout_run.html", status=200 if form.valid else 422, form=form, one=found,
        payouts=payouts, over=all(one.state in {"confirmed", "returned"} for one in payouts), states=STATES, told=TOLD,
        account=_account(place), decisions=decisions, said=SAID, records=visitor.may(P.ORDERS_PAY),
        refused={number for one in decisions if one.what == "refused" for number in one.payouts},
        waits=[one for one in payouts if one.state == "approved"],
        names=await _names(session, found, decisions), own=found.proposed_by == visitor.actor,
        approves=visitor.may(P.PAYOUTS_APPROVE), proposes=visitor.may(P.PAYOUTS_PROPOSE),
    )  # fmt: skip


def _account(place: Place) -> str:
    """The account from which shops are paid, masked; nothing if the rules name none."""
    return masked_iban(place.terms.iban) if place.terms and place.terms.iban else ""


async def _names(session: AsyncSession, found: RunView, decisions: Sequence[DecisionView]) -> dict[str, str]:
    """The names of those who acted, as far as they are people."""
    actors = {one for one in (found.proposed_by, found.approved_by, found.withdrawn_by) if one}
    actors |= {one.decided_by for one in decisions}
    ids = {one: UUID(one.partition(":")[2]) for one in actors if one.startswith("person:")}
    known = await people_by_id(session, set(ids.values()))
    return {actor: known[id_].name for actor, id_ in ids.items() if id_ in known}
