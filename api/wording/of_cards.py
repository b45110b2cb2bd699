"""What people are told of the refusals of card payments and refunds."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus as H
from typing import Final

from api.wording.said import Said
from ledger.errors import Refusal
from vouchers.freezing import VoucherFrozen
from vouchers.orders.cards import card_errors as c
from vouchers.orders.cards import card_refusals as r

SAID: Final[Mapping[type[Refusal], Said]] = {
    c.CardPaymentUnavailable: Said(
        H.SERVICE_UNAVAILABLE,
        "Paiement par carte indisponible",
        "Le service de paiement ne répond pas. Rien n'est perdu : réessayez dans un instant, vous ne serez pas débité deux fois.",
        "Card payment unavailable",
        "The payment service does not answer. Nothing is lost: try again in a moment, you will not be charged twice.",
    ),
    c.CardPaymentRefused: Said(
        H.CONFLICT,
        "Opération refusée par Stripe",
        "Stripe refuse cette opération ({code}). Rien n'a été débité ni rendu. Payez par virement, ou demandez à l'opérateur.",
        "Refused by Stripe",
        "Stripe refuses this ({code}). Nothing was charged or given back. Pay by transfer, or ask the operator.",
    ),
    c.CardObjectUnknown: Said(
        H.NOT_FOUND,
        "Inconnu de Stripe",
        "Le compte Stripe de ce programme ne connaît pas {object_id}.",
        "Unknown to Stripe",
        "This programme's Stripe account knows no {object_id}.",
    ),
    c.CardKeysWrong: Said(
        H.SERVICE_UNAVAILABLE,
        "Clé Stripe refusée",
        "Le paiement par carte est mal réglé pour ce programme. Payez par virement ; l'opérateur doit vérifier la clé secrète.",
        "Stripe key refused",
        "Card payment is not set up properly for this programme. Pay by transfer; the operator must check the secret key.",
    ),
    c.SignatureInvalid: Said(
        H.BAD_REQUEST,
        "Signature non valable",
        "Aucune signature de ce message ne convient.",
        "Invalid signature",
        "No signature of this message fits.",
    ),
    c.EventStale: Said(
        H.BAD_REQUEST,
        "Message trop ancien",
        "Ce message a été signé il y a {age_seconds} secondes.",
        "Message too old",
        "This message was signed {age_seconds} seconds ago.",
    ),
    c.EventUnreadable: Said(
        H.BAD_REQUEST,
        "Message illisible",
        "Ce message n'est pas un événement de Stripe.",
        "Unreadable message",
        "This message is not a Stripe event.",
    ),
    r.CardsNotOffered: Said(
        H.CONFLICT,
        "Pas de paiement par carte",
        "Ce programme ne prend pas la carte : payez par virement.",
        "No card payment",
        "This programme takes no cards: pay by transfer.",
    ),
    r.PaymentUnderWay: Said(
        H.CONFLICT,
        "Paiement en cours",
        "Un prélèvement pour cette commande est en route ; il met quelques jours à arriver. Ne payez pas une seconde fois.",
        "Payment on its way",
        "A direct debit for this order is on its way; it takes some days. Do not pay a second time.",
    ),
    r.TooLittleForCard: Said(
        H.CONFLICT,
        "Montant trop petit pour la carte",
        "Il reste {amount} à payer ; par carte, c'est {least} au moins. Payez par virement.",
        "Too little for a card",
        "{amount} is left to pay; by card it is {least} at least. Pay by transfer.",
    ),
    r.RefundTooLarge: Said(
        H.CONFLICT,
        "Remboursement trop élevé",
        "Il reste {left} non dépensés ; vous demandez {asked}.",
        "Refund too large",
        "{left} is left unspent; you ask for {asked}.",
    ),
    r.CardRefundTooLarge: Said(
        H.CONFLICT,
        "Plus que la carte n'a payé",
        "Sur la carte peuvent revenir {left} ; vous demandez {asked}. Remboursez le reste par virement.",
        "More than the card paid",
        "{left} can go back to the card; you ask for {asked}. Send the rest by transfer.",
    ),
    r.BuyerOwes: Said(
        H.CONFLICT,
        "L'acheteur doit de l'argent",
        "Ce qui est rendu paie d'abord sa dette : des {asked} demandés, {free} peuvent lui être envoyés. Gardez la somme en solde disponible.",
        "The buyer owes money",
        "What is given back pays the debt first: of {asked}, {free} can be sent. Give it back as credit.",
    ),
    r.RefundUnknown: Said(
        H.NOT_FOUND,
        "Remboursement inconnu",
        "Il n'y a pas de tel remboursement dans ce programme.",
        "No such refund",
        "There is no such refund in this programme.",
    ),
    r.RefundSettled: Said(
        H.CONFLICT,
        "Remboursement déjà réglé",
        "Ce remboursement n'attend plus rien : il est envoyé, abandonné, ou passe par la carte.",
        "Refund already settled",
        "This refund waits for nothing: it is sent, given up, or goes by card.",
    ),
    VoucherFrozen: Said(
        H.CONFLICT,
        "Paiement contesté",
        "Le paiement de ce bon est contesté auprès de la banque. Il est gelé jusqu'à la décision.",
        "Payment disputed",
        "The payment of this voucher is disputed at the bank. It is frozen until that is decided.",
    ),
}
