"""What people are told of the refusals of rules of use."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus as H
from typing import Final

from api.wording.said import Said
from ledger.errors import Refusal
from vouchers.rules import rule_errors as r

_BAD: Final = H.UNPROCESSABLE_ENTITY

SAID: Final[Mapping[type[Refusal], Said]] = {
    # Where and when it is taken is told instead of these sentences (`vouchers.rules.rule_words`).
    r.NotTakenHere: Said(
        H.CONFLICT, "Bon limité, pas accepté ici",
        "Ce bon n'est accepté que dans certains commerces ou certains jours.",
        "Limited voucher, not taken here", "This voucher is taken in some shops or on some days only.",
    ),
    r.RuleUnknown: Said(
        H.NOT_FOUND, "Règle d'usage inconnue", "Il n'y a pas de règle d'usage {rule}. Vérifiez l'identifiant.",
        "Unknown rule of use", "There is no rule of use {rule}. Check the identifier.",
    ),
    r.RuleNotOffered: Said(
        H.CONFLICT, "Règle d'usage plus proposée",
        "La règle « {rule} » n'est plus proposée, ou a changé depuis que vous l'avez choisie. Choisissez-en une à nouveau, ou aucune.",
        "Rule of use not offered",
        "The rule “{rule}” is no longer offered, or has changed since you chose it. Choose one again, or none.",
    ),
    r.RuleWithoutConditions: Said(
        _BAD, "Règle sans limite",
        "Choisissez au moins une commune, une activité, un commerce ou un jour : sans cela, la règle ne limite rien.",
        "Rule without a limit",
        "Choose at least one commune, trade, shop or day: without one, the rule limits nothing.",
    ),
    r.RuleNameWrong: Said(
        _BAD, "Nom de règle trop long ou vide",
        "Le nom d'une règle tient sur une ligne de {most} signes au plus ; celui-ci en a {length}.",
        "Name of the rule too long or empty",
        "The name of a rule is one line of {most} characters at most; this one has {length}.",
    ),
    r.RuleTooLong: Said(
        _BAD, "Règle trop longue",
        "Une règle nomme au plus {most} communes, {most} activités et {most} commerces ; il y en a {found}. Choisissez plutôt des communes ou des activités.",
        "Rule too long",
        "A rule names at most {most} communes, {most} trades and {most} shops; there are {found}. Choose communes or trades instead.",
    ),
    r.RuleDaysWrong: Said(
        _BAD, "Jours de la règle impossibles",
        "Le {last_day} est passé, ou vient avant le premier jour. Choisissez un dernier jour plus tardif.",
        "Days of the rule impossible", "{last_day} is over, or comes before the first day. Choose a later last day.",
    ),
    r.RuleShopsUnknown: Said(
        _BAD, "Pas dans ce programme",
        "Aucun commerce de ce programme ne correspond à {typed}. Choisissez dans ses communes, ses activités et ses commerces.",
        "Not in this programme",
        "No shop of this programme answers to {typed}. Choose among its communes, trades and shops.",
    ),
    r.RuleReachesNobody: Said(
        _BAD, "Aucun commerce",
        "Aucun commerce qui accepte les bons ne remplit toutes ces conditions. Ôtez-en une, ou élargissez-la.",
        "No shop", "No shop that takes vouchers meets all of these conditions. Remove one, or widen it.",
    ),
    r.RuleOutsideValidity: Said(
        H.CONFLICT, "Règle et validité ne s'accordent pas",
        "Ces bons seraient valables du {valid_from} au {valid_until} : les jours de la règle d'usage doivent s'y trouver. Choisissez une autre règle, ou d'autres jours.",
        "Rule and validity do not fit",
        "These vouchers would be valid from {valid_from} through {valid_until}: the days of the rule of use have to lie within. Choose another rule, or other days.",
    ),
}  # fmt: skip
