"""Trades as a sentence names them: ``librairie``, ``bookshops``, where the nomenclature writes a line.

For the trades of a street; of the others the nomenclature's label is all there is, in French.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ledger.formats import Language
from merchants.errors import NafUnknown
from merchants.shops.trades import trade


@dataclass(frozen=True, slots=True)
class TradeName:
    """One shop of a trade, and several, in both languages; small letters, for the middle of a sentence."""

    fr: str
    fr_many: str
    en: str
    en_many: str


def one_of(naf: str, language: Language) -> str:
    """What one shop of a trade is called."""
    known = NAMES.get(naf)
    if known is None:
        return label_of(naf)
    return known.fr if language == "fr" else known.en


def many_of(naf: str, language: Language) -> str:
    """What the shops of a trade are called, as a sentence goes on after "dans les" or "in"."""
    known = NAMES.get(naf)
    if known is None:
        return f"commerces « {label_of(naf)} »" if language == "fr" else f"shops of the trade “{label_of(naf)}”"
    return known.fr_many if language == "fr" else known.en_many


def label_of(naf: str) -> str:
    """The nomenclature's label; of a code that it does not have, the code."""
    try:
        return trade(naf).label
    except NafUnknown:
        return naf


NAMES: Final[Mapping[str, TradeName]] = {
    "10.71B": TradeName("terminal de cuisson", "terminaux de cuisson", "bread shop", "bread shops"),
    "10.71C": TradeName("boulangerie", "boulangeries", "bakery", "bakeries"),
    "10.71D": TradeName("pâtisserie", "pâtisseries", "pastry shop", "pastry shops"),
    "10.82Z": TradeName("chocolaterie", "chocolateries", "chocolate maker", "chocolate makers"),
    "10.13B": TradeName("charcuterie", "charcuteries", "pork butcher", "pork butchers"),
    "47.11A": TradeName("magasin de surgelés", "magasins de surgelés", "frozen-food shop", "frozen-food shops"),
    "47.11B": TradeName("alimentation générale", "alimentations générales", "grocery", "groceries"),
    "47.11C": TradeName("supérette", "supérettes", "convenience store", "convenience stores"),
    "47.11D": TradeName("supermarché", "supermarchés", "supermarket", "supermarkets"),
    "47.11F": TradeName("hypermarché", "hypermarchés", "hypermarket", "hypermarkets"),
    "47.21Z": TradeName("primeur", "primeurs", "greengrocer", "greengrocers"),
    "47.22Z": TradeName("boucherie", "boucheries", "butcher", "butchers"),
    "47.23Z": TradeName("poissonnerie", "poissonneries", "fishmonger", "fishmongers"),
    "47.24Z": TradeName("dépôt de pain", "dépôts de pain", "bread depot", "bread depots"),
    "47.25Z": TradeName("cave", "caves", "wine shop", "wine shops"),
    "47.26Z": TradeName("bureau de tabac", "bureaux de tabac", "tobacconist", "tobacconists"),
    "47.29Z": TradeName("épicerie fine", "épiceries fines", "delicatessen", "delicatessens"),
    "47.41Z": TradeName("boutique informatique", "boutiques informatiques", "computer shop", "computer shops"),
    "47.42Z": TradeName("boutique de téléphonie", "boutiques de téléphonie", "telephone shop", "telephone shops"),
    "47.51Z": TradeName("mercerie", "merceries", "fabric shop", "fabric shops"),
    "47.52A": TradeName("quincaillerie", "quincailleries", "hardware shop", "hardware shops"),
    "47.54Z": TradeName("magasin d'électroménager", "magasins d'électroménager", "appliance shop", "appliance shops"),
    "47.59A": TradeName("magasin de meubles", "magasins de meubles", "furniture shop", "furniture shops"),
    "47.59B": TradeName("boutique de décoration", "boutiques de décoration", "home shop", "home shops"),
    "47.61Z": TradeName("librairie", "librairies", "bookshop", "bookshops"),
    "47.62Z": TradeName("maison de la presse", "maisons de la presse", "newsagent", "newsagents"),
    "47.63Z": TradeName("disquaire", "disquaires", "record shop", "record shops"),
    "47.64Z": TradeName("magasin de sport", "magasins de sport", "sports shop", "sports shops"),
    "47.65Z": TradeName("magasin de jouets", "magasins de jouets", "toy shop", "toy shops"),
    "47.71Z": TradeName("boutique de vêtements", "boutiques de vêtements", "clothes shop", "clothes shops"),
    "47.72A": TradeName("magasin de chaussures", "magasins de chaussures", "shoe shop", "shoe shops"),
    "47.72B": TradeName("maroquinerie", "maroquineries", "leather-goods shop", "leather-goods shops"),
    "47.73Z": TradeName("pharmacie", "pharmacies", "pharmacy", "pharmacies"),
    "47.75Z": TradeName("parfumerie", "parfumeries", "perfumery", "perfumeries"),
    "47.76Z": TradeName("fleuriste", "fleuristes", "florist", "florists"),
    "47.77Z": TradeName("bijouterie", "bijouteries", "jeweller", "jewellers"),
    "47.78A": TradeName("opticien", "opticiens", "optician", "opticians"),
    "47.78C": TradeName("boutique spécialisée", "boutiques spécialisées", "specialist shop", "specialist shops"),
    "47.79Z": TradeName("brocante", "brocantes", "second-hand shop", "second-hand shops"),
    "47.81Z": TradeName("étal alimentaire de marché", "étals alimentaires de marché", "food stall", "food stalls"),
    "55.10Z": TradeName("hôtel", "hôtels", "hotel", "hotels"),
    "56.10A": TradeName("restaurant", "restaurants", "restaurant", "restaurants"),
    "56.10B": TradeName("cafétéria", "cafétérias", "cafeteria", "cafeterias"),
    "56.10C": TradeName("restaurant rapide", "restaurants rapides", "take-away", "take-aways"),
    "56.21Z": TradeName("traiteur", "traiteurs", "caterer", "caterers"),
    "56.30Z": TradeName("café ou bar", "cafés et bars", "café or bar", "cafés and bars"),
    "59.14Z": TradeName("cinéma", "cinémas", "cinema", "cinemas"),
    "95.23Z": TradeName("cordonnerie", "cordonneries", "shoe repairer", "shoe repairers"),
    "96.02A": TradeName("salon de coiffure", "salons de coiffure", "hairdresser", "hairdressers"),
    "96.02B": TradeName("institut de beauté", "instituts de beauté", "beauty parlour", "beauty parlours"),
}  # fmt: skip
