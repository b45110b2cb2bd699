"""What search engines are told of a shop and of a campaign, held against the words of schema.org.

The table below names the types and properties that we use, as schema.org defines them (https://schema.org/docs/full.html
and the page of each term, version 29): on which types a property may stand, and what may be its value.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from html import unescape
from typing import Any, Final
from urllib.parse import urlsplit

import pytest

from api.pages.street.showing import ShownShop
from api.pages.street.structured import FINER, TYPES, shop_data, written
from api.pages.street.words import TRADES, Opening, distance, eased, opening
from ledger.ids import new_id
from merchants.street.directory import PublicShop
from merchants.street.groups import GROUPS
from merchants.street.hours import Closure, Hours, Span, read_day
from merchants.street.profile import ProfileView
from tests.given import paris
from tests.pages.given import Live
from tests.pages.streets import SECRET, SHOPS, a_street, siret

PARENTS: Final = {
    # https://schema.org/LocalBusiness and the pages of its more specific types
    "Place": "Thing", "Organization": "Thing", "Event": "Thing", "Intangible": "Thing", "StructuredValue": "Intangible",
    "LocalBusiness": "Organization Place", "FoodEstablishment": "LocalBusiness", "Store": "LocalBusiness",
    "LodgingBusiness": "LocalBusiness", "HealthAndBeautyBusiness": "LocalBusiness", "MedicalBusiness": "LocalBusiness",
    "DryCleaningOrLaundry": "LocalBusiness", "Bakery": "FoodEstablishment", "Restaurant": "FoodEstablishment",
    "CafeOrCoffeeShop": "FoodEstablishment", "FastFoodRestaurant": "FoodEstablishment", "GroceryStore": "Store",
    "LiquorStore": "Store", "ClothingStore": "Store", "ShoeStore": "Store", "JewelryStore": "Store",
    "BookStore": "Store",
    "HomeGoodsStore": "Store", "FurnitureStore": "Store", "HardwareStore": "Store", "Florist": "Store",
    "ElectronicsStore": "Store", "ComputerStore": "Store", "MobilePhoneStore": "Store", "SportingGoodsStore": "Store",
    "ToyStore": "Store", "MusicStore": "Store", "Pharmacy": "MedicalBusiness", "Optician": "MedicalBusiness",
    "HairSalon": "HealthAndBeautyBusiness", "BeautySalon": "HealthAndBeautyBusiness", "Hotel": "LodgingBusiness",
    "Campground": "LodgingBusiness", "SaleEvent": "Event", "PostalAddress": "StructuredValue",
    "GeoCoordinates": "StructuredValue", "OpeningHoursSpecification": "StructuredValue",
    "PropertyValue": "StructuredValue",
}  # fmt: skip

ALLOWED: Final = {
    # property: the types on which it may stand, the types or forms of its value
    "name": ("Thing", "text"), "url": ("Thing", "url"), "description": ("Thing", "text"), "image": ("Thing", "url"),
    "sameAs": ("Thing", "url"), "identifier": ("Thing", "PropertyValue"),
    "address": ("Place Organization", "PostalAddress text"), "geo": ("Place", "GeoCoordinates"),
    "telephone": ("Place Organization", "text"), "slogan": ("Place Organization", "text"),
    "openingHoursSpecification": ("Place", "OpeningHoursSpecification"),
    "specialOpeningHoursSpecification": ("Place", "OpeningHoursSpecification"),
    "paymentAccepted": ("LocalBusiness", "text"),
    "streetAddress": ("PostalAddress", "text"), "postalCode": ("PostalAddress", "text"),
    "addressLocality": ("PostalAddress", "text"), "addressCountry": ("PostalAddress", "country"),
    "latitude": ("GeoCoordinates", "number"), "longitude": ("GeoCoordinates", "number"),
    "dayOfWeek": ("OpeningHoursSpecification", "weekday"), "opens": ("OpeningHoursSpecification", "time"),
    "closes": ("OpeningHoursSpecification", "time"), "validFrom": ("OpeningHoursSpecification", "date"),
    "validThrough": ("OpeningHoursSpecification", "date"),
    "propertyID": ("PropertyValue", "text"), "value": ("PropertyValue", "text"),
    "startDate": ("Event", "date"), "endDate": ("Event", "date"), "location": ("Event", "Place"),
    "organizer": ("Event", "Organization"), "eventStatus": ("Event", "status"),
    "eventAttendanceMode": ("Event", "mode"),
}  # fmt: skip
"""``founder``, ``employee``, ``email`` and ``legalName``, which name people, are deliberately not among them."""

FORMS: Final = {
    "text": r"(?s).+", "url": r"https?://[^\s]+", "country": r"[A-Z]{2}", "time": r"([01]\d|2[0-3]):[0-5]\d",
    "date": r"\d{4}-\d\d-\d\d", "weekday": r"https://schema\.org/(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day",
    "status": r"https://schema\.org/EventScheduled", "mode": r"https://schema\.org/OfflineEventAttendanceMode",
}  # fmt: skip


def is_a(kind: str, wanted: str) -> bool:
    return kind == wanted or any(is_a(parent, wanted) for parent in PARENTS.get(kind, "").split())


def faults_of(data: Any, where: str = "") -> list[str]:
    """What schema.org does not know, or knows otherwise."""
    kind = data.get("@type")
    if kind not in PARENTS:
        return [f"{where}: no type {kind}"]
    found = []
    for name, value in data.items():
        if name.startswith("@"):
            continue
        if name not in ALLOWED or not any(is_a(kind, one) for one in ALLOWED[name][0].split()):
            found.append(f"{where}.{name} does not stand on {kind}")
            continue
        for one in value if isinstance(value, list) else [value]:
            found += _faults_of_value(one, ALLOWED[name][1].split(), f"{where}.{name}")
    return found


def _faults_of_value(value: Any, wanted: list[str], where: str) -> list[str]:
    if isinstance(value, dict):
        right = any(is_a(str(value.get("@type")), one) for one in wanted)
        return faults_of(value, where) if right else [f"{where} is a {value.get('@type')}"]
    if isinstance(value, int | float):
        return [] if "number" in wanted else [f"{where} is a number"]
    right = any(re.fullmatch(FORMS[one], value) for one in wanted if one in FORMS)
    return [] if right else [f"{where} is {value!r}"]


def blocks(page: str) -> list[Any]:
    """The data of a page, as a search engine reads it."""
    return [
        json.loads(one) for one in re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    ]


async def test_the_data_of_every_page_is_schema_orgs_and_about_nobody(still_live: Live) -> None:
    street = await a_street(still_live)
    await street.campaign(await street.top_up())
    async with still_live.client() as client:
        for path in (
            "/treiz/campaigns/tu-es-l-amour-de-ma-ville", *(f"/treiz/shops/{siret(n)}" for n in range(len(SHOPS))),
        ):  # fmt: skip
            (data,) = blocks((await client.get(path)).text)
            assert data["@context"] == "https://schema.org"
            assert not faults_of(data), (path, faults_of(data))
            assert not [secret for secret in SECRET.values() if secret in json.dumps(data)]
            assert urlsplit(data["url"]).path == path
        (bakery,) = blocks((await client.get(f"/treiz/shops/{siret(0)}")).text)
    assert bakery["@type"] == "Bakery"
    assert bakery["geo"] == {"@type": "GeoCoordinates", "latitude": 43.296, "longitude": 5.379}
    assert len(bakery["openingHoursSpecification"]) == 7
    assert len(bakery["image"]) == 2


def a_shop(naf: str, **profile: Any) -> ShownShop:
    shop = PublicShop(new_id(), siret(0), "X", "", "13001", "Marseille", None, naf, "…", None, None, date(2026, 10, 5))
    return ShownShop(
        shop, "X", "1 rue", TRADES[shop.group.slug], ProfileView(shop.id, **profile), (), Opening("unknown", ""), "", ()
    )


def data_of(one: ShownShop) -> Any:
    return shop_data(one, address="https://bons.example/treiz/shops/1", images=[], programme="Treiz'Local")


@pytest.mark.parametrize(
    "naf", [*FINER, "47.11B", "01.11Z", "62.01Z", *sorted({one.codes[0] or "94.99Z" for one in GROUPS})]
)
def test_whatever_a_shop_does_is_a_type_that_there_is(naf: str) -> None:
    assert not faults_of(data_of(a_shop(naf)))
    assert set(TYPES) == {one.slug for one in GROUPS}


def test_hours_after_midnight_and_closed_days_are_written_as_schema_org_has_them() -> None:
    hours = Hours((*read_day(4, "18-2"), *read_day(5, "9-24")), "", (Closure(date(2026, 12, 24), date(2026, 12, 26)),))
    data = data_of(a_shop("56.30Z", hours=hours))
    assert not faults_of(data)
    told = [(one["opens"], one["closes"]) for one in data["openingHoursSpecification"]]
    assert told == [("18:00", "02:00"), ("09:00", "23:59")]
    (closed,) = data["specialOpeningHoursSpecification"]
    assert (closed["validFrom"], closed["opens"], closed["closes"]) == ("2026-12-24", "00:00", "00:00")


def test_nothing_that_a_shop_writes_ends_the_block() -> None:
    text = written(data_of(a_shop("56.30Z", craft="</script><script>alert(1)</script>", story="a & b <!-- \u2028")))
    assert not {"<", ">", "&", "\u2028"} & set(text)
    assert json.loads(text)["slogan"] == "</script><script>alert(1)</script>"
    assert unescape(text) == str(text)


WEEK: Final = Hours(tuple(span for day in range(5) for span in read_day(day, "9-12:30, 14-19")))


@pytest.mark.parametrize(
    ("at", "french", "english"),
    [
        ("2026-10-05T10:00", "Ouvert jusqu'à 12 h 30", "Open until 12:30"),
        ("2026-10-05T13:00", "Ouvre à 14 h", "Opens at 14:00"),
        ("2026-10-05T19:00", "Ouvre demain à 9 h", "Opens tomorrow at 9:00"),
        ("2026-10-09T20:00", "Ouvre lundi à 9 h", "Opens on Monday at 9:00"),
    ],
)
def test_whether_a_shop_is_open_is_said_in_words(at: str, french: str, english: str) -> None:
    assert opening(WEEK, paris(at), "fr").words.replace("\u00a0", " ") == french
    assert opening(WEEK, paris(at), "en").words == english


def test_what_never_closes_and_what_nobody_knows_is_said_too() -> None:
    always = Hours(tuple(Span(day, 0, 24 * 60) for day in range(7)))
    assert opening(always, datetime(2026, 10, 5, tzinfo=UTC), "fr").words == "Ouvert jour et nuit"
    late = Hours(read_day(0, "18-24"))
    assert opening(late, paris("2026-10-05T19:00"), "fr").words == "Ouvert jusqu'à minuit"
    assert opening(Hours(), paris("2026-10-05T19:00"), "fr") == Opening("unknown", "")
    away = replace(WEEK, closures=(Closure(date(2026, 10, 5), date(2026, 10, 18)),))
    assert opening(away, paris("2026-10-05T10:00"), "fr").words == "Ouvre le 19/10/2026"
    gone = replace(WEEK, closures=(Closure(date(2026, 10, 5), date(2027, 10, 18)),))
    assert opening(gone, paris("2026-10-05T10:00"), "fr").words == "Fermé pour le moment"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("CAFE DE L'OPERA", "Cafe de l'Opera"), ("L'ACTUEL", "L'Actuel"), ("SNC BAR DU PORT", "SNC Bar du Port"),
        ("Chez Toto", "Chez Toto"), ("AIX-EN-PROVENCE", "Aix-en-Provence"), ("LE 13", "Le 13"), ("", ""),
        ("A.B.C.", "A.B.C."),
        ("A & B <b>", "A & B <b>"), ("Fournil Łódź", "Fournil Łódź"), ("DE LA PLAINE", "De la Plaine"),
    ],
)  # fmt: skip
def test_names_in_capitals_are_eased(typed: str, shown: str) -> None:
    assert eased(typed) == shown


def test_distances_are_rounded_as_one_walks() -> None:
    shown = [distance(metres, "fr").replace("\u00a0", " ") for metres in (3, 348, 999, 1_000, 1_249, 12_600)]
    assert shown == ["50 m", "350 m", "1 km", "1 km", "1,2 km", "13 km"]
    assert distance(1_249, "en") == "1.2\u00a0km"
