"""A shop and a campaign in the words of schema.org, for search engines: pure, and nothing in it about a person.

Types and properties are those of https://schema.org (version 29); a test holds them against its definitions.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from markupsafe import Markup

from api.pages.street.showing import ShownShop
from merchants.street.hours import DAY, Hours, Span
from vouchers.campaigns.queries import CampaignView

Data = dict[str, Any]

CONTEXT: Final = "https://schema.org"

TYPES: Final[Mapping[str, str]] = {
    "bread": "Bakery",
    "food": "GroceryStore",
    "fruit": "GroceryStore",
    "meat": "GroceryStore",
    "fish": "GroceryStore",
    "wine": "LiquorStore",
    "restaurants": "Restaurant",
    "cafes": "CafeOrCoffeeShop",
    "fashion": "ClothingStore",
    "jewels": "JewelryStore",
    "books": "BookStore",
    "leisure": "Store",
    "home": "HomeGoodsStore",
    "flowers": "Florist",
    "beauty": "HealthAndBeautyBusiness",
    "health": "Store",
    "craft": "Store",
    "electronics": "ElectronicsStore",
    "hotels": "LodgingBusiness",
    "tobacco": "Store",
    "markets": "Store",
    "services": "LocalBusiness",
    "others": "LocalBusiness",
}
"""What each group of trades is, for schema.org."""

FINER: Final[Mapping[str, str]] = {
    "47.64Z": "SportingGoodsStore", "47.65Z": "ToyStore", "47.63Z": "MusicStore", "47.72A": "ShoeStore",
    "47.73Z": "Pharmacy", "47.78A": "Optician", "47.59A": "FurnitureStore", "47.52A": "HardwareStore",
    "47.52B": "HardwareStore", "47.42Z": "MobilePhoneStore", "47.41Z": "ComputerStore", "96.02A": "HairSalon",
    "96.02B": "BeautySalon", "96.01B": "DryCleaningOrLaundry", "55.10Z": "Hotel", "55.30Z": "Campground",
    "56.10C": "FastFoodRestaurant",
}  # fmt: skip
"""Trades for which schema.org has a word of their own."""

DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ESCAPED: Final = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)


def shop_data(one: ShownShop, *, address: str, images: list[str], programme: str) -> Data:
    """A shop as a LocalBusiness or one of its kinds; only what is known is in it."""
    shop = one.shop
    data: Data = {
        "@context": CONTEXT,
        "@type": FINER.get(shop.naf) or TYPES[shop.group.slug],
        "@id": address,
        "url": address,
        "name": one.name,
        "address": {
            "@type": "PostalAddress", "streetAddress": one.street, "postalCode": shop.postcode,
            "addressLocality": shop.commune, "addressCountry": "FR",
        },
        "identifier": {"@type": "PropertyValue", "propertyID": "SIRET", "value": shop.siret},
        "paymentAccepted": programme,
    }  # fmt: skip
    if shop.latitude is not None and shop.longitude is not None:
        data["geo"] = {"@type": "GeoCoordinates", "latitude": shop.latitude, "longitude": shop.longitude}
    said = {
        "slogan": one.profile.craft, "description": one.profile.story, "telephone": one.profile.phone,
        "sameAs": one.profile.website, "image": images, **_hours(one.profile.hours),
    }  # fmt: skip
    return data | {name: value for name, value in said.items() if value}


def campaign_data(one: CampaignView, *, address: str, organiser: str, place: str) -> Data:
    """A campaign as an Event of the programme's place."""
    return {
        "@context": CONTEXT,
        "@type": "SaleEvent",
        "@id": address,
        "url": address,
        "name": one.promise.title,
        "description": one.promise.theme or one.promise.title,
        "startDate": one.promise.first_day.isoformat(),
        "endDate": one.promise.last_day.isoformat(),
        "eventStatus": f"{CONTEXT}/EventScheduled",
        "eventAttendanceMode": f"{CONTEXT}/OfflineEventAttendanceMode",
        "location": {"@type": "Place", "name": place, "address": place},
        "organizer": {"@type": "Organization", "name": organiser},
    }


def written(data: Data) -> Markup:
    """As it stands in a page: nothing that was typed can end the element that holds it."""
    return Markup(json.dumps(data, ensure_ascii=False).translate(_ESCAPED))  # noqa: S704 - escaped in this very line


def _hours(hours: Hours) -> Data:
    closures = [
        {
            "@type": "OpeningHoursSpecification", "validFrom": one.first_day.isoformat(),
            "validThrough": one.last_day.isoformat(), "opens": "00:00", "closes": "00:00",
        }
        for one in hours.closures
    ]  # fmt: skip
    return {
        "openingHoursSpecification": [_span(one) for one in hours.week],
        "specialOpeningHoursSpecification": closures,
    }


def _span(one: Span) -> Data:
    # A range that ends after midnight closes before it opens, for schema.org too; midnight itself is its last minute.
    closes = DAY - 1 if one.closes == DAY else one.closes % DAY
    return {
        "@type": "OpeningHoursSpecification", "dayOfWeek": f"{CONTEXT}/{DAYS[one.weekday]}",
        "opens": _clock(one.opens), "closes": _clock(closes),
    }  # fmt: skip


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
