"""The orders that the demonstration is full of when one comes: one in each state, counted in days before today.

What was sold in the months before is in `api.demo.life`; these are what an operator and a company find in their lists.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from api.demo import bank, card_money
from api.demo.picture import logo
from api.demo.rosters import staff
from api.demo.story import Act, Desk, Story
from api.demo.town import COMPANIES, moment
from ledger.money import Money
from vouchers.orders import drafting
from vouchers.orders.drafting import Line, Named, NewOrder

_SATURDAY: Final = 6
Acts = Iterator[tuple[datetime, Act]]

UNMENDED: Final = (
    {"line": 26, "typed": {"name": "Bruno Castelli", "email": "b.castelli@accoules,example", "staff_number": "A061",
                           "amount": "60,00"}},
    {"line": 27, "typed": {"name": "", "email": "", "staff_number": "A062", "amount": "60,00"}},
    {"line": 28, "typed": {"name": "Sabine Ferrero", "email": "", "staff_number": "A063", "amount": "six cents"}},
)  # fmt: skip
"""Lines of a list as somebody typed them; each cannot stand for another reason."""

WITH_MORE: Final = frozenset({2, 9, 17})
"""Places in that list of people who would have more in a year than is free of social charges."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days before today, moved from weekends to the Friday before.

    Two that follow each other may so become one day: the hour of what comes later is the later one.
    """

    today: date

    def at(self, back: int, hour: int, minute: int) -> datetime:
        """A moment that many days ago, on the Friday before if that is a weekend."""
        day = self.today - timedelta(days=back)
        return moment(day - timedelta(days=max(0, day.isoweekday() - _SATURDAY + 1)), hour, minute)


@dataclass(frozen=True, slots=True)
class Orders:
    """The orders of the last weeks."""

    desk: Desk
    companies: Sequence[UUID]
    people: Sequence[UUID]
    calendar: Calendar
    now: datetime
    """The last moment at which anything happens."""

    def acts(self, *, letters_wait: bool) -> Acts:
        """Everything that is done with them, and when.

        :param letters_wait: whether the letters of the last hour leave only when the server starts
        """
        yield from self._soap()
        yield from self._builders()
        yield from self._mutual(letters_wait=letters_wait)
        yield from self._private(letters_wait=letters_wait)
        yield from card_money.acts(self.desk.session, self.calendar)
        yield from bank.acts(self.desk.session, actor=self.desk.staff.accountant, read_at=self.calendar.at(1, 8, 30))

    def _soap(self) -> Acts:
        """A company that prints: orders lapsed, paid a little short, not paid yet, and a draft with lines to mend."""
        on, domain = self.calendar.at, _domain(0)
        late = self._of(0, "Tombola de la Saint-Éloi", lines=(Line(20, Money(1_000)),))
        yield on(50, 10, 5), late.ask
        yield on(17, 4, 1), late.lapse
        short = self._of(0, "Trophées de la sécurité", lines=(Line(20, Money(5_000)),))
        yield on(12, 14, 10), short.ask
        yield on(7, 14, 45), short.comes(Money(100_000), label="VIR TROPHEES")
        christmas = self._of(
            0, "Noël du personnel", named=staff(domain, 42, Money(4_000)), occasion="christmas",
            message="Belles fêtes à vous et à vos proches !",
        )  # fmt: skip
        yield on(6, 9, 12), christmas.ask
        invited = [
            replace(one, face_value=Money(15_000)) if place in WITH_MORE else one
            for place, one in enumerate(staff(domain, 24, Money(6_000)), start=1)
        ]
        party = self._of(
            0, "Fête de fin d'année", named=tuple(invited), handing="email",
            message="Merci pour cette belle année.",
        )  # fmt: skip
        yield on(1, 16, 40), party.start
        yield on(1, 16, 58), party.keep_unmended(UNMENDED)

    def _builders(self) -> Acts:
        """A company that the operator trusts: it has its vouchers before it pays."""
        on = self.calendar.at
        trust = self._of(1, "Parrainage des apprentis", lines=(Line(10, Money(3_000)),), spent=False)
        yield on(20, 11, 5), trust.ask
        yield on(19, 15, 30), trust.issue_on_credit("Client régulier, facture à 30 jours")

    def _mutual(self, *, letters_wait: bool) -> Acts:
        """A company that writes to its people: some letters did not arrive, some money was given back."""
        on, domain = self.calendar.at, _domain(2)
        well = self._of(
            2, "Journée du bien-être", named=staff(domain, 18, Money(3_000)), handing="email",
            message="Prenez soin de vous.", untouched=frozenset({3, 5, 11, 16}),
        )  # fmt: skip
        yield on(41, 10, 2), well.ask
        yield on(39, 11, 5), well.comes()
        yield on(39, 11, 6), well.issue
        yield on(39, 11, 7), well.write({5: "refused", 11: "bounced", 16: "doubtful"})
        yield on(38, 16, 12), well.write_again(11, f"accueil@{domain}")
        yield on(30, 14, 20), well.lose(3, "Message effacé par erreur")
        agencies = self._of(
            2, "Challenge des agences", lines=(Line(30, Money(2_000)),), untouched=frozenset({27, 28, 29, 30})
        )
        yield on(37, 9, 25), agencies.ask
        yield on(36, 10, 40), agencies.comes()
        yield on(36, 10, 41), agencies.issue
        yield on(35, 15, 5), agencies.take
        yield on(3, 10, 30), agencies.give_back("Quatre gagnants ont quitté l'entreprise", places=(27, 28, 29, 30))
        seminar = self._of(2, "Séminaire des élus", lines=(Line(20, Money(1_500)),), spent=False)
        yield on(29, 9, 20), seminar.ask
        yield on(27, 15, 50), seminar.comes()
        yield on(27, 15, 51), seminar.issue
        yield on(22, 11, 0), seminar.give_back("Séminaire annulé")
        yield on(21, 15, 30), seminar.send_back
        twice = self._of(2, "Journée du bien-être (bis)", lines=(Line(18, Money(3_000)),))
        yield on(18, 8, 50), twice.ask
        yield on(16, 17, 20), twice.cancel("Commandé deux fois")
        later = self._of(
            2, "Noël des équipes", named=staff(domain, 60, Money(4_000)), occasion="christmas", handing="email",
            message="Joyeux Noël à toute l'équipe !", deliver_on=self.calendar.today + timedelta(days=19),
            fresh=letters_wait, spent=False,
        )  # fmt: skip
        yield on(4, 8, 55), later.ask
        yield self.now - timedelta(minutes=25), later.comes()
        if not letters_wait:
            yield self.now - timedelta(minutes=24), later.issue
        welcome = self._of(
            2, "Bienvenue aux nouveaux", named=staff(domain, 6, Money(2_500), first=84), handing="email",
            message="Bienvenue parmi nous : voici de quoi découvrir le quartier.", fresh=letters_wait, spent=False,
        )  # fmt: skip
        yield self.now - timedelta(minutes=58), self._with_logo(welcome)
        yield self.now - timedelta(minutes=57), welcome.ask
        yield self.now - timedelta(minutes=12), welcome.comes()
        yield self.now - timedelta(minutes=11), welcome.issue
        yield self.now - timedelta(minutes=10), welcome.write()

    def _private(self, *, letters_wait: bool) -> Acts:
        """People who give to friends: one by card, one who paid twice, one whose bank contests, one yet to pay."""
        on = self.calendar.at
        birthday = self._by(
            0, "Anniversaire de Tom", named=(Named("Tom Marchand", Money(5_000), "tom.marchand@courriel.example"),),
            handing="email", message="Joyeux anniversaire, Tom !", method="card", spent=False,
        )  # fmt: skip
        yield on(8, 20, 2), birthday.ask
        yield on(8, 20, 19), birthday.pays_by_card(card_money.BIRTHDAY)
        yield on(8, 20, 20), birthday.write()
        double = self._by(1, "Cousinade", lines=(Line(3, Money(2_000)),), handing="links", spent=False)
        yield on(26, 9, 40), double.ask
        yield on(24, 19, 35), double.comes()
        yield on(24, 19, 36), double.issue
        yield on(24, 20, 5), double.take
        yield on(23, 20, 35), double.comes(Money(6_144), label="VIR INSTANTANE")
        contested = self._by(3, "Loto du club de boules", lines=(Line(12, Money(2_500)),), method="card")
        yield on(33, 9, 41), contested.ask
        yield on(33, 9, 58), contested.pays_by_card(card_money.CONTESTED)
        yield on(33, 10, 20), contested.take
        yield on(9, 3, 12), card_money.disputes(contested)
        waits = self._by(2, "Pour Mamie", lines=(Line(2, Money(3_000)),), fresh=letters_wait)
        yield self.now - timedelta(minutes=40), waits.ask

    def _of(self, company: int, label: str, **told: object) -> Story:
        return self._story(self.companies[company], self.desk.staff.assistants[company], label, told)

    def _by(self, person: int, label: str, **told: object) -> Story:
        return self._story(self.people[person], f"guest:{self.people[person]}", label, told)

    def _story(self, buyer: UUID, actor: str, label: str, told: dict[str, object]) -> Story:
        about = {name: told.pop(name) for name in ("method", "spent", "untouched", "fresh") if name in told}
        return Story(self.desk, NewOrder(buyer, label=label, **told), actor, **about)  # type: ignore[arg-type]

    def _with_logo(self, story: Story) -> Act:
        """Its buyer's logo is on it."""

        async def keep(at: datetime) -> None:
            kept = await drafting.keep_picture(self.desk.session, story.new.buyer, logo(), at=at)
            story.with_picture(kept)

        return keep


def _domain(company: int) -> str:
    return str(COMPANIES[company].email).partition("@")[2]
