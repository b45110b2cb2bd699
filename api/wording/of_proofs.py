"""What people are told of the refusals of proving."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus as H
from typing import Final

from api.wording.said import Said
from ledger.errors import Refusal
from vouchers.proving.errors import GaugeLimitsMalformed

SAID: Final[Mapping[type[Refusal], Said]] = {
    GaugeLimitsMalformed: Said(
        H.UNPROCESSABLE_ENTITY,
        "Seuils impossibles", "Une jauge prévient au-dessus de 0 %, alerte plus haut, et à 100 % au plus tard. Écrivez par exemple 70 et 85.",
        "Impossible limits", "A gauge warns above 0 %, alarms above that, and at 100 % at the latest. Write 70 and 85, for instance.",
    ),
}  # fmt: skip
