"""What people are told of the refusals of reading the bank's statements."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus as H
from typing import Final

from api.wording.said import Said
from ledger.errors import Refusal
from merchants.bank import errors as b

_BAD: Final = H.UNPROCESSABLE_ENTITY

SAID: Final[Mapping[type[Refusal], Said]] = {
    b.BankFileTooLarge: Said(
        H.REQUEST_ENTITY_TOO_LARGE, "Fichier trop grand", "Le fichier dépasse {limit} octets. Demandez à la banque un relevé par jour.",
        "File too large", "The file holds more than {limit} bytes. Ask the bank for one statement a day.",
    ),
    b.BankFileBroken: Said(
        _BAD, "Fichier abîmé", "Le fichier est coupé ou abîmé : la lecture s'arrête à la ligne {line}. Rien n'a été pris ; téléchargez-le à nouveau.",
        "File damaged", "The file is cut short or damaged: reading stopped at line {line}. Nothing was taken; download it again.",
    ),
    b.BankFileDoctype: Said(
        _BAD, "Fichier dangereux", "Le fichier déclare un type de document (DOCTYPE), ce qu'aucune banque ne fait. Téléchargez-le à nouveau sur le site de la banque.",
        "File not safe", "The file declares a document type (DOCTYPE), which no bank does. Download it again from your bank's site.",
    ),
    b.BankFileKindUnknown: Said(
        _BAD, "Pas un relevé camt.053", "Le fichier est « {kind} ». Demandez à la banque un relevé camt.053, version 02, 04, 06 ou 08.",
        "Not a camt.053 statement", "The file is “{kind}”. Ask the bank for a camt.053 statement, version 02, 04, 06 or 08.",
    ),
    b.BankFileWithoutStatement: Said(
        _BAD, "Aucun relevé", "Le fichier ne contient aucun relevé. Choisissez un autre jour sur le site de la banque.",
        "No statement", "There is no statement in the file. Choose another day at your bank's site.",
    ),
    b.BankStatementIncomplete: Said(
        _BAD, "Relevé incomplet", "Un relevé n'indique pas son {missing}. Montrez le fichier à la banque ; rien n'a été pris.",
        "Statement incomplete", "A statement has no {missing}. Show the file to your bank; nothing was taken.",
    ),
    b.BankAccountNotOurs: Said(
        _BAD, "Relevé d'un autre compte", "{masked} n'est pas le compte du programme. Choisissez le relevé du bon compte, ou corrigez les règles du programme.",
        "Statement of another account", "{masked} is not the programme's account. Choose the right account's statement, or mend the programme's terms.",
    ),
    b.BankStatementChanged: Said(
        H.CONFLICT, "Relevé différent", "Le relevé « {number} » a déjà été lu, avec d'autres lignes. Rien n'a été pris ; demandez à la banque lequel est bon.",
        "Statement changed", "The statement “{number}” was read before, with other lines. Nothing was taken; ask the bank which one is right.",
    ),
    b.BankStatementUnknown: Said(
        H.NOT_FOUND, "Relevé inconnu", "Il n'y a pas de relevé {statement}. Vérifiez l'identifiant.",
        "Unknown statement", "There is no statement {statement}. Check the identifier.",
    ),
    b.BankEntryUnknown: Said(
        H.NOT_FOUND, "Ligne inconnue", "Il n'y a pas de ligne {entry}. Vérifiez l'identifiant.",
        "Unknown line", "There is no line {entry}. Check the identifier.",
    ),
    b.BankEntryDecided: Said(
        H.CONFLICT, "Ligne déjà traitée", "Cette ligne n'attend plus personne. Voyez sur son relevé ce qu'elle est devenue.",
        "Line dealt with already", "This line waits for nobody any more. See on its statement what became of it.",
    ),
    b.BankEntryNoMoney: Said(
        H.CONFLICT, "Ligne au débit", "Cette ligne est une sortie d'argent : elle ne paie aucune commande. Expliquez-la.",
        "Money that went out", "This line is money that went out: it pays no order. Explain it.",
    ),
    b.BankTransferTaken: Said(
        H.CONFLICT, "Paiement d'une autre ligne", "Ce paiement est déjà une autre ligne, ou d'un autre montant. Choisissez autre chose.",
        "Payment of another line", "This payment is another line already, or another amount. Choose something else.",
    ),
}  # fmt: skip
