"""Figures at the desk: what was sold and spent, where and when; as a page, as paper, and each panel as CSV."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from io import BytesIO
from typing import Final

from fastapi import APIRouter, HTTPException, Request, Response
from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.visitors import PageReading
from api.pages.catalogues import marked, sentences
from api.pages.desk.access import SeesFigures
from api.pages.desk.figures_asked import SPANS, Asked, address_of, offered, read, sent_form
from api.pages.desk.figures_seen import Seen, seen
from api.pages.desk.figures_told import NEVER, report
from api.pages.orders.downloads import CSV, PDF, download, drawn
from api.pages.place import CurrentPlace
from api.pages.rendering import page
from api.pages.speaking import language_for
from api.pages.street.words import TRADES, eased
from ledger.days import day_of
from ledger.formats import Language
from ledger.money import Money
from merchants.charts.svg import svg
from vouchers.figures.panels import Cell, Panel
from vouchers.figures.report_pdf import draw_report
from vouchers.orders.lists.csv_writing import csv_of, decimal

router = APIRouter(include_in_schema=False)

WIDE: Final = 900.0
HALF: Final = 430.0
NARROW: Final = 340.0
"""Units of a drawing: pixels of where it stands on a large screen, and on a telephone."""

PAIRS: Final = (("trades", "communes"), ("campaigns", "top-ups"))
"""Panels that stand side by side where there is room."""

LISTED: Final = 12
"""Shops that take no vouchers: who visits them begins with a few; all of them are in the CSV."""
MORE: Final = marked("and %(count)s more, on the page and in its CSV")


@router.get("/{slug:slug}/desk/figures")
async def figures(request: Request, _visitor: SeesFigures, session: PageReading) -> Response:
    """All figures of a period; of the programme, a trade, a commune or a campaign."""
    form = sent_form(request)
    choice = await offered(session)
    at = await clock.now(session)
    asked = read(form, choice, day_of(at))
    found = await seen(session, asked, choice, at=at)
    told = report(found, form.language)
    halves = paired(told.panels)
    drawings = {one.slug: charts(one, HALF if one.slug in halves else WIDE) for one in told.panels if one.draw}
    return page(
        request, "desk/figures.html", status=200 if form.valid else 422, form=form, choice=choice, asked=asked,
        spans=SPANS, trades=TRADES, report=told, charts=drawings, halves=halves, query=address_of(asked),
        quiet=found.quiet[:LISTED], quiet_count=len(found.quiet), never=NEVER, eased=eased,
    )  # fmt: skip


@router.get("/{slug:slug}/desk/figures.pdf")
async def on_paper(request: Request, place: CurrentPlace, _visitor: SeesFigures, session: PageReading) -> Response:
    """The same on paper."""
    language = language_for(request)
    found = await _found(request, session)
    told, more = report(found, language), sentences(language).gettext(MORE)

    def draw(out: BytesIO) -> None:
        draw_report(out, told, programme=place.name, language=language, more=more)

    return download(await drawn(draw), _named(place.slug, "figures", found.asked, "pdf"), PDF)


@router.get("/{slug:slug}/desk/figures/{panel}.csv")
async def as_csv(
    request: Request, place: CurrentPlace, _visitor: SeesFigures, session: PageReading, panel: str
) -> Response:
    """One panel as its table, for a spreadsheet."""
    language = language_for(request)
    found = await _found(request, session)
    wanted = next((one for one in report(found, language).panels if one.slug == panel), None)
    if wanted is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return download(csv_of(written(wanted, language)), _named(place.slug, panel, found.asked, "csv"), CSV)


def written(panel: Panel, language: Language) -> list[Sequence[str]]:
    """The rows of a panel under their headings, as a spreadsheet of that language reads them."""
    return [panel.headings, *[[_cell(cell, language) for cell in row] for row in panel.rows]]


def paired(panels: Sequence[Panel]) -> set[str]:
    """Those of the panels that have their other half beside them."""
    there = {one.slug for one in panels}
    return {one for pair in PAIRS if there.issuperset(pair) for one in pair}


def charts(panel: Panel, wide: float) -> Markup:
    """The drawing of a panel for a large screen, so many units wide, and for a telephone; the page shows one."""
    if panel.draw is None:
        return Markup()
    forms = (("wide", wide), ("narrow", NARROW))
    drawings = [
        svg(panel.draw(width), name=f"{panel.slug}-{form}", title=panel.title, told=panel.told, form=f"chart-{form}")
        for form, width in forms
    ]
    return Markup("".join(drawings))  # noqa: S704 - all words in it are escaped where it is written


def _cell(cell: Cell, language: Language) -> str:
    return decimal(cell, language) if isinstance(cell, Money) else str(cell)


async def _found(request: Request, session: AsyncSession) -> Seen:
    choice = await offered(session)
    at = await clock.now(session)
    return await seen(session, read(sent_form(request), choice, day_of(at)), choice, at=at)


def _named(slug: str, what: str, asked: Asked, kind: str) -> str:
    return f"{slug}-{what}-{asked.period.first_day.isoformat()}-{asked.period.last_day.isoformat()}.{kind}"
