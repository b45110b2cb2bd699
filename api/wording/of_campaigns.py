"""What people are told of the refusals of campaigns."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus as H
from typing import Final

from api.wording.said import Said
from ledger.errors import Refusal
from vouchers.campaigns import errors as campaigns

_BAD: Final = H.UNPROCESSABLE_ENTITY

SAID: Final[Mapping[type[Refusal], Said]] = {
    campaigns.CampaignUnknown: Said(
        H.NOT_FOUND, "Opération inconnue", "Cette opération n'existe pas, ou n'est pas encore publiée.",
        "Unknown campaign", "There is no such campaign, or it is not published yet.",
    ),
    campaigns.CampaignIncomplete: Said(
        _BAD, "Opération incomplète", "Ces champs manquent ou se contredisent : {fields}. Corrigez-les.",
        "Incomplete campaign", "These fields are missing or contradict one another: {fields}. Mend them.",
    ),
    campaigns.CampaignDaysWrong: Said(
        _BAD, "Dates impossibles",
        "Une opération ne peut pas aller du {first_day} au {last_day} : elle finit après son début, pas avant"
        " aujourd'hui, et dure un an au plus.",
        "Impossible dates",
        "A campaign cannot go from {first_day} to {last_day}: it ends after it begins, not before today, within a year.",
    ),
    campaigns.CampaignStanding: Said(
        H.CONFLICT, "Trop tard ou trop tôt",
        "L'opération n'en est pas là : un brouillon se modifie et se publie, une opération publiée s'arrête.",
        "Too late or too early",
        "The campaign is not at that point: a draft is changed and published, a published campaign is ended.",
    ),
    campaigns.CampaignNotFunded: Said(
        H.CONFLICT, "Financement insuffisant",
        "Le financeur a {left} ; ses opérations publiées peuvent encore distribuer {needed}. Attendez son versement, ou"
        " réduisez le budget.",
        "Not enough funding",
        "The funder holds {left}; its published campaigns may still give {needed}. Wait for its payment, or lower the"
        " budget.",
    ),
    campaigns.BudgetBelowGiven: Said(
        H.CONFLICT, "Budget déjà dépassé", "{given} ont déjà été distribués : un budget de {asked} est trop petit.",
        "Budget below what was given", "{given} was given already: a budget of {asked} is too small.",
    ),
    campaigns.CampaignOver: Said(
        H.CONFLICT, "Opération terminée", "L'opération s'est terminée le {last_day}.",
        "Campaign over", "The campaign ended on {last_day}.",
    ),
    campaigns.DrawTooEarly: Said(
        H.CONFLICT, "Tirage trop tôt",
        "Le tirage est possible à partir du {first_possible}, à 6 h : jusque-là, un commerce peut encore annuler.",
        "Too early to draw",
        "The draw is possible from {first_possible}, 6:00: until then a shop may still undo.",
    ),
    campaigns.AlreadyDrawn: Said(
        H.CONFLICT, "Tirage déjà fait", "Le tirage a eu lieu : on ne tire qu'une fois.",
        "Already drawn", "The draw has taken place: it is drawn once.",
    ),
}  # fmt: skip
