"""What people are told of the ledger's refusals."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus as H
from typing import Final

from api.wording.said import Said
from ledger import errors as e
from ledger.errors import Refusal

SAID: Final[Mapping[type[Refusal], Said]] = {
    e.AmountMalformed: Said(
        H.UNPROCESSABLE_ENTITY,
        "Montant illisible", "« {typed} » n'est pas un montant. Écrivez-le en euros et centimes, par exemple 12,50.",
        "Amount not understood", "“{typed}” is not an amount. Write euros and cents, such as 12.50.",
    ),
    e.Overdrawn: Said(
        H.CONFLICT,
        "Compte insuffisant", "Le compte ne contient pas assez. Rien n'a été enregistré.",
        "Not enough in the account", "The account does not hold enough. Nothing was recorded.",
    ),
    e.AccountUnknown: Said(
        H.NOT_FOUND,
        "Compte inconnu", "Ce programme n'a pas de compte {account}. Vérifiez l'identifiant.",
        "Unknown account", "This programme has no account {account}. Check the identifier.",
    ),
    e.EntryUnknown: Said(
        H.NOT_FOUND,
        "Écriture inconnue", "Ce programme n'a pas d'écriture {entry}. Vérifiez l'adresse.",
        "Unknown entry", "This programme has no entry {entry}. Check the address.",
    ),
    e.TransferUnknown: Said(
        H.NOT_FOUND,
        "Écriture inconnue", "Ce programme n'a pas d'écriture {transfer}. Vérifiez l'identifiant.",
        "Unknown transfer", "This programme has no transfer {transfer}. Check the identifier.",
    ),
    e.AlreadyReversed: Said(
        H.CONFLICT,
        "Écriture déjà annulée", "L'écriture {transfer} est déjà annulée ; elle ne l'est qu'une fois.",
        "Already reversed", "Transfer {transfer} is reversed already; that is done once.",
    ),
    e.HoldUnknown: Said(
        H.NOT_FOUND,
        "Réservation inconnue", "Il n'y a pas de réservation {hold}. Vérifiez l'identifiant.",
        "Unknown hold", "There is no hold {hold}. Check the identifier.",
    ),
    e.HoldClosed: Said(
        H.CONFLICT,
        "Réservation close", "Cette réservation est close ({state}) : il n'y a plus rien à prendre ni à libérer.",
        "Hold closed", "This hold is closed ({state}): nothing is left to capture or to void.",
    ),
    e.HoldExceeded: Said(
        H.CONFLICT,
        "Plus que le montant réservé", "Il reste {left} de réservés ; {asked} ont été demandés. Prenez {left} au plus.",
        "More than is held", "{left} is still held; {asked} was asked. Capture {left} at most.",
    ),
    e.KeyReused: Said(
        H.UNPROCESSABLE_ENTITY,
        "Clé d'idempotence déjà utilisée",
        "Cette Idempotency-Key a servi à une autre demande. Prenez une nouvelle clé pour une nouvelle demande.",
        "Idempotency key used before",
        "This Idempotency-Key was used with another request. Take a new key for a new request.",
    ),
    e.MonthNotOver: Said(
        H.CONFLICT,
        "Mois en cours", "Ce mois ({month}) n'est pas terminé. Clôturez-le le mois suivant.",
        "Month not over", "This month ({month}) is not over. Close it next month.",
    ),
    e.MonthOutOfTurn: Said(
        H.CONFLICT,
        "Un autre mois d'abord", "Les mois se clôturent dans l'ordre : le prochain est celui du {due}.",
        "Another month first", "Months are closed in their order: the next one begins on {due}.",
    ),
    e.MonthNotClosed: Said(
        H.CONFLICT,
        "Mois non clôturé",
        "Le mois du {month} n'est pas clôturé : ses écritures n'ont pas encore de numéro. Clôturez-le d'abord.",
        "Month not closed",
        "The month of {month} is not closed: its entries have no numbers yet. Close it first.",
    ),
    e.AccountNumberUnfit: Said(
        H.CONFLICT,
        "Numéro de compte impossible",
        "Le compte « {kind} » porte le numéro « {number} ». Donnez-lui un numéro du plan comptable : trois chiffres"
        " d'abord, puis des chiffres ou des lettres (obole programme terms --account {kind}=…).",
        "Impossible account number",
        "The account “{kind}” has the number “{number}”. Give it a number of the French chart of accounts: three digits"
        " first, then digits or letters (obole programme terms --account {kind}=…).",
    ),
    e.PeriodMalformed: Said(
        H.UNPROCESSABLE_ENTITY,
        "Période incorrecte",
        "« {typed} » n'est pas une période. Écrivez un mois comme 2026-10, ou un premier et un dernier jour.",
        "Period not understood", "“{typed}” is not a period. Write a month such as 2026-10, or a first and a last day.",
    ),
}  # fmt: skip
