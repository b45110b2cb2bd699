"""What people are told of the refusals of those who hold vouchers."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus as H
from typing import Final

from api.wording.said import Said
from ledger.errors import Refusal
from vouchers.holders import errors as h

SAID: Final[Mapping[type[Refusal], Said]] = {
    h.VoucherKeptAlready: Said(
        H.CONFLICT, "Bon déjà gardé",
        "Ce bon est déjà gardé avec une adresse e-mail, et cette personne est prévenue. Si elle vous l'a offert, elle "
        "peut le laisser aller ; si l'adresse est la vôtre, il n'y a rien à faire.",
        "Voucher kept already",
        "This voucher is kept with an e-mail address already, and that person is told. If they gave it to you, they "
        "can let it go; if the address is yours, there is nothing to do.",
    ),
    h.VoucherNotKept: Said(
        H.CONFLICT, "Bon gardé ailleurs", "Ce bon n'est pas, ou n'est plus, gardé avec votre adresse.",
        "Voucher not kept", "This voucher is not, or no longer, kept with your address.",
    ),
    h.HolderLinkSpent: Said(
        H.GONE, "Lien périmé",
        "Ce lien ne mène plus à rien : il est trop ancien, ou il a été coupé en route. Redemandez-en un.",
        "Link too old", "This link opens nothing any more: it is too old, or was cut off on its way. Ask for another.",
    ),
    h.TooLateToRemind: Said(
        H.CONFLICT, "Trop tard pour un rappel",
        "Le dernier jour, le {last_day}, est déjà trop proche pour ce rappel : choisissez-en un autre.",
        "Too late for a reminder", "The last day, {last_day}, is too near for this reminder: choose another.",
    ),
}  # fmt: skip
