"""What people are told of the refusals of what shops say of themselves, and of how they join."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus as H
from typing import Final

from api.wording.said import Said
from ledger.errors import Refusal
from merchants.street import errors as street

_BAD: Final = H.UNPROCESSABLE_ENTITY

SAID: Final[Mapping[type[Refusal], Said]] = {
    street.PageFieldMalformed: Said(
        _BAD, "Texte impossible à garder",
        "Ce texte est trop long ({most} caractères au plus) ou contient des caractères illisibles. Corrigez-le.",
        "Text that cannot be kept",
        "This text is too long ({most} characters at most) or holds unreadable characters. Correct it.",
    ),
    street.PhoneMalformed: Said(
        _BAD, "Numéro de téléphone incorrect", "Écrivez un numéro de téléphone, comme 04 91 00 00 00.",
        "Not a telephone number", "Write a telephone number, such as 04 91 00 00 00.",
    ),
    street.WebsiteMalformed: Said(
        _BAD, "Adresse de site incorrecte", "Écrivez l'adresse d'un site, comme https://www.boulangerie.fr.",
        "Not the address of a site", "Write the address of a site, such as https://www.bakery.fr.",
    ),
    street.HoursMalformed: Said(
        _BAD, "Horaires illisibles", "« {typed} » ne se lit pas. Écrivez par exemple 9h-12h30, 14h-19h, ou fermé.",
        "Hours that cannot be read", "“{typed}” cannot be read. Write for example 9:00-12:30, 14:00-19:00, or closed.",
    ),
    street.ClosuresTooMany: Said(
        H.CONFLICT, "Trop de fermetures", "Il y a déjà {most} fermetures à venir. Retirez-en une d'abord.",
        "Too many closures", "There are {most} closures to come already. Remove one first.",
    ),
    street.PhotosTooMany: Said(
        H.CONFLICT, "Trop de photos", "Un commerce montre {most} photos au plus. Retirez-en une d'abord.",
        "Too many photos", "A shop shows {most} photos at most. Remove one first.",
    ),
    street.PhotoUnknown: Said(
        H.NOT_FOUND, "Photo inconnue", "Il n'y a pas de photo {photo} ici, ou plus.",
        "Unknown photo", "There is no photo {photo} here, or not any more.",
    ),
}  # fmt: skip
