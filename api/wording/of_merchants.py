"""What people are told of the refusals of programmes, shops and settlements."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus as H
from typing import Final

from api.wording.said import Said
from ledger.errors import Refusal
from merchants import errors as m
from merchants import programme, registry
from merchants.settlements import errors as settlements
from merchants.shops import errors as shops

_BAD: Final = H.UNPROCESSABLE_ENTITY

SAID: Final[Mapping[type[Refusal], Said]] = {
    m.SiretInvalid: Said(
        _BAD, "SIRET incorrect", "« {typed} » n'est pas un SIRET : 14 chiffres, sur l'avis de situation INSEE.",
        "Not a SIRET", "“{typed}” is not a SIRET: 14 digits, on the INSEE certificate.",
    ),
    m.SirenInvalid: Said(
        _BAD, "SIREN incorrect", "« {typed} » n'est pas un SIREN : 9 chiffres, dont une clé. Recopiez-le.",
        "Not a SIREN", "“{typed}” is not a SIREN: 9 digits, the last a check digit. Copy it again.",
    ),
    m.VatNumberInvalid: Said(
        _BAD, "Numéro de TVA incorrect", "« {typed} » n'est pas un numéro de TVA français (FR, deux chiffres, SIREN).",
        "Not a VAT number", "“{typed}” is not a French VAT number (FR, two characters, SIREN).",
    ),
    m.IbanInvalid: Said(
        _BAD, "IBAN incorrect", "{masked} n'est pas un IBAN valable. Recopiez-le depuis le RIB.",
        "Not an IBAN", "{masked} is not a valid IBAN. Copy it from the bank's paper.",
    ),
    m.IbanOutsideSepa: Said(
        _BAD, "IBAN hors SEPA", "Les virements SEPA n'atteignent pas ce pays ({country}). Donnez un IBAN de la zone SEPA.",
        "IBAN outside SEPA", "SEPA transfers do not reach {country}. Give an IBAN of a SEPA country.",
    ),
    m.BicInvalid: Said(
        _BAD, "BIC incorrect", "« {typed} » n'est pas un BIC : 8 ou 11 caractères, sur le RIB.",
        "Not a BIC", "“{typed}” is not a BIC: 8 or 11 characters, on the bank's paper.",
    ),
    m.PostcodeMalformed: Said(
        _BAD, "Code postal incorrect", "« {typed} » n'est pas un code postal : cinq chiffres.",
        "Not a postcode", "“{typed}” is not a postcode: five digits.",
    ),
    m.PostcodeUnknown: Said(
        _BAD, "Code postal inconnu", "Aucune commune n'a le code postal {postcode}. Vérifiez-le, ou ajoutez CEDEX.",
        "Unknown postcode", "No commune has the postcode {postcode}. Check it, or add CEDEX.",
    ),
    m.CommuneNotAtPostcode: Said(
        _BAD, "Commune et code postal ne vont pas ensemble", "{postcode} ne dessert pas « {commune} ». Corrigez l'un des deux.",
        "Commune and postcode do not match", "{postcode} does not serve “{commune}”. Correct one of the two.",
    ),
    m.CommuneCodeUnknown: Said(
        _BAD, "Code commune inconnu", "« {typed} » n'est pas le code INSEE d'une commune.",
        "Unknown commune code", "“{typed}” is not the INSEE code of a commune.",
    ),
    m.NafUnknown: Said(
        _BAD, "Code NAF inconnu", "« {typed} » n'est pas un code NAF, comme 56.10A. Voyez l'avis de situation INSEE.",
        "Unknown NAF code", "“{typed}” is not a NAF code, such as 56.10A. See the INSEE certificate.",
    ),
    m.ColumnsMissing: Said(
        _BAD, "Colonnes manquantes", "Le fichier n'a pas de colonne {missing}. Ajoutez-la à la première ligne.",
        "Columns missing", "The file has no column {missing}. Add it to the first line.",
    ),
    m.FileUnreadable: Said(
        _BAD, "Fichier illisible", "Ce fichier n'est ni un CSV ni un XLSX lisible ({reason}). Enregistrez-le à nouveau.",
        "File not readable", "This file is neither a CSV nor an XLSX that can be read ({reason}). Save it again.",
    ),
    m.FileTooLarge: Said(
        H.REQUEST_ENTITY_TOO_LARGE, "Fichier trop grand", "Le fichier dépasse {limit} ({unit}). Partagez-le en plusieurs.",
        "File too large", "The file holds more than {limit} {unit}. Split it.",
    ),
    m.ShopFieldsInvalid: Said(
        _BAD, "Commerce incorrect", "Des champs sont à corriger ; chacun est dans « errors » avec sa raison.",
        "Shop not valid", "Some fields need mending; each is in “errors” with its reason.",
    ),
    programme.TermsMissing: Said(
        H.CONFLICT, "Pas de règles", "Le programme n'a pas de règles au {day}. Ajoutez-en qui valent ce jour-là.",
        "No terms", "The programme has no terms on {day}. Add some that hold on that day.",
    ),
    programme.TermsTooLate: Said(
        H.CONFLICT, "Période déjà réglée", "Les jours jusqu'au {settled} sont réglés. Choisissez un jour d'effet plus tardif.",
        "Days settled already", "The days up to {settled} are settled. Let the new terms hold from a later day.",
    ),
    programme.TermsMalformed: Said(
        _BAD, "Règle hors limites", "La valeur de {field} n'est pas possible. Corrigez-la.",
        "Term out of bounds", "The value of {field} is not possible. Correct it.",
    ),
    registry.SlugMalformed: Said(
        _BAD, "Nom court incorrect", "« {typed} » ne convient pas : 2 à 31 minuscules, chiffres ou tirets, une lettre d'abord.",
        "Not a slug", "“{typed}” will not do: 2 to 31 lower-case letters, digits or hyphens, a letter first.",
    ),
    registry.SlugReserved: Said(
        _BAD, "Nom court réservé", "« {slug} » est une adresse de l'installation elle-même. Prenez un autre nom court.",
        "Slug reserved", "“{slug}” is an address of the installation itself. Take another slug.",
    ),
    registry.ProgrammeExists: Said(
        H.CONFLICT, "Programme existant", "Il y a déjà un programme « {slug} ». Prenez un autre nom court.",
        "Programme exists", "There is a programme “{slug}” already. Take another slug.",
    ),
    registry.ProgrammeUnknown: Said(
        H.NOT_FOUND, "Programme inconnu", "Il n'y a pas de programme « {slug} ». Voyez « obole programme list ».",
        "Unknown programme", "There is no programme “{slug}”. See “obole programme list”.",
    ),
    shops.ShopUnknown: Said(
        H.NOT_FOUND, "Commerce inconnu", "Il n'y a pas de commerce {shop}. Vérifiez l'identifiant.",
        "Unknown shop", "There is no shop {shop}. Check the identifier.",
    ),
    shops.ShopExists: Said(
        H.CONFLICT, "Commerce déjà inscrit", "Le SIRET {siret} est déjà inscrit. Modifiez ce commerce plutôt.",
        "Shop registered already", "The SIRET {siret} is registered already. Change that shop instead.",
    ),
    shops.ShopStatusRefused: Said(
        H.CONFLICT, "Changement d'état impossible", "Un commerce « {status} » ne peut pas devenir « {asked} ».",
        "Status change refused", "A shop that is “{status}” cannot become “{asked}”.",
    ),
    shops.ShopNotAccepted: Said(
        H.FORBIDDEN, "Commerce non admis",
        "Ce commerce n'encaisse pas ({status}). Le responsable du programme peut l'admettre.",
        "Shop not accepted", "This shop does not redeem ({status}). The programme's operator can accept it.",
    ),
    shops.TillUnknown: Said(
        H.NOT_FOUND, "Caisse inconnue", "Il n'y a pas de caisse {till}. Vérifiez l'identifiant.",
        "Unknown till", "There is no till {till}. Check the identifier.",
    ),
    shops.CashierUnknown: Said(
        H.NOT_FOUND, "Personne inconnue à la caisse", "Cette personne ne tient pas la caisse ici. Choisissez-en une autre.",
        "Unknown cashier", "This person does not work at this till. Choose another.",
    ),
    shops.CashierRemoved: Said(
        H.FORBIDDEN, "Ne tient plus la caisse",
        "Cette personne ne tient plus la caisse : rien n'a été encaissé. Choisissez qui est à la caisse.",
        "No cashier any more", "This person works at the till no more: nothing was taken. Choose who is at the till.",
    ),
    shops.CashierNameMalformed: Said(
        _BAD, "Prénom à revoir",
        "Écrivez un prénom ou un surnom, {most} caractères au plus, que personne d'autre ne porte à la caisse.",
        "Name to change", "Write a first name or a nickname, {most} characters at most, that nobody else has at the till.",
    ),
    shops.TillRevoked: Said(
        H.FORBIDDEN, "Caisse retirée", "Cette caisse a été retirée du service. Ouvrez-en une nouvelle.",
        "Till revoked", "This till was taken out of service. Open a new one.",
    ),
    settlements.PeriodNotOver: Said(
        H.CONFLICT, "Période en cours", "La période court jusqu'au {last_day} inclus. Clôturez-la le lendemain.",
        "Period not over", "The period runs through {last_day}. Close it the day after.",
    ),
    settlements.FiguresChanged: Said(
        H.CONFLICT, "Montants modifiés",
        "Les montants ont changé depuis que vous les avez vus. Regardez-les de nouveau, puis clôturez.",
        "Figures changed", "The figures changed since you saw them. Look at them again, then close.",
    ),
    settlements.ClosingNotFinished: Said(
        H.CONFLICT, "Clôture inachevée",
        "La clôture du {first_day} au {last_day} n'a pas encore réglé tous les commerces. Attendez qu'elle soit achevée ; si elle ne l'est pas dans dix minutes, sa page nomme les commerces qu'elle ne peut pas régler.",
        "Closing not finished",
        "The closing of {first_day} to {last_day} has not settled all shops yet. Wait until it is finished; if it is not in ten minutes, its page names the shops that it cannot settle.",
    ),
    settlements.PaidInRhythm: Said(
        H.CONFLICT, "Payé à date fixe",
        "Ce commerce est payé à date fixe. Choisissez d'abord d'être payé à la demande.",
        "Paid in a rhythm", "This shop is paid in a fixed rhythm. Choose first to be paid on demand.",
    ),
    settlements.AskedToday: Said(
        H.CONFLICT, "Déjà demandé aujourd'hui",
        "Le paiement a déjà été demandé aujourd'hui. Demandez de nouveau demain.",
        "Asked for today already", "The payment was asked for today already. Ask again tomorrow.",
    ),
    settlements.NothingOwed: Said(
        H.CONFLICT, "Rien à payer",
        "Rien n'est dû à ce commerce jusqu'à hier inclus. Ce qui est encaissé aujourd'hui peut être demandé demain.",
        "Nothing to pay",
        "Nothing is owed to this shop up to the end of yesterday. What is taken today can be asked for tomorrow.",
    ),
    settlements.SettlementUnknown: Said(
        H.NOT_FOUND, "Règlement inconnu", "Il n'y a pas de règlement {settlement}. Vérifiez l'identifiant.",
        "Unknown settlement", "There is no settlement {settlement}. Check the identifier.",
    ),
    settlements.ClosingUnknown: Said(
        H.NOT_FOUND, "Clôture inconnue", "Il n'y a pas de clôture {closing}. Vérifiez l'identifiant.",
        "Unknown closing", "There is no closing {closing}. Check the identifier.",
    ),
}  # fmt: skip
