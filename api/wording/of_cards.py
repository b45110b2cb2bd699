"""What people are told of the refusals of card payments and refunds."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus as H
from typing import Final

from api.wording.said import Said
from ledger.errors import Refusal
from vouchers.orders import card_errors as c

SAID: Final[Mapping[type[Refusal], Said]] = {
    c.CardPaymentUnavailable: Said(
        H.SERVICE_UNAVAILABLE, "Paiement par carte indisponible",
        "Le service de paiement ne répond pas. Rien n'est perdu : réessayez dans un instant, vous ne serez pas débité deux fois.",
        "Card payment unavailable", "The payment service does not answer. Nothing is lost: try again in a moment, you will not be charged twice.",
    ),
    c.CardPaymentRefused: Said(
        H.CONFLICT, "Opération refusée par Stripe",
        "Stripe refuse cette opération ({code}). Rien n'a été débité ni rendu. Payez par virement, ou demandez à l'opérateur.",
        "Refused by Stripe", "Stripe refuses this ({code}). Nothing was charged or given back. Pay by transfer, or ask the operator.",
    ),
    c.CardObjectUnknown: Said(
        H.NOT_FOUND, "Inconnu de Stripe", "Le compte Stripe de ce programme ne connaît pas {object_id}.",
        "Unknown to Stripe", "This programme's Stripe account knows no {object_id}.",
    ),
    c.CardKeysWrong: Said(
        H.SERVICE_UNAVAILABLE, "Clé Stripe refusée",
        "Le paiement par carte est mal réglé pour ce programme. Payez par virement ; l'opérateur doit vérifier la clé secrète.",
        "Stripe key refused", "Card payment is not set up properly for this programme. Pay by transfer; the operator must check the secret key.",
    ),
    c.SignatureInvalid: Said(
        H.BAD_REQUEST, "Signature non valable", "Aucune signature de ce message ne convient.",
        "Invalid signature", "No signature of this message fits.",
    ),
    c.EventStale: Said(
        H.BAD_REQUEST, "Message trop ancien", "Ce message a été signé il y a {age_seconds} secondes.",
        "Message too old", "This message was signed {age_seconds} seconds ago.",
    ),
    c.EventUnreadable: Said(
        H.BAD_REQUEST, "Message illisible", "Ce message n'est pas un événement de Stripe.",
        "Unreadable message", "This message is not a Stripe event.",
    ),
}
