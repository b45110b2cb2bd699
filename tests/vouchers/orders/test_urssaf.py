"""The social-charge guard: who goes beyond the ceiling, by how much and why; it names, and never stops anybody."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.formats import LANGUAGES
from ledger.money import Money, total
from vouchers.orders.giving.urssaf import (
    CEILINGS,
    EVENTS,
    OCCASIONS,
    CannotMatch,
    CeilingUnknown,
    Event,
    Gift,
    OccasionUnknown,
    OverTheEvent,
    OverTheYear,
    Person,
    RestsOnEvents,
    SeniorityBarred,
    Warned,
    occasion,
    warnings_of,
)
from vouchers.orders.giving.urssaf_words import ONLY_HERE, ceiling_said, said

ANNA = Person("Anna Martin", "00042", "anna@exemple.fr")
BOB = Person("Bob Petit", None, "Bob@exemple.fr")
NAMELESS = Person("Jean Dupont")
CHRISTMAS = date(2026, 12, 15)


def gift(person: Person, euros: int, event: Event | None = None, day: date = CHRISTMAS) -> Gift:
    return Gift(person, Money(euros * 100), day, event)


def told(earlier: list[Gift], asked: list[Gift]) -> list[Warned]:
    """The warnings about people; what holds for all of 2026 apart."""
    return [one for one in warnings_of(earlier, asked) if not isinstance(one, SeniorityBarred)]


def test_the_ceilings_are_five_percent_of_the_monthly_one_to_the_euro() -> None:
    assert {year: one.most for year, one in CEILINGS.items()} == {
        2024: Money(193_00), 2025: Money(196_00), 2026: Money(200_00)
    }  # fmt: skip
    for one in CEILINGS.values():
        assert one.most.cents == round(one.monthly.cents / 20 / 100) * 100
        assert one.source


def test_a_year_up_to_the_ceiling_is_free_whatever_it_is_for() -> None:
    assert told([gift(ANNA, 150, day=date(2026, 1, 1))], [gift(ANNA, 50)]) == []


def test_one_cent_above_without_an_event_names_the_person_and_the_sums() -> None:
    asked = Gift(ANNA, Money(50_01), CHRISTMAS)
    (warned,) = told([gift(ANNA, 150, day=date(2026, 1, 1))], [asked])
    assert warned == OverTheYear(ANNA, 2026, Money(200_01), Money(200_00), Money(200_01))
    assert isinstance(warned, OverTheYear)
    assert warned.over == Money(1)
    words = said(warned)
    for part in ("Anna Martin (00042)", "200,01\u00a0€", "0,01\u00a0€", "200,00\u00a0€", "2026"):
        assert part in words


def test_above_the_year_each_event_stands_alone_and_the_rest_is_liable() -> None:
    earlier = [gift(ANNA, 200, "christmas"), gift(ANNA, 30, day=date(2026, 5, 1))]
    assert told(earlier, [gift(ANNA, 200, "wedding")]) == [
        OverTheYear(ANNA, 2026, Money(430_00), Money(200_00), Money(30_00))
    ]
    assert told(earlier[:1], [gift(ANNA, 200, "wedding")]) == [RestsOnEvents(2026, (ANNA,), Money(200_00))]


def test_above_the_ceiling_of_an_event_it_says_by_how_much() -> None:
    (warned,) = told([gift(ANNA, 120, "christmas")], [gift(ANNA, 100, "christmas")])
    assert warned == OverTheEvent(ANNA, 2026, "christmas", Money(220_00), Money(200_00))
    assert isinstance(warned, OverTheEvent)
    assert warned.over == Money(20_00)
    assert "« Noël »" in said(warned)


def test_for_children_each_counts_for_itself() -> None:
    (warned,) = told([], [gift(ANNA, 200, "school"), gift(ANNA, 200, "school"), gift(ANNA, 1, "school")])
    assert isinstance(warned, OverTheEvent)
    assert warned.children == 3
    assert "par enfant : il en faut 3 au moins" in said(warned)
    assert "each child: it takes 3 at least" in said(warned, "en")


def test_people_are_matched_by_staff_number_else_by_address_never_by_name() -> None:
    married = Person("Anna Roux", " 00042 ", "anna.roux@exemple.fr")
    assert told([gift(ANNA, 150)], [gift(married, 100)])
    other_case = Person("Robert Petit", "", "BOB@EXEMPLE.FR")
    assert told([gift(BOB, 150)], [gift(other_case, 100)])
    namesake = Person("Anna Martin", "00043", "anna@exemple.fr")
    assert told([gift(ANNA, 150)], [gift(namesake, 100)]) == []


def test_who_cannot_be_matched_is_counted_once_and_each_gift_stands_alone() -> None:
    asked = [gift(NAMELESS, 150), gift(NAMELESS, 150), gift(Person("Léa", " ", ""), 50)]
    assert told([gift(NAMELESS, 200)], asked) == [CannotMatch(3)]
    assert said(CannotMatch(3)).startswith("3 personnes n'ont ni matricule")
    assert said(CannotMatch(1), "en").startswith("1 person has neither")
    assert [type(one) for one in told([], [gift(NAMELESS, 201)])] == [OverTheYear, CannotMatch]


def test_years_stand_apart_and_an_unknown_one_says_so() -> None:
    earlier = [gift(ANNA, 200, day=date(2025, 12, 31))]
    assert told(earlier, [gift(ANNA, 200, day=date(2026, 1, 1))]) == []
    assert told([], [gift(ANNA, 5000, day=date(2027, 1, 1))]) == [CeilingUnknown(2027)]
    assert "2027" in said(CeilingUnknown(2027))
    both = [gift(ANNA, 197, day=date(2025, 12, 31)), gift(ANNA, 201, day=date(2026, 1, 1))]
    assert [one.year for one in told([], both) if isinstance(one, OverTheYear)] == [2025, 2026]


def test_seniority_is_barred_from_2026() -> None:
    assert warnings_of([], [gift(ANNA, 10)]) == (SeniorityBarred(2026),)
    assert warnings_of([], [gift(ANNA, 10, day=date(2025, 12, 31))]) == ()
    assert "31/12/2026" in said(SeniorityBarred(2026))


def test_those_who_receive_nothing_now_are_not_named() -> None:
    assert told([gift(ANNA, 5000)], [gift(BOB, 10)]) == []
    assert warnings_of([gift(ANNA, 5000)], []) == ()


def test_people_come_by_name_and_many_who_rest_on_events_are_named_in_one_breath() -> None:
    people = [Person(f"Élève {at:02d}", str(at)) for at in range(12)]
    asked = [gift(one, 150, event) for one in reversed(people) for event in ("birth", "wedding")]
    (warned,) = told([], asked)
    assert warned == RestsOnEvents(2026, tuple(people), Money(200_00))
    assert "12 personnes" in said(warned)
    assert "et 2 autres" in said(warned)


def test_every_event_has_its_words_and_a_code_that_is_none_is_refused() -> None:
    for event in EVENTS:
        assert occasion(event) is OCCASIONS[event]
        assert all(OCCASIONS[event].name(one) and OCCASIONS[event].concerns(one) for one in LANGUAGES)
    with pytest.raises(OccasionUnknown):
        occasion("birthday")
    assert "16 ans" in OCCASIONS["christmas-children"].concerns("fr")
    assert "26" in OCCASIONS["school"].concerns("en")


def test_it_always_says_that_it_sees_this_programme_only_and_where_figures_come_from() -> None:
    assert "ce programme" in ONLY_HERE["fr"]
    assert "this programme only" in ONLY_HERE["en"]
    assert "200,00\u00a0€" in ceiling_said(2026)
    assert "arrêté du 22 décembre 2025" in ceiling_said(2026)
    assert "pas encore connu" in ceiling_said(2031)


gifts = st.lists(
    st.builds(
        Gift,
        st.sampled_from([ANNA, BOB, Person("Cléo", "7")]),
        st.integers(1, 300_00).map(Money),
        st.sampled_from([date(2025, 6, 1), CHRISTMAS]),
        st.sampled_from([None, "christmas", "school", "birth"]),
    ),
    max_size=8,
)


@given(gifts, gifts)
def test_a_warning_is_given_exactly_when_a_sum_exceeds_its_ceiling(earlier: list[Gift], asked: list[Gift]) -> None:
    found = warnings_of(earlier, asked)
    for year in {one.day.year for one in asked}:
        for person in {one.person for one in asked if one.day.year == year}:
            mine = [one for one in (*earlier, *asked) if one.person == person and one.day.year == year]
            most = CEILINGS[year].most
            above = total([one.amount for one in mine]) > most
            warned = [
                one for one in found
                if isinstance(one, OverTheYear | OverTheEvent) and (one.person, one.year) == (person, year)
            ]  # fmt: skip
            resting = any(isinstance(one, RestsOnEvents) and one.year == year and person in one.people for one in found)
            assert above == (bool(warned) or resting)
            assert not (warned and resting)
            assert any(isinstance(one, OverTheYear) for one in warned) == (
                above and any(one.event is None for one in mine)
            )
    for one in found:
        assert all("{" not in said(one, language) for language in LANGUAGES)


def test_somebody_listed_once_by_number_and_once_by_address_alone_is_one_person() -> None:
    by_address = Person("Anna Martin", None, "Anna@exemple.fr")
    expected = [OverTheYear(ANNA, 2026, Money(300_00), Money(200_00), Money(300_00))]
    assert told([gift(by_address, 150)], [gift(ANNA, 150)]) == expected
    (other_way,) = told([gift(ANNA, 150)], [gift(by_address, 150)])
    assert isinstance(other_way, OverTheYear)
    assert other_way.total == Money(300_00)


def test_an_address_that_two_numbers_share_joins_nobody() -> None:
    ada, eve, either = (
        Person(name, number, "nous@exemple.fr") for name, number in (("Ada", "1"), ("Eve", "2"), ("?", None))
    )
    assert told([gift(ada, 150), gift(eve, 150)], [gift(either, 150)]) == []
