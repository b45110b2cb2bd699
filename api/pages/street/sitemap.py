"""What search engines may find here: `robots.txt` and a sitemap for each programme (https://www.sitemaps.org)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from fastapi import APIRouter, Request, Response

from api.auth.visitors import PageReading
from api.dependencies import Here
from api.pages.place import CurrentPlace
from api.pages.street.addresses import base_of, in_language
from ledger.formats import LANGUAGES
from merchants.street import directory
from vouchers.campaigns.queries import published

router = APIRouter(include_in_schema=False)
of_a_programme = APIRouter(include_in_schema=False)

SHOPS_MOST: Final = 24_000
"""Of which each is two addresses; a sitemap holds 50,000 at most."""

ROBOTS: Final = """User-agent: *
Disallow: /api/
Disallow: /v/
Disallow: /outbox
Disallow: /*/sign-in
Disallow: /*/orders

Sitemap: {base}/sitemap.xml
"""
"""What nobody needs to find; whatever is nobody's business asks who is there in any case."""

_NAMES: Final = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


@router.get("/robots.txt")
async def robots(request: Request) -> Response:
    """Where robots may go, and where the sitemap is."""
    return Response(ROBOTS.format(base=base_of(request)), media_type="text/plain; charset=utf-8")


@router.get("/sitemap.xml")
async def index(request: Request, here: Here) -> Response:
    """The sitemaps of all programmes."""
    base = base_of(request)
    towns = [f"{base}/{town.registered.slug}/sitemap.xml" for town in await here.all_towns()]
    parts = "".join(f"<sitemap><loc>{escape(one)}</loc></sitemap>" for one in towns)
    return _xml(f"<sitemapindex {_NAMES}>{parts}</sitemapindex>")


@of_a_programme.get("/{slug:slug}/sitemap.xml")
async def sitemap(request: Request, place: CurrentPlace, session: PageReading) -> Response:
    """The pages of one programme: its first page, the directory, its shops and campaigns, each in both languages."""
    home = f"{base_of(request)}/{place.slug}"
    pages = [f"{home}/", f"{home}/shops", f"{home}/campaigns"]
    pages += [f"{home}/campaigns/{one.slug}" for one in await published(session)]
    pages += [f"{home}/shops/{one.siret}" for one in (await directory.accepting(session))[:SHOPS_MOST]]
    body = "".join(part for address in pages for part in _entries(address))
    names = f'{_NAMES} xmlns:xhtml="http://www.w3.org/1999/xhtml"'
    return _xml(f"<urlset {names}>{body}</urlset>")


def _xml(root: str) -> Response:
    return Response(f'<?xml version="1.0" encoding="UTF-8"?>\n{root}\n', media_type="application/xml")


def _entries(address: str) -> Iterator[str]:
    """One for each language, each naming all of them and what is shown to whoever chose none."""
    every = [*((language, in_language(address, language)) for language in LANGUAGES), ("x-default", address)]
    links = "".join(
        f'<xhtml:link rel="alternate" hreflang="{language}" href={quoteattr(other)}/>' for language, other in every
    )
    for _, own in every[:-1]:
        yield f"<url><loc>{escape(own)}</loc>{links}</url>"
