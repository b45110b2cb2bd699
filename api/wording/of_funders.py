"""What people are told of the refusals of public money."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus as H
from typing import Final

from api.wording.said import Said
from ledger.errors import Refusal
from vouchers.funding import errors as funding

_BAD: Final = H.UNPROCESSABLE_ENTITY

SAID: Final[Mapping[type[Refusal], Said]] = {
    funding.FundsReserved: Said(
        H.CONFLICT, "Argent déjà promis",
        "De l'argent du financeur, {reserved} sont promis à des opérations, règles ou commandes, et {free} libres :"
        " {asked} ne peuvent pas être pris. Attendez un versement, ou réduisez ce qui est promis.",
        "Money promised already",
        "Of the funder's money {reserved} are promised to campaigns, rules or orders, and {free} free: {asked} cannot be"
        " taken. Wait for a payment, or lower what is promised.",
    ),
    funding.BudgetExceeded: Said(
        H.CONFLICT, "Budget dépassé",
        "Il reste {left} sur le budget « {budget} » de la convention ; {asked} ont été demandés. Augmentez le budget si"
        " un avenant le permet.",
        "Budget exceeded",
        "Of the budget “{budget}” of the agreement {left} are left; {asked} was asked. Raise the budget if an amendment"
        " allows it.",
    ),
    funding.NoBudget: Said(
        H.CONFLICT, "Pas de budget ce jour-là",
        "La convention de ce financeur n'a pas de budget pour le {day}. Ajoutez celui de l'exercice.",
        "No budget for this day", "The agreement with this funder has no budget for {day}. Add that of the exercise.",
    ),
    funding.BudgetUnknown: Said(
        H.NOT_FOUND, "Budget inconnu", "Ce financeur n'a pas de budget {budget}. Vérifiez l'identifiant.",
        "Unknown budget", "This funder has no budget {budget}. Check the identifier.",
    ),
    funding.BudgetDaysWrong: Said(
        H.CONFLICT, "Jours déjà pris",
        "Un autre budget de ce financeur a des jours entre le {first_day} et le {last_day}. Choisissez des jours qu'aucun"
        " autre n'a.",
        "Days taken already",
        "Another budget of this funder has days between {first_day} and {last_day}. Choose days that no other one has.",
    ),
    funding.BudgetTooSmall: Said(
        H.CONFLICT, "Budget trop petit",
        "{bound} sont déjà distribués ou promis : un budget de {asked} est trop petit. Écrivez {bound} ou plus.",
        "Budget too small", "{bound} was granted or promised already: a budget of {asked} is too small. Write {bound} or more.",
    ),
    funding.TopUpRuleUnknown: Said(
        H.NOT_FOUND, "Règle inconnue", "Il n'y a pas de règle {rule}. Vérifiez l'identifiant.",
        "Unknown rule", "There is no rule {rule}. Check the identifier.",
    ),
    funding.RuleUnsound: Said(
        _BAD, "Règle incomplète", "Ces champs manquent ou se contredisent : {fields}. Corrigez-les.",
        "Incomplete rule", "These fields are missing or contradict one another: {fields}. Mend them.",
    ),
    funding.RuleEnded: Said(
        H.CONFLICT, "Règle terminée", "Cette règle est terminée. Ouvrez-en une autre.",
        "Rule ended", "This rule has ended. Open another one.",
    ),
}  # fmt: skip
