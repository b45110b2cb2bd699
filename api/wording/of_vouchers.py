"""What people are told of the refusals of vouchers, batches and buyers."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus as H
from typing import Final

from api.wording.said import Said
from ledger.errors import Refusal
from vouchers import errors as v
from vouchers import qr_reading
from vouchers.bookkeeping.bookkeeping_errors import WorkbookTooLong

_BAD: Final = H.UNPROCESSABLE_ENTITY

SAID: Final[Mapping[type[Refusal], Said]] = {
    v.CodeNotRecognised: Said(
        H.NOT_FOUND, "Code non reconnu",
        "Ce code n'est pas reconnu. Vérifiez-le caractère par caractère, ou scannez le QR code à nouveau.",
        "Code not recognised", "This code is not recognised. Check it character by character, or scan the QR code again.",
    ),
    v.NoUsableCodeKey: Said(
        H.SERVICE_UNAVAILABLE, "Secret manquant",
        "Le secret de cette installation n'est pas celui qui a fait les codes de ce programme. Rétablissez-le.",
        "Secret missing", "This installation's secret is not the one that made the programme's codes. Restore it.",
    ),
    v.CodeKeysUsedUp: Said(
        H.CONFLICT, "Plus de clés", "Les seize générations de clés sont utilisées.",
        "No more keys", "All sixteen generations of code keys are in use.",
    ),
    v.BuyerUnknown: Said(
        H.NOT_FOUND, "Acheteur inconnu", "Il n'y a pas d'acheteur {buyer}. Vérifiez l'identifiant.",
        "Unknown buyer", "There is no buyer {buyer}. Check the identifier.",
    ),
    v.FunderUnknown: Said(
        H.NOT_FOUND, "Financeur inconnu", "Il n'y a pas de financeur {funder}. Vérifiez l'identifiant.",
        "Unknown funder", "There is no funder {funder}. Check the identifier.",
    ),
    v.NotPaid: Said(
        H.CONFLICT, "Lot non payé",
        "Le lot coûte {cost} ; {paid} sont reçus. Enregistrez le paiement, ou émettez à crédit.",
        "Batch not paid", "The batch costs {cost}; {paid} is paid in. Record the payment, or issue on credit.",
    ),
    v.FundsExhausted: Said(
        H.CONFLICT, "Financement épuisé", "Il reste {left} au financeur ; {asked} ont été demandés.",
        "Funds exhausted", "The funder has {left} left; {asked} was asked.",
    ),
    v.BatchUnknown: Said(
        H.NOT_FOUND, "Lot inconnu", "Il n'y a pas de lot {batch}. Vérifiez l'identifiant.",
        "Unknown batch", "There is no batch {batch}. Check the identifier.",
    ),
    v.BatchTooLarge: Said(
        _BAD, "Lot trop grand", "{quantity} bons de cette valeur : un lot en compte de 1 à 100 000. Faites-en plusieurs.",
        "Batch too large", "{quantity} vouchers of this value: a batch has 1 to 100,000. Make several.",
    ),
    v.LastDayTooEarly: Said(
        _BAD, "Dernier jour trop tôt", "Le {last_day} est trop tôt : le dernier jour possible commence au {earliest}.",
        "Last day too early", "{last_day} is too early: the last day can be {earliest} or later.",
    ),
    v.ExtensionUnderWay: Said(
        H.CONFLICT, "Prolongation en cours",
        "Ce lot est en train d'être prolongé jusqu'au {last_day}. Attendez la fin, puis recommencez.",
        "Extension under way",
        "This batch is being extended to {last_day}. Wait until that is done, then ask again.",
    ),
    v.CreditSpent: Said(
        H.CONFLICT, "Avoir déjà utilisé",
        "Ce bon a expiré et {needed} ont été rendus à l'acheteur, à qui il en reste {free} de libre. "
        "Pour le prolonger, encaissez d'abord la différence, ou émettez un nouveau bon.",
        "Credit used already",
        "This voucher expired and {needed} went back to the buyer, who has {free} left that is free. "
        "To extend it, take the difference first, or issue a new voucher.",
    ),
    v.AmountNotPositive: Said(
        _BAD, "Montant nul ou négatif", "Le montant doit être supérieur à zéro ; {amount} a été demandé.",
        "Amount not above zero", "The amount must be above zero; {amount} was asked.",
    ),
    v.VoucherUnknown: Said(
        H.NOT_FOUND, "Bon inconnu", "Il n'y a pas de bon {voucher}. Vérifiez l'identifiant.",
        "Unknown voucher", "There is no voucher {voucher}. Check the identifier.",
    ),
    v.VoucherBlocked: Said(
        H.CONFLICT, "Bon bloqué", "Ce bon est bloqué. Son porteur peut s'adresser à qui le lui a remis.",
        "Voucher blocked", "This voucher is blocked. Its holder may ask whoever handed it out.",
    ),
    v.VoucherReplaced: Said(
        H.CONFLICT, "Bon remplacé", "Ce bon a été remplacé par un autre. Demandez au porteur le nouveau.",
        "Voucher replaced", "This voucher was replaced by another. Ask the holder for the new one.",
    ),
    v.VoucherExpired: Said(
        H.CONFLICT, "Bon expiré", "Ce bon était valable jusqu'au {last_day} inclus.",
        "Voucher expired", "This voucher was valid through {last_day}.",
    ),
    v.VoucherNotYetValid: Said(
        H.CONFLICT, "Bon pas encore valable", "Ce bon est valable à partir du {first_day}.",
        "Voucher not yet valid", "This voucher is valid from {first_day}.",
    ),
    v.VoucherHeld: Said(
        H.CONFLICT, "Bon réservé en partie",
        "{held} de ce bon sont réservés par un commerce en ligne. Attendez la fin de la réservation.",
        "Voucher partly held", "{held} of this voucher is held by an online shop. Wait for the hold to end.",
    ),
    v.VoucherNotBlocked: Said(
        H.CONFLICT, "Bon non bloqué", "Ce bon n'est pas bloqué : il n'y a rien à débloquer.",
        "Voucher not blocked", "This voucher is not blocked: there is nothing to lift.",
    ),
    v.NotEnoughLeft: Said(
        H.CONFLICT, "Solde insuffisant", "Il reste {left} sur ce bon ; {asked} ont été demandés. Encaissez {left} au plus.",
        "Not enough left", "{left} is left on this voucher; {asked} was asked. Take {left} at most.",
    ),
    v.RedemptionUnknown: Said(
        H.NOT_FOUND, "Encaissement inconnu", "Il n'y a pas d'encaissement {redemption}. Vérifiez l'identifiant.",
        "Unknown redemption", "There is no redemption {redemption}. Check the identifier.",
    ),
    v.AlreadyUndone: Said(
        H.CONFLICT, "Encaissement déjà annulé", "Cet encaissement est déjà annulé.",
        "Already undone", "This redemption is undone already.",
    ),
    qr_reading.PhotoTooLarge: Said(
        H.REQUEST_ENTITY_TOO_LARGE, "Photo trop grande",
        "Cette photo est trop grande ({limit} millions de points au plus). Prenez-la en plus petit, ou saisissez le code.",
        "Photo too large",
        "This photo is too large ({limit} million pixels at most). Take a smaller one, or type the code.",
    ),
    qr_reading.PhotoUnreadable: Said(
        _BAD, "Ce n'est pas une photo",
        "Ce fichier n'est pas une photo, ou il est incomplet. Prenez une photo du QR code, ou saisissez le code.",
        "Not a photo", "This file is not a photo, or is cut short. Take a photo of the QR code, or type the code.",
    ),
    v.NothingToClose: Said(
        H.CONFLICT, "Rien à clore", "Rien n'a été encaissé ni annulé à cette caisse depuis la dernière clôture.",
        "Nothing to close", "Nothing was redeemed or undone at this till since the last closing.",
    ),
    v.UndoTooLate: Said(
        H.CONFLICT, "Annulation trop tardive",
        "L'encaissement est du {day} ; un commerce annule le jour même. Demandez au responsable du programme.",
        "Too late to undo", "The redemption is of {day}; a shop undoes the same day. Ask the programme's operator.",
    ),
    v.PartlyReturned: Said(
        H.CONFLICT, "Encaissement déjà rendu en partie",
        "{returned} de cet encaissement sont déjà rendus au bon : il ne s'annule plus en entier. Rendez les {left} qui restent.",
        "Partly returned already",
        "{returned} of this redemption is returned already, so it is not undone as a whole. Return the {left} that is left.",
    ),
    v.AlreadyReturned: Said(
        H.CONFLICT, "Encaissement déjà rendu", "Cet encaissement est déjà rendu en entier au bon.",
        "Returned already", "All of this redemption is returned to the voucher already.",
    ),
    v.ReturnExceeded: Said(
        H.CONFLICT, "Plus que ce qui reste à rendre",
        "Il reste {left} à rendre sur cet encaissement ; {asked} ont été demandés.",
        "More than is left to return", "{left} of this redemption can still be returned; {asked} was asked.",
    ),
    v.ReturnTooLate: Said(
        H.CONFLICT, "Retour trop tardif",
        "Un commerce rend lui-même au bon pendant 90 jours, ici jusqu'au {last_day}. Demandez au responsable du programme.",
        "Too late to return",
        "A shop returns to the voucher for 90 days, here through {last_day}. Ask the programme's operator.",
    ),
    WorkbookTooLong: Said(
        _BAD, "Classeur trop long",
        "Un classeur prend {most} lignes au plus. Prenez le fichier CSV, qui n'a pas de limite, ou moins de mois.",
        "Workbook too long",
        "A workbook takes {most} rows at most. Take the CSV file, which has no limit, or fewer months.",
    ),
    v.HoldTooLong: Said(
        _BAD, "Durée de réservation impossible", "Une réservation dure d'une minute à sept jours ; {minutes} minutes demandées.",
        "Hold too short or too long", "A hold lasts one minute to seven days; {minutes} minutes were asked.",
    ),
}  # fmt: skip
