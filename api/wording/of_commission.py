"""What people are told of the refusals of rules of commission and of minimums."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus as H
from typing import Final

from api.wording.said import Said
from ledger.errors import Refusal
from merchants.commission import errors as c
from merchants.shops import errors as shops

_BAD: Final = H.UNPROCESSABLE_ENTITY

SAID: Final[Mapping[type[Refusal], Said]] = {
    c.CommissionTooLate: Said(
        H.CONFLICT, "Jours déjà réglés",
        "Les jours jusqu'au {settled} sont réglés et gardent leur commission. Choisissez un premier jour plus tardif.",
        "Days settled already",
        "The days up to {settled} are settled and keep their commission. Let the rule begin on a later day.",
    ),
    c.CommissionMalformed: Said(
        _BAD, "Règle de commission impossible",
        "La valeur de {field} n'est pas possible pour cette règle. Corrigez-la.",
        "Commission rule not possible", "The value of {field} is not possible for this rule. Correct it.",
    ),
    shops.MinimumTooHigh: Said(
        _BAD, "Minimum impossible", "Un minimum de virement va de 0,00 € à {most}. Choisissez un montant entre les deux.",
        "Minimum not possible", "A minimum for transfers is between zero and {most}. Choose a sum between them.",
    ),
}  # fmt: skip
