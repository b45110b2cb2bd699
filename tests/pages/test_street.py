"""The street for everybody, without a screen: directory, a page per shop, open data, sitemap; and nothing personal."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from html import unescape
from typing import Final
from xml.etree import ElementTree as ET

import httpx
import pytest

from tests.pages.given import Live
from tests.pages.streets import SECRET, SHOPS, Street, a_street, siret
from vouchers.campaigns import planning

SITEMAP: Final = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture(scope="module")
async def street(still_live: Live) -> Street:
    """Eight shops and a running campaign, read by all tests of this module."""
    street = await a_street(still_live)
    await street.campaign(await street.top_up())
    return street


@pytest.fixture
async def client(street: Street) -> AsyncIterator[httpx.AsyncClient]:
    async with street.live.client() as client:
        yield client


def names(answer: httpx.Response) -> list[str]:
    """The shops of a list, in their order."""
    assert answer.status_code == 200, answer.text[:300]
    return [unescape(one) for one in re.findall(r'class="front-name"><a href="[^"]+">([^<]+)</a>', answer.text)]


def locations(answer: httpx.Response) -> list[str]:
    """The addresses of a sitemap; what is not well-formed XML is none."""
    root = ET.fromstring(answer.content)  # noqa: S314 - our own answer
    return [one.text or "" for one in root.iter(f"{SITEMAP}loc")]


def words(answer: httpx.Response) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


async def test_everybody_finds_shops_as_they_look_for_them(client: httpx.AsyncClient) -> None:
    assert len(names(await client.get("/treiz/shops"))) == len(SHOPS)
    assert names(await client.get("/treiz/shops?q=soeurs")) == ["Bar des Soeurs"]
    assert names(await client.get("/treiz/shops?trade=books")) == ["Librairie de l'Oeuvre"]
    assert names(await client.get("/treiz/shops?place=Marseille%7C13004")) == ["Fleurs & Cie"]
    assert "Au Pain d'Épices" in names(await client.get("/treiz/shops?open=now"))
    slip = await client.get("/treiz/shops?q=librarie")
    assert names(slip) == ["Librairie de l'Oeuvre"]
    assert "Rien pour « librarie » : voici « librairie »." in words(slip)
    nobody = await client.get("/treiz/shops?q=xylophonebasson")
    assert "Aucun commerce ne correspond" in nobody.text
    assert nobody.headers["x-robots-tag"] == "noindex"


async def test_near_me_asks_once_and_leaves_no_trace_in_an_address(client: httpx.AsyncClient) -> None:
    answer = await client.post("/treiz/shops", data={"lat": "43.5263", "lon": "5.4474", "q": ""})
    assert names(answer)[0] == "Librairie de l'Oeuvre"
    assert "à 50 m" in words(answer)
    assert not re.search(r'(href|action)="[^"]*43\.526', answer.text)
    assert answer.headers["permissions-policy"].partition("geolocation=")[2].startswith("(self)")
    for nonsense in ({"lat": "x", "lon": "5"}, {"lat": "43.5263"}, {"lat": "1e999", "lon": "nan"}, {}):
        plain = await client.post("/treiz/shops", data=nonsense)
        assert names(plain) == names(await client.get("/treiz/shops"))
    home = await client.get("/treiz/")
    assert "geolocation=()" in home.headers["permissions-policy"]


async def test_a_shop_has_a_page_of_its_own(client: httpx.AsyncClient, street: Street) -> None:
    answer = await client.get(f"/treiz/shops/{siret(0)}")
    said = words(answer)
    for one in (
        "Au Pain d'Épices", "Boulangeries et pâtisseries", "Pain au levain depuis 1962", "Ma grand-mère",
        "3 rue d'Aubagne", "13001 Marseille", "Ouvert jour et nuit", "04 91 00 00 00", "Levain prêt à 7 h",
        "Tu es l'amour de ma ville",
        "Prend les bons Treiz'Local",
    ):  # fmt: skip
        assert one in said, one
    assert 'href="geo:43.29600,5.37900?q=43.29600,5.37900(' in answer.text
    assert "x-robots-tag" not in answer.headers
    photo = re.search(r'src="(/treiz/photos/[^"]+/large\.jpg)"', answer.text)
    assert photo
    jpeg = await client.get(photo[1])
    assert jpeg.headers["content-type"] == "image/jpeg"
    assert jpeg.content.startswith(b"\xff\xd8")


async def test_a_page_names_its_two_languages_and_speaks_the_one_asked(
    client: httpx.AsyncClient, street: Street
) -> None:
    path = f"/treiz/shops/{siret(0)}"
    base = str(street.live.settings.base_url).rstrip("/")
    answer = await client.get(f"{path}?lang=en")
    assert answer.headers["content-language"] == "en"
    assert "How to get there" in answer.text
    links = dict(
        re.findall(r'<link rel="(?:canonical|alternate)"(?: hreflang="([^"]+)")? href="([^"]+)">', answer.text)
    )
    assert links == {
        "": f"{base}{path}?lang=en", "fr": f"{base}{path}?lang=fr", "en": f"{base}{path}?lang=en",
        "x-default": f"{base}{path}",
    }  # fmt: skip
    assert (await client.get(f"{path}?lang=xx")).headers["content-language"] == "fr"
    assert "lang" not in re.findall(r'href="(/language[^"]+)"', answer.text)[0].partition("back=")[2]


async def test_what_is_no_shop_any_more_has_no_page(client: httpx.AsyncClient, street: Street) -> None:
    for other in (siret(50), "1" * 14):
        answer = await client.get(f"/treiz/shops/{other}")
        assert answer.status_code == 404
        assert "Ce commerce n'est pas ici" in unescape(answer.text)
    assert (await client.get("/treiz/shops/abc")).status_code in {404, 422}
    assert (await client.get(f"/treiz/photos/{street.shops[0]}/small.jpg")).status_code == 404


async def test_nothing_personal_is_in_anything_public(client: httpx.AsyncClient) -> None:
    paths = [
        "/treiz/", "/treiz/shops", "/treiz/shops.csv", "/treiz/shops.json", "/treiz/campaigns", "/treiz/sitemap.xml",
        "/treiz/campaigns/tu-es-l-amour-de-ma-ville", *(f"/treiz/shops/{siret(n)}" for n in range(len(SHOPS))),
    ]  # fmt: skip
    for path in paths:
        answer = await client.get(path)
        assert answer.status_code == 200, path
        for secret in (*SECRET.values(), "DUPONT", 'exemple.fr"@'):
            assert secret not in answer.text, (path, secret)


async def test_the_list_is_open_as_json_and_unchanged_costs_nothing(client: httpx.AsyncClient, street: Street) -> None:
    answer = await client.get("/treiz/shops.json")
    told = answer.json()
    assert told["licence"].startswith("https://www.etalab.gouv.fr/")
    assert told["programme"] == "Treiz'Local"
    assert len(told["shops"]) == len(SHOPS)
    (bakery,) = [one for one in told["shops"] if one["siret"] == siret(0)]
    base = str(street.live.settings.base_url).rstrip("/")
    assert bakery == {
        "siret": siret(0), "name": "Au Pain d'Épices", "trade": "bread", "naf": "10.71C",
        "naf_label": "Boulangerie et boulangerie-pâtisserie", "street": "3 rue d'Aubagne", "postcode": "13001",
        "commune": "Marseille", "commune_code": bakery["commune_code"], "latitude": 43.296, "longitude": 5.379,
        "accepted_since": street.today.isoformat(), "page": f"{base}/treiz/shops/{siret(0)}",
    }  # fmt: skip
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["last-modified"].endswith("GMT")
    again = await client.get("/treiz/shops.json", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert (await client.get("/treiz/shops.json", headers={"if-none-match": '"other"'})).status_code == 200


async def test_the_list_is_open_as_csv(client: httpx.AsyncClient) -> None:
    answer = await client.get("/treiz/shops.csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["name"] for row in rows] == [
        one["name"] for one in (await client.get("/treiz/shops.json")).json()["shops"]
    ]
    assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert answer.headers["etag"] != (await client.get("/treiz/shops.json")).headers["etag"]


async def test_search_engines_find_every_page_in_both_languages(client: httpx.AsyncClient) -> None:
    robots = (await client.get("/robots.txt")).text
    assert "Disallow: /v/" in robots
    sitemap = re.search(r"^Sitemap: (\S+)/sitemap\.xml$", robots, re.MULTILINE)
    assert sitemap
    assert locations(await client.get("/sitemap.xml")) == [
        f"{sitemap[1]}/{slug}/sitemap.xml" for slug in ("alpes", "treiz")
    ]
    found = locations(await client.get("/treiz/sitemap.xml"))
    assert len(found) == 2 * (3 + 1 + len(SHOPS))
    for address in found:
        answer = await client.get(address.removeprefix(sitemap[1]))
        assert answer.status_code == 200
        assert f'<link rel="canonical" href="{address}">' in unescape(answer.text)
        assert "x-robots-tag" not in answer.headers


async def test_the_first_page_leads_to_the_shops_and_to_what_goes_on(client: httpx.AsyncClient) -> None:
    home = await client.get("/treiz/")
    assert 'href="/treiz/shops"' in home.text
    assert 'href="/treiz/campaigns/tu-es-l-amour-de-ma-ville"' in home.text
    assert "8 commerces prennent les bons" in words(home)
    other = await client.get("/alpes/")
    assert "/alpes/shops" not in other.text
    assert "Aucun commerce" in words(await client.get("/alpes/shops"))
    assert (await client.get("/alpes/shops.json")).json()["changed_at"] is None


async def test_a_campaign_says_what_it_brings_and_who_takes_part(client: httpx.AsyncClient) -> None:
    answer = await client.get("/treiz/campaigns/tu-es-l-amour-de-ma-ville")
    said = words(answer)
    assert "Ville de Marseille ajoute 10 % de ce que vous dépensez" in said
    assert "4 commerces participent" in said
    assert len(names(answer)) == 4
    assert len(names(await client.get("/treiz/shops?campaign=tu-es-l-amour-de-ma-ville"))) == 4
    assert "Tu es l'amour de ma ville" in words(await client.get("/treiz/campaigns"))
    for nothing in ("unknown", "tu-es-l-amour-de-ma-ville-2"):
        assert (await client.get(f"/treiz/campaigns/{nothing}")).status_code == 404


async def test_a_draft_and_a_withdrawn_campaign_are_shown_to_nobody(street: Street, client: httpx.AsyncClient) -> None:
    promise = await street.top_up(title="Secret", first_day=street.today + timedelta(days=2))
    made = await street.do(lambda session: planning.plan(session, promise, actor="x", at=street.at))
    assert (await client.get("/treiz/campaigns/secret")).status_code == 404
    assert "Secret" not in (await client.get("/treiz/campaigns")).text
    await street.do(lambda session: planning.end(session, made.id, actor="x", at=street.at))
    assert (await client.get("/treiz/campaigns/secret")).status_code == 404
