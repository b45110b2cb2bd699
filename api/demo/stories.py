"""What the shops of the demonstration say of themselves: invented, but fit for what each of them sells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from merchants.street import groups

Week = tuple[str, str, str, str, str, str, str]
"""Hours as typed, from Monday to Sunday."""


@dataclass(frozen=True, slots=True)
class Told:
    """A shop's craft in a line, and its story."""

    craft: str
    story: str


_MORNINGS: Final[Week] = (
    "", "7h-13h, 15h30-19h30", "7h-13h, 15h30-19h30", "7h-13h", "7h-13h, 15h30-19h30", "7h-19h30", "7h-13h",
)  # fmt: skip
_DAYS: Final[Week] = ("", "9h30-12h30, 14h-19h", "9h30-12h30, 14h-19h", "9h30-19h", "9h30-19h", "9h30-19h", "")
_MEALS: Final[Week] = (
    "12h-14h30", "12h-14h30, 19h-22h30", "12h-14h30, 19h-22h30", "12h-14h30, 19h-22h30", "12h-14h30, 19h-23h",
    "19h-23h", "",
)  # fmt: skip
_LATE: Final[Week] = ("7h-20h", "7h-20h", "7h-20h", "7h-20h", "7h-1h", "8h-1h", "8h-14h")

_WEEKS: Final[Mapping[str, Week]] = {"bread": _MORNINGS, "restaurants": _MEALS, "cafes": _LATE}

_STORIES: Final[Mapping[str, Sequence[Told]]] = {
    "bread": (
        Told(
            "Levain maison, farines d'ici",
            "Le four s'allume à trois heures.\n\nLe pain du matin et celui du soir ne sont pas le même : "
            "essayez les deux.",
        ),
        Told("Pompes et navettes toute l'année", "La recette de la navette est dans un tiroir. Le tiroir est fermé."),
    ),
    "cafes": (
        Told(
            "On connaît votre prénom",
            "Le café est bon, la terrasse est au soleil jusqu'à quatre heures, et le chien s'appelle Pistou.",
        ),
        Told(
            "Ouvert quand les autres ferment",
            "Le grand-père a ouvert, la mère a agrandi, la petite-fille a mis des plantes.\n\nOn garde le comptoir.",
        ),
        Told("Le journal est sur le zinc", "Un verre, une partie de cartes, des nouvelles du quartier : tout est là."),
    ),
    "restaurants": (
        Told(
            "Une ardoise, et le marché du matin",
            "Nos producteurs sont à moins de cinquante kilomètres. L'hiver il y a moins de choix : tant mieux.",
        ),
        Told(
            "La même table depuis trois générations",
            "Le vendredi, c'est aïoli. Les autres jours, demandez : ce sera ce que le bateau a rapporté.",
        ),
    ),
    "food": (Told("De saison, et d'à côté", "Ici on goûte avant d'acheter, et l'on repart avec une recette."),),
    "fashion": (
        Told("Cousu ici, retouché pour vous", "L'atelier est au fond. Un ourlet se fait pendant que vous essayez."),
    ),
    "books": (
        Told("Un livre pour chacun", "Dites-nous le dernier que vous avez aimé. Nous avons une idée pour le suivant."),
    ),
    "beauty": (
        Told("Prendre le temps", "Un fauteuil, un thé, et personne ne regarde l'heure.\n\nOn vous rappelle la veille."),
    ),
    "flowers": (Told("Les fleurs du pays", "Mimosa en février, pivoines en mai, dahlias jusqu'aux premiers froids."),),
    "craft": (Told("Fait ici, fait bien", "Tout ce que vous voyez sort de l'atelier du fond.\n\nPoussez la porte."),),
}
_OTHERS: Final = (
    Told("Une maison du quartier", "Tenue à deux depuis 1987.\n\nOn y entre pour une chose, on en ressort avec trois."),
    Told("On vous conseille d'abord", "Si nous ne l'avons pas, nous savons qui l'a, deux rues plus loin."),
)


def told_of(naf: str, number: int) -> tuple[Told, Week]:
    """What the shop of this number says, and when it is open, by what it does."""
    group = groups.group_of(naf).slug
    stories = _STORIES.get(group, _OTHERS)
    return stories[number % len(stories)], _WEEKS.get(group, _DAYS)
