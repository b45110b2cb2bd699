"""Rules of use judged: a pure function, and the sentence that says where a voucher is taken."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import once
from ledger.formats import shown_days
from merchants.shops.reach import Spot
from vouchers.rules.rule import Conditions, Rule, judged
from vouchers.rules.rule_errors import NotTakenHere
from vouchers.rules.rule_words import line, refused

COMMUNES = (("13028", "La Ciotat"), ("13022", "Cassis"), ("13005", "Aubagne"), ("13055", "Marseille"), ("13201", "1er"))
TRADES = ("47.61Z", "10.71C", "56.30Z")
SHOPS = tuple((UUID(int=n), f"Shop {n}") for n in range(1, 4))
MAY = date(2027, 5, 25)
DAYS = st.integers(-10, 10).map(lambda days: MAY + timedelta(days=days))


def several(pool: tuple[object, ...]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(st.sampled_from(pool), unique=True, max_size=3).map(tuple)


ASKED = st.builds(
    Conditions, communes=several(COMMUNES), trades=several(TRADES), shops=several(SHOPS), first_day=st.none() | DAYS,
    last_day=st.none() | DAYS,
)  # fmt: skip
SPOTS = st.builds(
    Spot,
    shop=st.sampled_from([id_ for id_, _ in SHOPS]),
    name=st.just("Here"),
    commune=st.just("Somewhere"),
    commune_code=st.none() | st.sampled_from(["13028", "13022", "13005", "13201", "13208"]),
    naf=st.sampled_from(TRADES),
)


@given(asks=ASKED, spot=SPOTS, day=DAYS)
def test_it_is_taken_exactly_where_every_condition_has_one_that_fits(asks: Conditions, spot: Spot, day: date) -> None:
    codes = {code for code, _ in asks.communes}
    in_marseille = "13055" in codes and (spot.commune_code or "").startswith("132")
    against = {
        "commune": bool(codes) and spot.commune_code not in codes and not in_marseille,
        "trade": bool(asks.trades) and spot.naf not in asks.trades,
        "shop": bool(asks.shops) and spot.shop not in {id_ for id_, _ in asks.shops},
        "before": asks.first_day is not None and day < asks.first_day,
        "after": asks.last_day is not None and day > asks.last_day,
    }
    assert judged(asks, spot, day) == tuple(name for name, true in against.items() if true)


@given(asks=ASKED, spot=SPOTS, day=DAYS)
def test_whatever_is_refused_is_told_in_both_languages_and_kept_whole_under_a_key(
    asks: Conditions, spot: Spot, day: date
) -> None:
    rule = Rule(UUID(int=9), "Règle", asks)
    if not judged(asks, spot, day):
        rule.refuse_unless_taken(spot, day)
        return
    with pytest.raises(NotTakenHere) as raised:
        rule.refuse_unless_taken(spot, day)
    refusal = raised.value
    again = once.unpack_refusal(once.pack_refusal(refusal))
    assert vars(again) == vars(refusal)
    for language in ("fr", "en"):
        told = refused(refusal, language)
        assert told.endswith(".")
        assert "{" not in told
        today = "Aujourd'hui" if language == "fr" else "Today"
        assert (today in told) == bool({"before", "after"} & set(refusal.reasons))


BOOKS = Conditions(
    communes=(("13028", "La Ciotat"), ("13022", "Cassis")), trades=("47.61Z",), first_day=MAY,
    last_day=date(2027, 5, 31),
)  # fmt: skip
BAKERY = Spot(UUID(int=1), "Fournil", "Aubagne", "13005", "10.71C")


def told(asks: Conditions, spot: Spot, day: date) -> tuple[str, str]:
    with pytest.raises(NotTakenHere) as raised:
        Rule(UUID(int=9), "Règle", asks).refuse_unless_taken(spot, day)
    return refused(raised.value, "fr"), refused(raised.value, "en")


def test_the_sentence_says_where_and_when_it_is_taken_and_what_is_here() -> None:
    french, english = told(BOOKS, BAKERY, MAY)
    assert french == (
        "Ce bon se dépense dans les librairies de La Ciotat et de Cassis, du 25 au 31 mai 2027."
        " Ici\u00a0: boulangerie, Aubagne."
    )
    assert english == (
        "This voucher is taken at bookshops in La Ciotat and Cassis, from 25 to 31 May 2027. Here: bakery, Aubagne."
    )


def test_the_day_is_told_if_it_is_what_is_against_it() -> None:
    spot = Spot(UUID(int=1), "Librairie", "Cassis", "13022", "47.61Z")
    french, english = told(BOOKS, spot, date(2027, 6, 1))
    assert french.endswith("du 25 au 31 mai 2027. Aujourd'hui\u00a0: 01/06/2027.")
    assert english.endswith("from 25 to 31 May 2027. Today: 1 June 2027.")


def test_a_long_list_is_shortened_and_counted() -> None:
    many = tuple((f"13{n:03}", name) for n, name in enumerate(["Aubagne", "Les Baux", "Le Rove", "L'Île", *"ABCDEFGH"]))
    assert line(Conditions(communes=many), "fr") == (
        "À dépenser dans les commerces d'Aubagne, des Baux, du Rove, de L'Île et de 8 autres communes."
    )
    assert line(Conditions(trades=tuple(f"0{n}.11Z" for n in range(1, 8))), "en").endswith("and 3 other trades.")


@pytest.mark.parametrize(
    ("asks", "french", "english"),
    [
        (Conditions(shops=SHOPS[:2]), "chez Shop 1 et Shop 2", "at Shop 1 and Shop 2"),
        (
            Conditions(shops=SHOPS[:1], trades=("47.61Z",), communes=COMMUNES[2:3]),
            "chez Shop 1 (parmi les librairies d'Aubagne)", "at Shop 1 (among the bookshops in Aubagne)",
        ),
        (
            Conditions(trades=("01.12Z",)),
            "dans les commerces « Culture du riz »", "at shops of the trade “Culture du riz”",
        ),
        (Conditions(first_day=MAY), "à partir du 25/05/2027", "from 25 May 2027"),
        (Conditions(last_day=MAY), "jusqu'au 25/05/2027 inclus", "through 25 May 2027"),
    ],
)  # fmt: skip
def test_each_kind_of_rule_has_its_line(asks: Conditions, french: str, english: str) -> None:
    assert (line(asks, "fr"), line(asks, "en")) == (f"À dépenser {french}.", f"To be spent {english}.")


def test_days_are_told_without_saying_twice_what_they_share() -> None:
    assert shown_days(date(2026, 12, 1), date(2027, 1, 2)) == "du 1er décembre 2026 au 2 janvier 2027"
    assert shown_days(date(2027, 4, 30), date(2027, 5, 1)) == "du 30 avril au 1er mai 2027"
    assert shown_days(MAY, MAY) == "le 25 mai 2027"
    assert shown_days(MAY, MAY, "en") == "on 25 May 2027"
