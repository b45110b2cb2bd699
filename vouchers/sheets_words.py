"""What is printed on sheets, in both languages."""

from __future__ import annotations

from typing import Final

from ledger.formats import Language

WORDS: Final[dict[Language, dict[str, str]]] = {
    "fr": {
        "title": "Bons d'achat",
        "voucher": "BON D'ACHAT",
        "offered": "Offert par {by}",
        "for": "Pour {name}",
        "until": "Valable jusqu'au",
        "day": "{day} inclus",
        "code": "Code à scanner ou à dicter",
        "how": "À dépenser en une ou plusieurs fois, au centime près, chez les commerçants participants : "
        "présentez ce bon en caisse.",
        "briefly": "À dépenser en une ou plusieurs fois chez les commerçants participants.",
        "step 1": "Scannez ce code avec votre téléphone pour trouver un commerce participant.",
        "step 2": "En caisse, présentez cette page, sur papier ou sur votre écran.",
        "step 3": "Dépensez en une ou plusieurs fois, au centime près : le reste est gardé.",
    },
    "en": {
        "title": "Gift vouchers",
        "voucher": "GIFT VOUCHER",
        "offered": "A gift from {by}",
        "for": "For {name}",
        "until": "Valid through",
        "day": "{day}",
        "code": "Code to scan or read out",
        "how": "Spend it in one or several goes, to the cent, at the shops that take part: "
        "show this voucher at the till.",
        "briefly": "Spend it in one or several goes at the shops that take part.",
        "step 1": "Scan this code with your phone to find a shop that takes part.",
        "step 2": "At the till, show this page, on paper or on your screen.",
        "step 3": "Spend it in one or several goes, to the cent: the rest is kept.",
    },
}
