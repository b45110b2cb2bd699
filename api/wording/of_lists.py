"""What people are told of the refusals of lists of beneficiaries, addresses and pictures."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus as H
from typing import Final

from api.wording.said import Said
from ledger.errors import Refusal
from merchants import pictures
from vouchers.orders.giving import urssaf
from vouchers.orders.lists import addresses, list_errors

_BAD: Final = H.UNPROCESSABLE_ENTITY

SAID: Final[Mapping[type[Refusal], Said]] = {
    addresses.AddressInvalid: Said(
        _BAD, "Adresse e-mail incorrecte",
        "« {typed} » n'est pas une adresse e-mail à laquelle écrire ({reason}). Corrigez-la.",
        "Not an e-mail address", "“{typed}” is not an e-mail address that can be written to ({reason}). Correct it.",
    ),
    list_errors.ListUnreadable: Said(
        _BAD, "Liste illisible", "Cette liste ne peut pas être lue ({reason}). Enregistrez-la en .xlsx ou en CSV.",
        "List not readable", "This list cannot be read ({reason}). Save it as .xlsx or as CSV.",
    ),
    list_errors.ListColumnsMissing: Said(
        _BAD, "Colonne manquante", "Aucune colonne ne donne le nom (titres lus : {found}). Intitulez-la « Nom ».",
        "Column missing", "No column gives the name (titles read: {found}). Call it “Name”.",
    ),
    list_errors.ListTooLong: Said(
        H.REQUEST_ENTITY_TOO_LARGE, "Liste trop longue",
        "La liste compte {lines} personnes ; une commande en prend {at_most} au plus. Répartissez-les sur plusieurs commandes.",
        "List too long", "The list has {lines} people; an order takes {at_most} at most. Share them out over several orders.",
    ),
    pictures.PictureTooLarge: Said(
        H.REQUEST_ENTITY_TOO_LARGE, "Image trop grande",
        "L'image est trop grande : 4 Mo et 24 millions de pixels au plus. Réduisez-la (800 pixels de large suffisent).",
        "Picture too large",
        "The picture is too large: 4 MB and 24 million pixels at most. Make it smaller (800 pixels wide is enough).",
    ),
    pictures.PictureUnreadable: Said(
        _BAD, "Image abîmée", "L'image est abîmée ou incomplète. Enregistrez-la de nouveau en PNG ou en JPEG.",
        "Picture damaged", "The picture is damaged or cut short. Save it again as PNG or JPEG.",
    ),
    pictures.PictureKindRefused: Said(
        H.UNSUPPORTED_MEDIA_TYPE, "Format d'image refusé",
        "Donnez une image PNG, JPEG, WebP ou GIF (reçu : {kind}). Un SVG s'exporte en PNG depuis le logiciel de dessin.",
        "Kind of picture refused",
        "Give a PNG, JPEG, WebP or GIF (received: {kind}). A drawing program exports an SVG as PNG.",
    ),
    urssaf.OccasionUnknown: Said(
        _BAD, "Événement inconnu", "« {typed} » n'est pas un événement de la liste. Choisissez-en un, ou aucun.",
        "Unknown event", "“{typed}” is not an event of the list. Choose one, or none.",
    ),
}  # fmt: skip
