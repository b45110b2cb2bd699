"""What people are told of the refusals of orders."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus as H
from typing import Final

from api.wording.said import Said
from ledger.errors import Refusal
from vouchers.orders import errors as o
from vouchers.orders.handing_out import printing as p
from vouchers.orders.paperwork import paper_errors as n

_BAD: Final = H.UNPROCESSABLE_ENTITY

STATUSES: Final[Mapping[str, tuple[str, str]]] = {
    "draft": ("brouillon", "draft"),
    "awaiting_payment": ("en attente de paiement", "awaiting payment"),
    "paid": ("payée", "paid"),
    "issued": ("émise", "issued"),
    "delivered": ("remise", "delivered"),
    "cancelled": ("annulée", "cancelled"),
    "refunded": ("remboursée", "refunded"),
    "disputed": ("contestée", "disputed"),
}
"""What people call the statuses of an order, in French and English."""

SAID: Final[Mapping[type[Refusal], Said]] = {
    o.OrderUnknown: Said(
        H.NOT_FOUND, "Commande inconnue", "Il n'y a pas de commande {order}. Vérifiez l'identifiant, ou cherchez-la dans la liste.",
        "Unknown order", "There is no order {order}. Check the identifier, or look for it in the list.",
    ),
    o.OrderChanged: Said(
        H.CONFLICT, "Commande modifiée entre-temps",
        "La commande a été modifiée entre-temps (version {version}). Relisez-la, puis refaites votre changement.",
        "Order changed meanwhile", "The order was changed meanwhile (version {version}). Read it again, then redo your change.",
    ),
    o.WrongOrderStatus: Said(
        H.CONFLICT, "Pas dans cet état", "La commande est dans l'état « {status} » ; il faudrait qu'elle soit : {needed}.",
        "Not in this status", "The order is “{status}”; this takes: {needed}.",
    ),
    o.OrderEmpty: Said(
        _BAD, "Commande vide", "La commande ne demande aucun bon. Ajoutez une quantité ou des bénéficiaires.",
        "Empty order", "The order asks for no voucher. Add a quantity or beneficiaries.",
    ),
    o.OrderTooLarge: Said(
        _BAD, "Commande trop grande", "{quantity} bons sont demandés ; une commande en compte {most} au plus. Passez-en plusieurs.",
        "Order too large", "{quantity} vouchers are asked; an order has {most} at most. Place several.",
    ),
    o.QuantityNotPositive: Said(
        _BAD, "Quantité nulle", "Une ligne demande {quantity} bon. Indiquez 1 ou plus, ou retirez la ligne.",
        "No quantity", "A line asks for {quantity} vouchers. Enter 1 or more, or remove the line.",
    ),
    o.FaceValueOutOfBounds: Said(
        _BAD, "Montant hors limites", "Un bon vaut de {least} à {most} ; {face_value} est demandé.",
        "Amount out of bounds", "A voucher is worth {least} to {most}; {face_value} was asked.",
    ),
    o.DeliveryDayPast: Said(
        _BAD, "Jour de remise impossible", "Le {day} n'est pas entre le {earliest} et le {latest}. Choisissez un autre jour.",
        "Day of delivery not possible", "{day} is not between {earliest} and {latest}. Choose another day.",
    ),
    o.TextTooLong: Said(
        _BAD, "Texte trop long", "Ce texte ({field}) a {length} caractères ; il y a place pour {most}.",
        "Text too long", "This text ({field}) has {length} characters; there is room for {most}.",
    ),
    o.AddressesMissing: Said(
        _BAD, "Adresses manquantes",
        "{missing} bons n'ont pas d'adresse e-mail. Complétez la liste, ou choisissez des feuilles à imprimer.",
        "Addresses missing", "{missing} vouchers have no e-mail address. Complete the list, or choose sheets to print.",
    ),
    o.LinesUnmended: Said(
        H.CONFLICT, "Lignes à corriger", "{lines} lignes de la liste sont à corriger ou à laisser de côté.",
        "Lines to mend", "{lines} lines of the list wait to be mended or left out.",
    ),
    o.PictureUnknown: Said(
        H.NOT_FOUND, "Logo inconnu", "Il n'y a pas de logo {picture} chez cet acheteur. Chargez-le à nouveau.",
        "Unknown logo", "This buyer has no logo {picture}. Upload it again.",
    ),
    o.BeneficiaryUnknown: Said(
        H.NOT_FOUND, "Bénéficiaire inconnu", "Il n'y a pas de bénéficiaire {beneficiary} dans cette commande.",
        "Unknown beneficiary", "There is no beneficiary {beneficiary} in this order.",
    ),
    o.NotEnoughCredit: Said(
        H.CONFLICT, "Solde disponible insuffisant", "L'acheteur a {free} de solde disponible ; {asked} est demandé.",
        "Not enough credit", "The buyer has {free} of free credit; {asked} was asked.",
    ),
    o.CreditNotForPeople: Said(
        H.CONFLICT, "Pas de crédit pour un particulier", "Seule une entreprise reçoit des bons avant de les payer.",
        "No credit for a person", "Only a company has vouchers before it pays them.",
    ),
    o.PaymentUnknown: Said(
        H.NOT_FOUND, "Paiement inconnu", "Il n'y a pas de paiement {payment}.",
        "Unknown payment", "There is no payment {payment}.",
    ),
    o.MoneyMoved: Said(
        H.CONFLICT, "Changé entre-temps",
        "La commande a changé pendant que vous la regardiez. Relisez ce qui est affiché maintenant, puis confirmez à nouveau.",
        "Changed meanwhile",
        "The order changed while you were looking at it. Read what is shown now, then confirm again.",
    ),
    o.MailingUnknown: Said(
        H.NOT_FOUND, "Message inconnu", "Il n'y a pas de message {mailing}.",
        "Unknown message", "There is no message {mailing}.",
    ),
    o.MessageOnItsWay: Said(
        H.CONFLICT, "Message déjà en route", "Le dernier message à cette personne est encore en route. Attendez son résultat, puis renvoyez-le.",
        "Message on its way", "The last message to this person is still on its way. Wait for its outcome, then send it again.",
    ),
    o.NothingIssued: Said(
        H.CONFLICT, "Pas encore émise", "La commande est dans l'état « {status} » : ses bons ne sont pas émis.",
        "Not issued yet", "The order is “{status}”: its vouchers are not issued yet.",
    ),
    p.PrintingUnknown: Said(
        H.NOT_FOUND, "Impression inconnue", "Il n'y a pas d'impression {printing} pour cette commande.",
        "Unknown printing", "There is no printing {printing} of this order.",
    ),
    p.PrintingNotReady: Said(
        H.CONFLICT, "Fichier pas disponible",
        "Le fichier n'est pas là (état : « {state} »). Attendez qu'il soit prêt, ou redemandez-le : il est effacé une heure après.",
        "File not available",
        "The file is not there (“{state}”). Wait until it is ready, or ask for it again: it is deleted an hour later.",
    ),
    p.NothingToPrint: Said(
        H.CONFLICT, "Rien à imprimer", "Tous les bons de la commande {order} sont dépensés, expirés ou bloqués.",
        "Nothing to print", "Every voucher of order {order} is spent, expired or blocked.",
    ),
    n.ReferenceInvalid: Said(
        _BAD, "Référence invalide",
        "« {typed} » n'est pas une référence de paiement : elle commence par RF, et ses chiffres de contrôle doivent être justes. Recopiez-la de la demande de paiement.",
        "Invalid reference",
        "“{typed}” is not a payment reference: it begins with RF, and its check digits must be right. Copy it from the request for payment.",
    ),
    n.TransferCodeRefused: Said(
        _BAD, "Code de virement impossible",
        "Ce champ ne tient pas dans un code de virement à scanner : {field}. Le virement peut être saisi à la main.",
        "No code to pay by", "This field does not fit into a code to pay by: {field}. The transfer can be typed by hand.",
    ),
    n.TransferUnavailable: Said(
        H.CONFLICT, "Virement impossible",
        "Ce programme n'a pas de compte bancaire : ses commandes ne se paient pas par virement. Indiquez son IBAN dans ses règles.",
        "Transfer unavailable", "This programme has no bank account: its orders are not paid by transfer. Enter its IBAN in its rules.",
    ),
    n.PapersDisagree: Said(
        H.CONFLICT, "Pièces en désaccord avec les comptes",
        "Les pièces de la commande ne sont pas émises : {figure} convenu {agreed}, mais {posted} dans les comptes. Lancez l'audit.",
        "Papers disagree with the books",
        "The order's papers are not issued: {figure} was agreed as {agreed}, but is {posted} in the books. Run the audit.",
    ),
    n.CreditBeyondInvoice: Said(
        H.CONFLICT, "Avoir trop grand", "Il reste {left} sur la pièce {number} ; {asked} ne peuvent pas en être repris.",
        "Credit too large", "{left} is left of {number}; {asked} cannot be taken back from it.",
    ),
    n.DocumentUnknown: Said(
        H.NOT_FOUND, "Pièce inconnue", "Il n'y a pas de pièce {document}. Vérifiez l'identifiant, ou cherchez-la dans la commande.",
        "Unknown document", "There is no document {document}. Check the identifier, or look for it in the order.",
    ),
}  # fmt: skip
