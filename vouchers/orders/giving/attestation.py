"""An attestation: who received which vouchers, when, for which event, for a company's accounts and works council."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from ledger.formats import Language, shown_day
from ledger.money import ZERO, Money, total
from merchants.settlements.statement import StatementProgramme
from merchants.shops.spelling import folded
from vouchers.orders.giving.attestation_words import WORDS
from vouchers.orders.giving.urssaf import EVENTS, OCCASIONS, Event, Person, keys_among
from vouchers.orders.giving.urssaf_words import ONLY_HERE
from vouchers.orders.lists.csv_writing import csv_of, decimal


@dataclass(frozen=True, slots=True)
class AttestationBuyer:
    """Who gave: the company as on its invoices."""

    name: str
    address: tuple[str, ...]
    siren: str | None = None


@dataclass(frozen=True, slots=True)
class AttestationLine:
    """One voucher given on a day (Europe/Paris). ``number`` is that of its order, or its own."""

    person: Person
    on: date
    event: Event | None
    amount: Money
    number: str


@dataclass(frozen=True, slots=True)
class PersonTotal:
    """What one person received; ``person`` as first named."""

    person: Person
    count: int
    amount: Money


@dataclass(frozen=True, slots=True)
class EventTotal:
    """What was given for one event, or for none."""

    event: Event | None
    count: int
    amount: Money


@dataclass(frozen=True, slots=True)
class Attestation:
    """Everything the paper says, from ``first_day`` to ``last_day`` included. Lines come by day, then by name.

    :raises ValueError: a line outside the period, or an amount that is not above zero
    """

    programme: StatementProgramme
    buyer: AttestationBuyer
    first_day: date
    last_day: date
    issued_on: date
    lines: tuple[AttestationLine, ...]

    def __post_init__(self) -> None:
        for line in self.lines:
            if not self.first_day <= line.on <= self.last_day or line.amount <= ZERO:
                raise ValueError(f"{line.number} does not belong in an attestation of this period")
        ordered = sorted(self.lines, key=lambda one: (one.on, *_by_name(one.person), one.number, one.amount))
        object.__setattr__(self, "lines", tuple(ordered))

    @property
    def total(self) -> Money:
        """What was given in all."""
        return total([line.amount for line in self.lines])

    @property
    def years(self) -> tuple[int, ...]:
        """The calendar years of the period: each has its own ceiling."""
        return tuple(range(self.first_day.year, self.last_day.year + 1))

    @property
    def by_person(self) -> tuple[PersonTotal, ...]:
        """By name. Two lines are one person's by staff number, else by e-mail; a name alone joins nothing."""
        key = keys_among(line.person for line in self.lines)
        found: dict[str | int, list[AttestationLine]] = {}
        for at, line in enumerate(self.lines):
            found.setdefault(key(line.person) or at, []).append(line)
        totals = [
            PersonTotal(lines[0].person, len(lines), total([one.amount for one in lines])) for lines in found.values()
        ]
        return tuple(sorted(totals, key=lambda one: _by_name(one.person)))

    @property
    def by_event(self) -> tuple[EventTotal, ...]:
        """In the order of the list of events, then what answers none."""
        found: list[EventTotal] = []
        for event in (*EVENTS, None):
            amounts = [line.amount for line in self.lines if line.event == event]
            if amounts:
                found.append(EventTotal(event, len(amounts), total(amounts)))
        return tuple(found)

    @property
    def unmatched(self) -> int:
        """Lines whose person has neither staff number nor e-mail, so that each stands alone."""
        return sum(line.person.key is None for line in self.lines)


def event_name(event: Event | None, language: Language) -> str:
    """What an event is called; that there is none."""
    return WORDS[language]["no event"] if event is None else OCCASIONS[event].name(language)


def attestation_csv(attestation: Attestation, language: Language = "fr") -> bytes:
    """Every voucher, then the totals by person and by event, then what the figures leave out.

    UTF-8 with its mark, semicolons, no cell that a spreadsheet would run. The same attestation gives the same bytes.
    """
    return csv_of(_csv_rows(attestation, language))


def _csv_rows(attestation: Attestation, language: Language) -> Iterator[tuple[str, ...]]:
    words = WORDS[language]
    buyer, programme = attestation.buyer, attestation.programme
    yield tuple(words[one] for one in ("who", "staff number", "email", "on", "event", "number", "amount csv"))
    for line in attestation.lines:
        yield (
            line.person.name, line.person.staff_number or "", line.person.email or "",
            shown_day(line.on, language), event_name(line.event, language), line.number,
            decimal(line.amount, language),
        )  # fmt: skip
    yield ()
    yield words["by person"], words["staff number"], words["email"], words["count"], "", "", words["amount csv"]
    for one in attestation.by_person:
        person = one.person
        yield (
            person.name, person.staff_number or "", person.email or "", str(one.count), "", "",
            decimal(one.amount, language),
        )  # fmt: skip
    yield ()
    yield words["by event"], "", "", words["count"], "", "", words["amount csv"]
    for each in attestation.by_event:
        yield event_name(each.event, language), "", "", str(each.count), "", "", decimal(each.amount, language)
    count = str(len(attestation.lines))
    yield words["total"], "", "", count, "", "", decimal(attestation.total, language)
    yield ()
    yield words["buyer"], buyer.name, buyer.siren or ""
    yield words["programme"], programme.name, programme.legal_name
    dates = {"first": shown_day(attestation.first_day, language), "last": shown_day(attestation.last_day, language)}
    yield words["period title"], words["period"].format(**dates)
    yield words["issued title"], shown_day(attestation.issued_on, language)
    yield (ONLY_HERE[language],)


def _by_name(person: Person) -> tuple[str, str, str]:
    return folded(person.name), person.name, person.key or ""
