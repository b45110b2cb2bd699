"""What a shop prints for its window and its counter, as PDF, with the QR code of its public page."""

from __future__ import annotations

from io import BytesIO
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from api.auth.visitors import PageReading
from api.dependencies import Here
from api.pages.orders.downloads import PDF, download, drawn
from api.pages.place import CurrentPlace
from api.pages.rendering import page
from api.pages.shop.access import ShowsItself
from merchants.street import posters_pdf
from merchants.street.posters_pdf import Kind, Sign
from vouchers import qr

router = APIRouter(include_in_schema=False)


@router.get("/{slug:slug}/shop/{shop_id}/posters")
async def shown(request: Request, own: ShowsItself, _session: PageReading) -> Response:
    """What there is to print."""
    return page(request, "shop/posters.html", shop=own.shop)


@router.get("/{slug:slug}/shop/{shop_id}/posters/{kind}.pdf")
async def poster(place: CurrentPlace, own: ShowsItself, here: Here, kind: Annotated[Kind, Path()]) -> Response:
    """One of them."""
    link = public_page(here.settings.base_url, place.slug, own.shop.siret)
    issuer = place.terms.legal_name if place.terms else place.name
    where = f"{own.shop.street}, {own.shop.commune}" if own.shop.street else own.shop.commune

    def draw(out: BytesIO) -> None:
        sign = Sign(place.name, issuer, own.shop.name, where, qr.modules(link))
        posters_pdf.draw(out, sign, kind)

    return download(await drawn(draw), f"{kind}-{own.shop.siret}.pdf", PDF)


def public_page(base_url: str, slug: str, siret: str) -> str:
    """The address of a shop's page for everybody."""
    return f"{base_url}/{slug}/shops/{siret}"
