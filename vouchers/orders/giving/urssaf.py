"""Social charges on vouchers given to staff: what the rule says, and whom an order takes beyond it.

The rule: vouchers given to one employee in a calendar year bear no contributions as long as they stay, all together,
within 5 % of the monthly social security ceiling, whatever they are given for. Beyond it, each voucher must answer a
listed event that concerns the person, be usable for that event, and stay, event by event, within the same 5 %; one
that does not is liable in whole. Source: Urssaf, "Bons d'achat et cadeaux" (ministerial instruction of 17 April 1985,
Acoss letter 2011-0000024 of 21 March 2011). It is a tolerance of the administration: this warns and never blocks, and
it sees one programme only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, get_args

from ledger.errors import Refusal
from ledger.formats import Language
from ledger.money import ZERO, Money, total
from merchants.shops.spelling import folded
from vouchers.orders.lists.addresses import matching

Event = Literal[
    "birth", "wedding", "retirement", "mothers-day", "fathers-day", "sainte-catherine", "saint-nicolas", "christmas",
    "christmas-children", "school",
]  # fmt: skip
EVENTS: Final[tuple[Event, ...]] = get_args(Event)

SENIORITY_BARRED_FROM: Final = 2026
"""The year from which what staff receives may not depend on how long it has been there. Source: Cour de cassation,
chambre sociale, 3 April 2024, no. 22-16.812, which Urssaf follows."""
SENIORITY_GRACE_UNTIL: Final = date(2026, 12, 31)
"""Until when a rule by seniority that exists may be mended without adjustment. Source: Urssaf, 19 December 2025."""


class OccasionUnknown(Refusal):
    """Not an event of the list."""

    def __init__(self, *, typed: str) -> None:
        self.typed = typed[:40]
        super().__init__(f"{self.typed!r} is not an event for which vouchers are given.")


@dataclass(frozen=True, slots=True)
class Occasion:
    """A listed event: its name, and whom it must concern. ``per_child``: each child counts for itself."""

    event: Event
    fr: str
    en: str
    concerns_fr: str
    concerns_en: str
    per_child: bool = False

    def name(self, language: Language) -> str:
        """What people call it."""
        return self.fr if language == "fr" else self.en

    def concerns(self, language: Language) -> str:
        """Whom it must concern."""
        return self.concerns_fr if language == "fr" else self.concerns_en


# Source: Urssaf, "Bons d'achat et cadeaux", list of events.
OCCASIONS: Final[Mapping[Event, Occasion]] = {
    one.event: one
    for one in (
        Occasion("birth", "Naissance ou adoption", "Birth or adoption",
                 "salariés qui deviennent parents", "employees who become parents"),
        Occasion("wedding", "Mariage ou Pacs", "Wedding or civil union",
                 "salariés qui se marient ou se pacsent", "employees who marry or enter a civil union"),
        Occasion("retirement", "Départ à la retraite", "Retirement",
                 "salariés qui partent à la retraite", "employees who retire"),
        Occasion("mothers-day", "Fête des mères", "Mother's Day", "mères", "mothers"),
        Occasion("fathers-day", "Fête des pères", "Father's Day", "pères", "fathers"),
        Occasion("sainte-catherine", "Sainte-Catherine", "Sainte-Catherine",
                 "femmes non mariées qui ont 25 ans dans l'année", "unmarried women who turn 25 in the year"),
        Occasion("saint-nicolas", "Saint-Nicolas", "Saint-Nicolas",
                 "hommes non mariés qui ont 30 ans dans l'année", "unmarried men who turn 30 in the year"),
        Occasion("christmas", "Noël", "Christmas", "tous les salariés", "all employees"),
        Occasion("christmas-children", "Noël des enfants", "Children's Christmas",
                 "salariés qui ont des enfants de 16 ans au plus dans l'année civile",
                 "employees with children of up to 16 in the calendar year", per_child=True),
        Occasion("school", "Rentrée scolaire", "Back to school",
                 "salariés qui ont des enfants de moins de 26 ans scolarisés (gardez le certificat de scolarité)",
                 "employees with children under 26 in education (keep the school's certificate)", per_child=True),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ceiling:
    """5 % of the monthly social security ceiling of a year, in whole euros as Urssaf publishes it."""

    year: int
    monthly: Money
    most: Money
    source: str


# One line a year; a year that is not here is said to be unknown, and nothing is guessed.
CEILINGS: Final[Mapping[int, Ceiling]] = {
    one.year: one
    for one in (
        Ceiling(2024, Money(3_864_00), Money(193_00), "Urssaf, plafonds 2024"),
        Ceiling(2025, Money(3_925_00), Money(196_00), "Urssaf, plafonds 2025"),
        Ceiling(2026, Money(4_005_00), Money(200_00), "arrêté du 22 décembre 2025"),
    )
}


def occasion(code: str) -> Occasion:
    """A listed event by its code.

    :raises OccasionUnknown:
    """
    for event in EVENTS:
        if event == code:
            return OCCASIONS[event]
    raise OccasionUnknown(typed=code)


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever receives; matched by the buyer's own staff number, else by e-mail, never by name."""

    name: str
    staff_number: str | None = None
    email: str | None = None

    @property
    def key(self) -> str | None:
        """What two gifts to one person share; None for somebody who cannot be told from a namesake."""
        if self.staff_number and self.staff_number.strip():
            return f"staff:{self.staff_number.strip().casefold()}"
        return f"email:{matching(self.email.strip())}" if self.email and self.email.strip() else None


Key = Callable[[Person], str | None]


def keys_among(people: Iterable[Person]) -> Key:
    """How these people are told from one another: as `Person.key`, but whoever is listed once with a staff number and
    once by e-mail alone is one person, unless several numbers share that address.
    """
    numbers: dict[str, set[str]] = defaultdict(set)
    for person in people:
        alone = Person(person.name, None, person.email).key
        if alone is not None and person.key is not None and person.key != alone:
            numbers[alone].add(person.key)

    def key(person: Person) -> str | None:
        known = numbers.get(person.key or "", set())
        return next(iter(known)) if len(known) == 1 else person.key

    return key


@dataclass(frozen=True, slots=True)
class Gift:
    """A voucher given, or about to be: on ``day`` (Europe/Paris), whose calendar year it counts in."""

    person: Person
    amount: Money
    day: date
    event: Event | None = None


@dataclass(frozen=True, slots=True)
class OverTheYear:
    """A person's year exceeds the ceiling and some gifts answer no listed event: those are liable in whole."""

    person: Person
    year: int
    total: Money
    ceiling: Money
    without_event: Money

    @property
    def over(self) -> Money:
        """By how much."""
        return self.total - self.ceiling


@dataclass(frozen=True, slots=True)
class OverTheEvent:
    """A person's year exceeds the ceiling, and so do the gifts for one event.

    ``children``: how many the sum takes, for an event in which each child counts for itself; else None.
    """

    person: Person
    year: int
    event: Event
    total: Money
    ceiling: Money
    children: int | None = None

    @property
    def over(self) -> Money:
        """By how much, for one person or one child."""
        return self.total - self.ceiling


@dataclass(frozen=True, slots=True)
class RestsOnEvents:
    """These people's year exceeds the ceiling, and each gift answers an event: it must be one that concerns them."""

    year: int
    people: tuple[Person, ...]
    ceiling: Money


@dataclass(frozen=True, slots=True)
class CannotMatch:
    """``count`` people of the order have neither staff number nor e-mail: their other gifts are not seen."""

    count: int


@dataclass(frozen=True, slots=True)
class CeilingUnknown:
    """The figures of this year are not known yet, so nothing is compared."""

    year: int


@dataclass(frozen=True, slots=True)
class SeniorityBarred:
    """From 2026, vouchers may not be shared out by seniority."""

    year: int


Warned = OverTheYear | OverTheEvent | RestsOnEvents | CannotMatch | CeilingUnknown | SeniorityBarred


def warnings_of(earlier: Iterable[Gift], asked: Iterable[Gift]) -> tuple[Warned, ...]:
    """What an order would mean: of ``earlier``, this buyer's gifts, those to the same people in the same years count.

    The people concerned come first, by name, then what holds for all. Empty when nothing is asked.
    """
    asked, earlier = tuple(asked), tuple(earlier)
    key = keys_among(gift.person for gift in (*earlier, *asked))
    before = [gift for gift in earlier if gift.person.key is not None]
    found: list[Warned] = []
    for year in sorted({gift.day.year for gift in asked}):
        mine = [gift for gift in asked if gift.day.year == year]
        ceiling = CEILINGS.get(year)
        if ceiling is None:
            found.append(CeilingUnknown(year))
        else:
            found += _of_year(ceiling, [gift for gift in before if gift.day.year == year], mine, key)
        if year >= SENIORITY_BARRED_FROM:
            found.append(SeniorityBarred(year))
    if unmatched := sum(gift.person.key is None for gift in asked):
        found.append(CannotMatch(unmatched))
    return tuple(found)


def _of_year(ceiling: Ceiling, earlier: list[Gift], asked: list[Gift], key: Key) -> list[Warned]:
    """The warnings of one year. Somebody without a key is alone with each gift."""
    gifts: dict[str | int, list[Gift]] = defaultdict(list)
    for at, gift in enumerate(asked):
        gifts[key(gift.person) or at].append(gift)
    for gift in earlier:
        if (whose := key(gift.person)) in gifts:
            gifts[whose].append(gift)
    found: list[OverTheYear | OverTheEvent] = []
    resting: list[Person] = []
    for given in gifts.values():
        warned = _of_person(ceiling, given)
        found += warned
        if not warned and total([gift.amount for gift in given]) > ceiling.most:
            resting.append(given[0].person)
    found.sort(key=lambda one: (folded(one.person.name), one.person.key or ""))
    if resting:
        resting.sort(key=lambda one: (folded(one.name), one.key or ""))
        return [*found, RestsOnEvents(ceiling.year, tuple(resting), ceiling.most)]
    return [*found]


def _of_person(ceiling: Ceiling, given: list[Gift]) -> list[OverTheYear | OverTheEvent]:
    year, most, person = ceiling.year, ceiling.most, given[0].person
    whole = total([gift.amount for gift in given])
    if whole <= most:
        return []
    sums: dict[Event | None, Money] = defaultdict(lambda: ZERO)
    for gift in given:
        sums[gift.event] += gift.amount
    found: list[OverTheYear | OverTheEvent] = []
    if sums[None]:
        found.append(OverTheYear(person, year, whole, most, sums[None]))
    for event in EVENTS:
        if sums[event] > most:
            children = -(-sums[event].cents // most.cents) if OCCASIONS[event].per_child else None
            found.append(OverTheEvent(person, year, event, sums[event], most, children))
    return found
