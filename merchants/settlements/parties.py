"""Who pays and who is paid, as they were on the day of a settlement: kept with it, so that its paper never changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from merchants.programme import Terms
from merchants.settlements.statement import StatementProgramme, StatementShop
from merchants.shops.identity import masked_iban
from merchants.shops.queries import ShopView


def parties(terms: Terms, shop: ShopView, tills: Mapping[UUID, str]) -> dict[str, Any]:
    """Both parties as JSON, and what the shop's tills are called: a label may be another one tomorrow."""
    return {
        "programme": {
            "name": terms.name,
            "legal_name": terms.legal_name,
            "address": [terms.street, f"{terms.postcode} {terms.commune}"],
            "siren": terms.siren,
            "vat_number": terms.vat_number,
        },
        "shop": {
            "name": shop.name,
            "address": [line for line in (shop.street, f"{shop.postcode} {shop.commune}") if line.strip()],
            "siret": shop.siret,
            "vat_number": shop.vat_number,
        },
        "iban": masked_iban(shop.iban) if shop.iban else None,
        "tills": {str(till): label for till, label in tills.items()},
    }


def programme_in(kept: Mapping[str, Any]) -> StatementProgramme:
    """Who pays, from what ``parties`` kept."""
    one = kept["programme"]
    return StatementProgramme(one["name"], one["legal_name"], tuple(one["address"]), one["siren"], one["vat_number"])


def shop_in(kept: Mapping[str, Any]) -> StatementShop:
    """Who is paid, from what ``parties`` kept."""
    one = kept["shop"]
    return StatementShop(one["name"], tuple(one["address"]), one["siret"], one["vat_number"])
