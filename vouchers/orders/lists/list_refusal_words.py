"""Why a whole list of people was refused and what to do, in French and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ledger.formats import Language
from merchants.shops.reasons import Said
from vouchers.orders.lists.list_errors import ListColumnsMissing, ListReason, ListTooLong, ListUnreadable

UNREADABLE: Final[Mapping[ListReason, Said]] = {
    "empty": Said(
        "La liste est vide. Mettez une personne par ligne, ou partez du modèle à télécharger.",
        "The list is empty. Put one person on each line, or start from the template.",
    ),
    "old-excel": Said(
        "C’est un ancien classeur Excel (.xls). Enregistrez-le en .xlsx (Fichier, Enregistrer sous), ou en CSV.",
        "This is an old Excel workbook (.xls). Save it as .xlsx (File, Save as), or as CSV.",
    ),
    "password": Said(
        "Ce classeur est protégé par un mot de passe. Enregistrez-en une copie sans mot de passe.",
        "This workbook has a password. Save a copy without one.",
    ),
    "open-document": Said(
        "C’est un classeur OpenDocument (.ods). Enregistrez-le en .xlsx ou en CSV.",
        "This is an OpenDocument spreadsheet (.ods). Save it as .xlsx or as CSV.",
    ),
    "pdf": Said(
        "C’est un PDF. Donnez le tableur dont il vient, ou copiez-en les lignes et collez-les.",
        "This is a PDF. Give the spreadsheet it came from, or copy its lines and paste them.",
    ),
    "picture": Said(
        "C’est une image. Donnez la liste en .xlsx ou en CSV, ou tapez-la.",
        "This is a picture. Give the list as .xlsx or CSV, or type it.",
    ),
    "other-document": Said(
        "Ce document n’est ni un .xlsx ni un CSV. Enregistrez la liste dans l’un de ces formats, ou collez-la.",
        "This document is neither an .xlsx nor a CSV. Save the list in one of these formats, or paste it.",
    ),
    "broken-workbook": Said(
        "Ce classeur est abîmé. Ouvrez-le dans un tableur et enregistrez-le de nouveau en .xlsx, ou en CSV.",
        "This workbook is damaged. Open it in a spreadsheet and save it again as .xlsx, or as CSV.",
    ),
    "broken-line": Said(
        "La lecture s’arrête à la ligne {line} : un guillemet y est resté ouvert ou mal placé. Corrigez cette ligne.",
        "Reading stops at line {line}: a quote there is left open or misplaced. Correct that line.",
    ),
    "not-text": Said(
        "Ce fichier ne contient pas de texte lisible. Enregistrez la liste en .xlsx, ou en CSV (UTF-8).",
        "This file holds no readable text. Save the list as .xlsx, or as CSV (UTF-8).",
    ),
    "bytes": Said(
        "Le fichier dépasse {limit}. Gardez les seules colonnes utiles, ou coupez la liste en plusieurs commandes.",
        "The file is larger than {limit}. Keep the useful columns only, or split the list over several orders.",
    ),
    "unpacked": Said(
        "Le classeur est trop gros une fois décompressé. Copiez les lignes dans un nouveau classeur, ou collez-les.",
        "The workbook is too large once unpacked. Copy the lines into a new workbook, or paste them.",
    ),
    "many-lines": Said(
        "La liste compte plus de {limit} lignes, et une commande prend 5\u00a0000 personnes au plus. "
        "Répartissez-les sur plusieurs commandes.",
        "The list has more than {limit} lines, and an order takes 5,000 people at most. "
        "Share them out over several orders.",
    ),
    "far-lines": Said(
        "La feuille compte plus de {limit} lignes, vides comprises. Copiez les lignes utiles dans un nouveau classeur.",
        "The sheet has more than {limit} lines, counting the empty ones. Copy the useful lines into a new workbook.",
    ),
}
_MISSING: Final = Said(
    "Aucune colonne ne donne le nom (titres lus : {found}). Intitulez-la « Nom », ou « Prénom » et « Nom ».",
    "No column gives the name (titles read: {found}). Call it “Name”, or “First name” and “Last name”.",
)
_TOO_LONG: Final = Said(
    "La liste compte {lines} personnes ; une commande en prend {at_most} au plus. "
    "Répartissez-les sur plusieurs commandes.",
    "The list has {lines} people; an order takes {at_most} at most. Share them out over several orders.",
)
_NONE: Final = Said("aucun", "none")


def list_sentence(refusal: ListUnreadable | ListColumnsMissing | ListTooLong, language: Language = "fr") -> str:
    """Why a whole list was refused, and what to do."""
    match refusal:
        case ListColumnsMissing():
            return _MISSING.in_(language).format(found=", ".join(refusal.found) or _NONE.in_(language))
        case ListTooLong():
            counts = {"lines": _count(refusal.lines, language), "at_most": _count(refusal.at_most, language)}
            return _TOO_LONG.in_(language).format(**counts)
        case ListUnreadable():
            limit = _count(refusal.limit or 0, language)
            if refusal.reason == "bytes":
                limit = f"{(refusal.limit or 0) // 1024**2}\u00a0{'Mo' if language == 'fr' else 'MB'}"
            return UNREADABLE[refusal.reason].in_(language).format(line=refusal.line, limit=limit)


def _count(number: int, language: Language) -> str:
    return f"{number:,}".replace(",", "\u00a0" if language == "fr" else ",")
