"""What people are told of the refusals of commission invoices."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus as H
from typing import Final

from api.wording.said import Said
from ledger.errors import Refusal
from merchants.invoices import errors as i

SAID: Final[Mapping[type[Refusal], Said]] = {
    i.NoInvoice: Said(
        H.NOT_FOUND, "Pas de facture",
        "Le règlement {settlement} n'a pas de commission, donc pas de facture. Son relevé dit comment il est formé.",
        "No invoice",
        "The settlement {settlement} has no commission, and so no invoice. Its statement says how it is made up.",
    ),
}  # fmt: skip
