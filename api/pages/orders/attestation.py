"""What a company gave to whom in a year: totals, what the social-charge guard says, the attestation to download."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.permissions import Permission as P
from api.auth.visitors import PageReading, Visitor, VisitorOf
from api.pages.forms import blank
from api.pages.orders.downloads import CSV, PDF, download, drawn
from api.pages.place import CurrentPlace, Place
from api.pages.rendering import page
from ledger.days import day_of
from ledger.formats import Language
from merchants.programme import TermsMissing
from merchants.settlements.statement import StatementProgramme
from vouchers.buyers import BuyerView, buyer, buyers_by_id
from vouchers.errors import BuyerUnknown
from vouchers.orders import gifts
from vouchers.orders.gifts import GiftInOrder
from vouchers.orders.giving import urssaf, urssaf_words
from vouchers.orders.giving.attestation import (
    Attestation,
    AttestationBuyer,
    AttestationLine,
    attestation_csv,
    event_name,
)
from vouchers.orders.giving.attestation_pdf import draw_attestation

router = APIRouter(include_in_schema=False)

PEOPLE_SHOWN: Final = 200
OLDEST: Final = 2020
YEARS_BACK: Final = 4

Year = Annotated[int | None, Query(ge=OLDEST, le=2200)]
Asked = Annotated[UUID | None, Query(alias="buyer")]


@router.get("/{slug:slug}/attestation")
async def attestation(
    request: Request, place: CurrentPlace, visitor: VisitorOf, session: PageReading, *, asked: Asked = None,
    year: Year = None,
) -> Response:  # fmt: skip
    """A company's year at a glance."""
    company, others = await _company(session, visitor, asked)
    today = day_of(await clock.now(session))
    chosen = year or today.year
    given = await gifts.gifts_of(session, company.id, {chosen}, issued=True)
    made = _attestation(place, company, chosen, today, given)
    language: Language = blank(request).language
    warned = urssaf.warnings_of((), [one.gift for one in given])
    return page(
        request, "orders/attestation.html", company=company, others=others, year=chosen, made=made,
        years=sorted({*range(today.year, today.year - YEARS_BACK, -1), chosen}, reverse=True),
        events=[(event_name(one.event, language), one.count, one.amount) for one in made.by_event],
        people=made.by_person[:PEOPLE_SHOWN], count=len(made.by_person), shown=PEOPLE_SHOWN,
        warnings=[urssaf_words.said(one, language) for one in warned if not isinstance(one, urssaf.SeniorityBarred)],
        always=[urssaf_words.said(one, language) for one in warned if isinstance(one, urssaf.SeniorityBarred)],
        ceiling=urssaf_words.ceiling_said(chosen, language), only_here=urssaf_words.ONLY_HERE[language],
    )  # fmt: skip


@router.get("/{slug:slug}/attestation.csv")
async def as_csv(
    request: Request, place: CurrentPlace, visitor: VisitorOf, session: PageReading, *, asked: Asked = None,
    year: Year = None,
) -> Response:  # fmt: skip
    """Every voucher and the totals, for a spreadsheet."""
    made = await _made(place, visitor, session, asked, year)
    language: Language = blank(request).language
    content = await asyncio.to_thread(attestation_csv, made, language)
    return download(content, f"attestation-{made.first_day.year}.csv", CSV)


@router.get("/{slug:slug}/attestation.pdf")
async def as_pdf(
    request: Request, place: CurrentPlace, visitor: VisitorOf, session: PageReading, *, asked: Asked = None,
    year: Year = None,
) -> Response:  # fmt: skip
    """The same on paper."""
    made = await _made(place, visitor, session, asked, year)
    language: Language = blank(request).language
    pdf = await drawn(lambda out: draw_attestation(out, made, language))
    return download(pdf, f"attestation-{made.first_day.year}.pdf", PDF)


async def _made(
    place: Place, visitor: Visitor, session: AsyncSession, asked: UUID | None, year: int | None
) -> Attestation:
    company, _ = await _company(session, visitor, asked)
    today = day_of(await clock.now(session))
    chosen = year or today.year
    given = await gifts.gifts_of(session, company.id, {chosen}, issued=True)
    return _attestation(place, company, chosen, today, given)


async def _company(session: AsyncSession, visitor: Visitor, asked: UUID | None) -> tuple[BuyerView, list[BuyerView]]:
    """The company that is meant, else one's first; and one's others.

    :raises BuyerUnknown: also if it is somebody else's, or a private person, who attests to nobody
    """
    own = await buyers_by_id(session, set(visitor.buyers))
    mine = [own[one] for one in visitor.buyers if one in own and own[one].kind == "company"]
    wanted = asked or (mine[0].id if mine else None)
    if wanted is None or not visitor.may(P.DOCUMENTS_READ, wanted):
        raise BuyerUnknown(buyer=wanted or UUID(int=0))
    found = await buyer(session, wanted)
    if found.kind != "company":
        raise BuyerUnknown(buyer=wanted)
    return found, [one for one in mine if one.id != found.id]


def _attestation(place: Place, company: BuyerView, year: int, today: date, given: list[GiftInOrder]) -> Attestation:
    terms = place.terms
    if terms is None:
        raise TermsMissing(day=today)
    town = f"{company.postcode} {company.commune}".strip()
    return Attestation(
        programme=StatementProgramme(
            terms.name, terms.legal_name, (terms.street, f"{terms.postcode} {terms.commune}"), terms.siren,
            terms.vat_number,
        ),
        buyer=AttestationBuyer(
            company.name, tuple(one for one in (company.street, town) if one), company.siren,
        ),
        first_day=date(year, 1, 1), last_day=date(year, 12, 31), issued_on=today,
        lines=tuple(
            AttestationLine(one.gift.person, one.gift.day, one.gift.event, one.gift.amount, one.number) for one in given
        ),
    )  # fmt: skip
