"""What the social-charge guard says, in French and English. It warns, names people and sums, and forbids nothing."""

from __future__ import annotations

from typing import Final

from ledger.formats import Language, shown_day, shown_money
from ledger.money import Money
from vouchers.orders.giving.urssaf import (
    CEILINGS,
    OCCASIONS,
    SENIORITY_GRACE_UNTIL,
    CannotMatch,
    CeilingUnknown,
    OverTheEvent,
    OverTheYear,
    Person,
    RestsOnEvents,
    SeniorityBarred,
    Warned,
)

_PEOPLE_SHOWN: Final = 10

ONLY_HERE: Final[dict[Language, str]] = {
    "fr": "Obole ne voit que les bons de ce programme : ajoutez-y les autres cadeaux de l'année (chèques d'autres "
    "émetteurs, paniers, cadeaux en nature).",
    "en": "Obole sees the vouchers of this programme only: add the year's other gifts (vouchers of other issuers, "
    "hampers, presents).",
}

_SAID: Final[dict[Language, dict[type[Warned], str]]] = {
    "fr": {
        OverTheYear: "{who} aura reçu {total} en {year} : {over} de plus que le plafond annuel de {ceiling}. Les "
        "{without_event} donnés sans événement seraient soumis à cotisations en entier. Indiquez l'événement qui "
        "concerne cette personne, ou baissez le montant.",
        OverTheEvent: "{who} aura reçu {total} pour {event} en {year} : {over} de plus que le plafond de {ceiling} par "
        "événement. La totalité serait soumise à cotisations. Baissez le montant.",
        RestsOnEvents: "Pour {count} ({names}), l'année {year} dépasse {ceiling} : l'exonération tient à ce que chaque "
        "bon réponde à un événement qui concerne la personne, et soit utilisable pour lui. Gardez-en la preuve.",
        CannotMatch: "{count} ni matricule ni adresse e-mail : leurs autres bons de l'année ne peuvent pas être "
        "comptés. Ajoutez l'un des deux.",
        CeilingUnknown: "Le plafond de {year} n'est pas encore connu : rien n'a été comparé pour cette année.",
        SeniorityBarred: "L'ancienneté ne peut pas décider qui reçoit, ni combien (Cour de cassation, 3 avril 2024 ; "
        "l'Urssaf laisse jusqu'au {grace} pour corriger une règle existante).",
    },
    "en": {
        OverTheYear: "{who} will have received {total} in {year}: {over} more than the yearly ceiling of {ceiling}. "
        "The {without_event} given without an event would bear contributions in whole. Name the event that concerns "
        "this person, or lower the amount.",
        OverTheEvent: "{who} will have received {total} for {event} in {year}: {over} more than the ceiling of "
        "{ceiling} per event. All of it would bear contributions. Lower the amount.",
        RestsOnEvents: "For {count} ({names}), the year {year} exceeds {ceiling}: the exemption rests on each voucher "
        "answering an event that concerns the person, and being usable for it. Keep the proof.",
        CannotMatch: "{count} neither staff number nor e-mail address: their other vouchers of the year cannot be "
        "counted. Add one of the two.",
        CeilingUnknown: "The ceiling of {year} is not known yet: nothing was compared for that year.",
        SeniorityBarred: "Seniority may decide neither who receives nor how much (Cour de cassation, 3 April 2024; "
        "Urssaf gives until {grace} to mend an existing rule).",
    },
}
_CHILDREN: Final[dict[Language, str]] = {
    "fr": "{who} aura reçu {total} pour {event} en {year}. Le plafond est de {ceiling} par enfant : il en faut "
    "{children} au moins ({concerns}).",
    "en": "{who} will have received {total} for {event} in {year}. The ceiling is {ceiling} for each child: it takes "
    "{children} at least ({concerns}).",
}


def said(warned: Warned, language: Language = "fr") -> str:
    """One warning in one or two sentences."""
    words = _SAID[language][type(warned)]
    match warned:
        case OverTheYear():
            return words.format(
                who=_who(warned.person), year=warned.year,
                **_sums(language, total=warned.total, over=warned.over, ceiling=warned.ceiling,
                        without_event=warned.without_event),
            )  # fmt: skip
        case OverTheEvent():
            event = OCCASIONS[warned.event]
            if warned.children is not None:
                words = _CHILDREN[language]
            return words.format(
                who=_who(warned.person), year=warned.year, event=f"« {event.fr} »" if language == "fr" else event.en,
                children=warned.children, concerns=event.concerns(language),
                **_sums(language, total=warned.total, over=warned.over, ceiling=warned.ceiling),
            )  # fmt: skip
        case RestsOnEvents():
            return words.format(
                count=_persons(len(warned.people), language), names=_names(warned.people, language), year=warned.year,
                **_sums(language, ceiling=warned.ceiling),
            )  # fmt: skip
        case CannotMatch():
            return words.format(count=_have(warned.count, language))
        case CeilingUnknown():
            return words.format(year=warned.year)
        case SeniorityBarred():
            return words.format(grace=shown_day(SENIORITY_GRACE_UNTIL, language))


def ceiling_said(year: int, language: Language = "fr") -> str:
    """The year's ceiling and where it comes from, or that it is not known yet."""
    found = CEILINGS.get(year)
    if found is None:
        return f"Plafond {year} : pas encore connu." if language == "fr" else f"Ceiling of {year}: not known yet."
    most, monthly = shown_money(found.most, language), shown_money(found.monthly, language)
    if language == "fr":
        return (
            f"Plafond {year} : {most} par personne et par an, puis par événement, soit 5\u00a0% du plafond mensuel de "
            f"la Sécurité sociale, {monthly} ({found.source})."
        )
    return (
        f"Ceiling of {year}: {most} for each person and year, then for each event: 5% of the monthly social security "
        f"ceiling, {monthly} ({found.source})."
    )


def _sums(language: Language, **sums: Money) -> dict[str, str]:
    return {name: shown_money(amount, language) for name, amount in sums.items()}


def _who(person: Person) -> str:
    return f"{person.name} ({person.staff_number})" if person.staff_number else person.name


def _names(people: tuple[Person, ...], language: Language) -> str:
    """The first ten, then an ellipsis."""
    names = ", ".join(map(_who, people[:_PEOPLE_SHOWN]))
    if len(people) <= _PEOPLE_SHOWN:
        return names
    return f"{names}… et {len(people) - _PEOPLE_SHOWN} autres" if language == "fr" else f"{names}… and others"


def _persons(count: int, language: Language) -> str:
    if language == "fr":
        return f"{count} personnes" if count > 1 else "1 personne"
    return f"{count} people" if count > 1 else "1 person"


def _have(count: int, language: Language) -> str:
    if language == "fr":
        return f"{count} personnes n'ont" if count > 1 else "1 personne n'a"
    return f"{count} people have" if count > 1 else "1 person has"
