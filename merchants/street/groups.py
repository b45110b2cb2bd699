"""Trades as people look for them: a few groups of the nomenclature's codes, and the words that people use for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from merchants.shops.trades import codes


@dataclass(frozen=True, slots=True)
class Group:
    """A group of trades. ``codes`` are beginnings of NAF codes; of two groups the longest beginning decides.

    ``words`` find it besides its own name: folded, in French and English, singular and plural alike.
    """

    slug: str
    codes: tuple[str, ...]
    words: tuple[str, ...]


GROUPS: Final[tuple[Group, ...]] = (
    Group(
        "bread", ("10.71", "10.72", "47.24"),
        ("BOULANGERIE", "BOULANGER", "PAIN", "PATISSERIE", "VIENNOISERIE", "BAKERY", "BREAD", "CAKE", "PASTRY"),
    ),
    Group(
        "food", ("47.11", "47.19", "47.29", "47.30", "47.81", "10.3", "10.4", "10.5", "10.73", "10.8", "11.0"),
        ("EPICERIE", "ALIMENTATION", "SUPERETTE", "MARCHE", "FROMAGERIE", "FROMAGE", "TRAITEUR", "GROCERY", "FOOD",
         "CHEESE", "MARKET", "BIO"),
    ),
    Group("fruit", ("47.21",), ("PRIMEUR", "FRUITS", "LEGUMES", "VEGETABLES", "GREENGROCER")),
    Group("meat", ("10.1", "47.22"), ("BOUCHERIE", "BOUCHER", "CHARCUTERIE", "VIANDE", "BUTCHER", "MEAT")),
    Group("fish", ("47.23", "10.2", "03."), ("POISSONNERIE", "POISSON", "FRUITS DE MER", "FISH", "FISHMONGER")),
    Group("wine", ("47.25", "11.02"), ("CAVE", "CAVISTE", "VIN", "VINS", "BIERE", "WINE", "BEER")),
    Group(
        "restaurants", ("56.1", "56.2"),
        ("RESTAURANT", "BRASSERIE", "PIZZERIA", "SNACK", "MANGER", "TRAITEUR", "EAT", "LUNCH", "DINNER"),
    ),
    Group("cafes", ("56.3",), ("CAFE", "BAR", "BISTROT", "SALON DE THE", "PUB", "COFFEE", "TEA", "DRINK")),
    Group("fashion", ("47.71", "47.72", "47.51", "14.", "15."),
          ("VETEMENTS", "MODE", "CHAUSSURES", "MAROQUINERIE", "PRET A PORTER", "CLOTHES", "FASHION", "SHOES")),
    Group("jewels", ("47.77", "32.1"), ("BIJOUX", "BIJOUTERIE", "HORLOGERIE", "MONTRES", "JEWELLERY", "WATCHES")),
    Group("books", ("47.61", "47.62", "58."), ("LIBRAIRIE", "LIVRES", "PAPETERIE", "JOURNAUX", "PRESSE", "BOOKS")),
    Group(
        "leisure", ("47.63", "47.64", "47.65", "59.", "90.", "91.", "93.", "85.5"),
        ("SPORT", "JEUX", "JOUETS", "MUSIQUE", "CINEMA", "CULTURE", "LOISIRS", "GAMES", "TOYS", "MUSIC"),
    ),
    Group(
        "home", ("47.52", "47.53", "47.54", "47.59", "31.", "43.", "95.24", "95.22"),
        ("MAISON", "DECORATION", "MEUBLES", "BRICOLAGE", "QUINCAILLERIE", "CUISINE", "FURNITURE", "HARDWARE"),
    ),
    Group("flowers", ("47.76", "01."), ("FLEURS", "FLEURISTE", "JARDINERIE", "PLANTES", "ANIMALERIE", "FLOWERS")),
    Group(
        "beauty", ("96.02", "96.04", "47.75"),
        ("COIFFURE", "COIFFEUR", "BEAUTE", "PARFUMERIE", "INSTITUT", "SPA", "HAIRDRESSER", "BEAUTY"),
    ),
    Group("health", ("47.73", "47.74", "47.78A", "32.5"), ("PHARMACIE", "OPTICIEN", "LUNETTES", "PHARMACY", "GLASSES")),
    Group(
        "craft", ("47.78C", "47.79", "13.", "16.", "20.4", "23.", "25.", "32.", "18."),
        ("ARTISAN", "CREATEUR", "SAVON", "SAVONNERIE", "CADEAUX", "SOUVENIRS", "BROCANTE", "POTERIE", "CRAFT", "GIFTS"),
    ),
    Group(
        "electronics", ("47.4", "95.1", "95.21"), ("INFORMATIQUE", "TELEPHONE", "REPARATION", "COMPUTER", "PHONE")
    ),
    Group("hotels", ("55.",), ("HOTEL", "CHAMBRE D HOTES", "CAMPING", "GITE", "ROOM")),
    Group("tobacco", ("47.26",), ("TABAC", "LOTO", "TOBACCO")),
    Group("markets", ("47.8",), ("MARCHE", "STAND", "STALL")),
    Group("services", ("95.", "96.", "45.", "77.", "79.", "82."),
          ("PRESSING", "CORDONNERIE", "LAVERIE", "GARAGE", "SERVICES", "LAUNDRY")),
    Group("others", ("",), ()),
)  # fmt: skip
"""In the order in which they are offered; the last one takes what no other does."""

BY_SLUG: Final[Mapping[str, Group]] = {one.slug: one for one in GROUPS}

_BEGINNINGS: Final = sorted(
    ((code, group) for group in GROUPS for code in group.codes), key=lambda pair: len(pair[0]), reverse=True
)


@lru_cache(maxsize=1024)
def group_of(naf: str) -> Group:
    """The group of a trade, by its NAF code."""
    return next(group for code, group in _BEGINNINGS if naf.startswith(code))


@lru_cache
def codes_of(group: Group) -> tuple[str, ...]:
    """All NAF codes of a group."""
    return tuple(code for code in codes() if group_of(code) == group)


def groups_called(word: str) -> list[Group]:
    """The groups of which a word begins like ``word``, which is folded."""
    return [one for one in GROUPS if any(part.startswith(word) for said in one.words for part in said.split())]
