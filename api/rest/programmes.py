"""Programmes and their rules."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from api.auth.doorkeeper import Caller
from api.auth.permissions import Permission as P
from api.dependencies import Reading, Writing, permitted
from api.rest.types import Cents, Currency, Day, Line, Page, Shown, Strict, StrictRoute, example
from ledger.errors import Refusal
from merchants import programme
from merchants.programme import BreakageTo, Terms
from merchants.registry import ProgrammeUnknown
from merchants.shops.identity import masked_iban
from merchants.shops.registering import MOST_MINIMUM
from merchants.shops.rhythms import Rhythm

router = APIRouter(tags=["programmes"], route_class=StrictRoute)

Rate = Annotated[int, Field(ge=0, le=10_000, examples=[300], description="hundredths of a percent")]


class TermsShown(Shown):
    """The rules that hold from a day on."""

    effective_from: Day
    name: str
    legal_name: str
    siren: str
    vat_number: str | None
    street: str
    postcode: str
    commune: str
    contact: str
    validity_months: int
    commission_bp: int
    vat_rate_bp: int
    service_fee_bp: int
    breakage_to: BreakageTo
    payment_days: int
    number_prefix: str
    iban_masked: str | None
    bic: str | None
    account_numbers: dict[str, str]
    least_face: int
    most_face: int
    order_days: int
    vat_on_debits: bool
    legal_notice: str
    minimum_payout: int
    rhythm: Rhythm
    currency: Currency = "EUR"


class TermsAsked(Strict):
    """New rules, from a day on. What is absent stays as it is."""

    model_config = Strict.model_config | example(effective_from="2027-01-01", commission_bp=250)

    effective_from: Day
    name: Line | None = None
    legal_name: Line | None = None
    siren: Line | None = None
    vat_number: Line | None = None
    street: Line | None = None
    postcode: Line | None = None
    commune: Line | None = None
    contact: Line | None = None
    validity_months: Annotated[int, Field(ge=1, le=120)] | None = None
    commission_bp: Rate | None = None
    vat_rate_bp: Rate | None = None
    service_fee_bp: Rate | None = None
    breakage_to: BreakageTo | None = None
    payment_days: Annotated[int, Field(ge=0, le=90)] | None = None
    iban: Line | None = None
    bic: Line | None = None
    account_numbers: dict[Line, Line] | None = None
    least_face: Cents | None = None
    most_face: Cents | None = None
    order_days: Annotated[int, Field(ge=1, le=365)] | None = None
    vat_on_debits: bool | None = None
    legal_notice: Line | None = None
    minimum_payout: Annotated[int, Field(ge=0, le=MOST_MINIMUM, examples=[2000], description="whole cents")] | None = (
        None
    )
    rhythm: Annotated[Rhythm | None, Field(description="how often shops are paid that chose nothing else")] = None
    currency: Currency = "EUR"


class ProgrammeShown(Shown):
    """A programme, and every set of rules it has had or will have."""

    slug: str
    terms: list[TermsShown]


@router.get("/programmes")
async def list_programmes(
    caller: Annotated[Caller, permitted(P.PROGRAMME_READ)], session: Reading
) -> Page[ProgrammeShown]:
    """The programmes that the key opens: its own."""
    return Page(items=[await _shown(caller, session)])


@router.get("/programmes/{slug}")
async def read_programme(
    slug: str, caller: Annotated[Caller, permitted(P.PROGRAMME_READ)], session: Reading
) -> ProgrammeShown:
    """One programme."""
    _refuse_other(slug, caller)
    return await _shown(caller, session)


@router.post("/programmes/{slug}/terms", status_code=201)
async def set_terms(
    slug: str, asked: TermsAsked, caller: Annotated[Caller, permitted(P.PROGRAMME_WRITE)], session: Writing
) -> ProgrammeShown:
    """Let new rules hold from a day on."""
    _refuse_other(slug, caller)
    told = asked.model_dump(exclude_none=True, exclude={"effective_from", "currency"})
    before = await _before(session, asked)
    await programme.set_terms(session, before.with_changes(told), effective_from=asked.effective_from)
    return await _shown(caller, session)


async def _before(session: Reading, asked: TermsAsked) -> Terms:
    try:
        return await programme.terms_on(session, asked.effective_from)
    except Refusal:
        return (await programme.all_terms(session))[0][1]


async def _shown(caller: Caller, session: Reading) -> ProgrammeShown:
    return ProgrammeShown(
        slug=caller.town.registered.slug,
        terms=[
            TermsShown(
                effective_from=since,
                iban_masked=masked_iban(one.iban) if one.iban else None,
                **{name: getattr(one, name) for name in TermsShown.model_fields if name not in _OWN},
            )
            for since, one in await programme.all_terms(session)
        ],
    )


def _refuse_other(slug: str, caller: Caller) -> None:
    """Another programme is as unknown as none."""
    if slug != caller.town.registered.slug:
        raise ProgrammeUnknown(slug=slug[:40])


_OWN = {"effective_from", "iban_masked", "currency"}
