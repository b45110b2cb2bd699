"""The fields of a shop in a form, judged by the rules of the register, each fault beside its field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from api.pages.forms import GENERAL, Form
from merchants.errors import ShopFieldsInvalid
from merchants.shops import reasons
from merchants.shops.checking import NewShop, check_shop
from merchants.shops.columns import Field

LONGEST: Final = 200

_FORMS: Final[Mapping[str, str]] = {"sign": "name", "usual_name": "name", "commune_code": "commune"}
"""Where a fault of a field without a box of its own is shown."""


def particulars(
    form: Form, *, siret: str, name: str, legal_name: str | None = None, iban: str = "", email: str = ""
) -> NewShop | None:
    """The shop that a form describes: its street, postcode, commune and trade are read from it.

    :returns: None if something is wrong, which is then said beside its field
    """
    fields: dict[Field, str] = {
        "siret": siret, "sign": name, "legal_name": legal_name or "", "street": form.text("street", most=LONGEST),
        "postcode": form.text("postcode", most=20), "commune": form.text("commune", most=LONGEST),
        "naf": form.text("naf", most=20), "iban": iban, "email": email,
    }  # fmt: skip
    try:
        return check_shop(fields)
    except ShopFieldsInvalid as refusal:
        for fault in refusal.faults:
            said = reasons.sentence(fault.code, form.language, value=fault.value, expected=fault.expected)
            where = _FORMS.get(fault.field, fault.field)
            form.faults.setdefault(where if where in _SHOWN else GENERAL, said)
        return None


_SHOWN: Final = frozenset({"siret", "name", "street", "postcode", "commune", "naf", "iban", "email"})
