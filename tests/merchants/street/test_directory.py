"""The directory: shops found as people look for them, and nothing of them that is not public."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import URL, literal, literal_column, select, text
from stdnum import luhn

from api.engines import runtime_engine
from api.settings import Settings
from ledger.database import Sessions, sessions_of
from merchants.shops import registering
from merchants.shops.checking import check_shop
from merchants.shops.spelling import folded
from merchants.street import directory, hours, profile
from merchants.street.directory import Found, PublicShop, Wanted
from merchants.street.groups import BY_SLUG, GROUPS, codes_of, group_of
from merchants.street.hours import Closure, Hours, read_day
from merchants.street.near import Position, metres
from merchants.street.typing_slips import meant, slips_between
from merchants.tables import SOUGHT
from tests import databases
from tests.given import Town, a_town, paris

SHOPS: Final = (
    # sign, NAF, street, postcode, commune, latitude and longitude, the hours of each day
    ("Au Pain d'Épices", "10.71C", "3 rue d'Aubagne", "13001", "Marseille", "43.2960,5.3790", "7-13, 15-19"),
    ("Boulangerie Łódź", "10.71C", "7 place Leverrier", "13004", "Marseille", "43.3060,5.3930", "6-20"),
    ("Librairie de l'Œuvre", "47.61Z", "12 cours Mirabeau", "13100", "Aix-en-Provence", "43.5263,5.4474", "10-19"),
    ("Bar des Sœurs", "56.30Z", "1 quai des Belges", "13001", "Marseille", "43.2951,5.3740", "18-2"),
    ("Le Café & Cie", "56.30Z", "2 boulevard Sakakini", "13004", "Marseille", None, ""),
    ("CHEZ TOTO", "56.10A", "9 rue de la Boulangerie", "13400", "Aubagne", "43.2927,5.5708", "12-14"),
)


@pytest.fixture(scope="module")
async def street(cluster: URL, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """Six shops that accept, and one that was only invited."""
    home = Settings(home=tmp_path_factory.mktemp("street"), pool_size=3, jobs=False)
    async with (
        databases.new_database(cluster, template=databases.TEMPLATE) as database,
        runtime_engine(database, home) as engine,
    ):
        town = await a_town(sessions_of(engine, schema=databases.PROGRAMMES["treiz"]), home, shops=0)
        for number, one in enumerate(SHOPS):
            await _register(town, number, *one)
        yield town


async def _register(
    town: Town, number: int, sign: str, naf: str, street: str, postcode: str, commune: str, at: str | None, day: str
) -> None:
    degrees = dict(zip(("latitude", "longitude"), at.split(","), strict=True)) if at else {}
    new = check_shop(
        {"siret": siret(number), "sign": sign, "naf": naf, "street": street, "postcode": postcode, "commune": commune,
         "legal_name": "SARL Secrète", "email": "patron@example.org", **degrees}  # type: ignore[dict-item]
    )  # fmt: skip
    shop = await town.do(lambda session: registering.register(session, new, actor="op", at=town.at))
    await town.set_status(shop.id, "accepted")
    week = [span for weekday in range(7) for span in read_day(weekday, day)]
    if week:
        await town.do(lambda session: profile.set_hours(session, shop.id, week=week, note="", actor="op", at=town.at))


def siret(number: int) -> str:
    """A SIRET of a business that has many establishments."""
    body = f"552100554{number:04d}"
    return body + str(luhn.calc_check_digit(body))


async def find(town: Town, typed: str = "", **wanted: Any) -> Found:
    return await town.do(lambda session: directory.find(session, Wanted(typed, **wanted)))


async def names(town: Town, typed: str = "", **wanted: Any) -> list[str]:
    return [one.name for one in (await find(town, typed, **wanted)).shops]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("pain d'epices", "Au Pain d'Épices"), ("ÉPICES", "Au Pain d'Épices"), ("oeuvre", "Librairie de l'Œuvre"),
        ("soeurs", "Bar des Sœurs"), ("librairie à Aix", "Librairie de l'Œuvre"), ("mirabeau", "Librairie de l'Œuvre"),
        ("13400", "CHEZ TOTO"), ("chez toto", "CHEZ TOTO"), ("bakery leverrier", "Boulangerie Łódź"),
        ("livres", "Librairie de l'Œuvre"),
    ],
)  # fmt: skip
async def test_words_are_found_however_they_are_written(street: Town, typed: str, first: str) -> None:
    found = await find(street, typed)
    assert found.shops[0].name == first
    assert not found.read_as


async def test_a_trade_is_found_by_the_words_that_people_use(street: Town) -> None:
    assert await names(street, "boulangerie") == ["Boulangerie Łódź", "Au Pain d'Épices", "CHEZ TOTO"]
    assert await names(street, "café marseille") == ["Le Café & Cie", "Bar des Sœurs"]
    assert await names(street, group="bread") == ["Au Pain d'Épices", "Boulangerie Łódź"]
    assert await names(street, group="nonsense") == []


async def test_who_types_the_beginning_of_a_trade_does_not_mean_the_boulevards(
    sessions: Sessions, settings: Settings
) -> None:
    town = await a_town(sessions, settings, shops=0)
    bakery = "Maison des Bons Pains de la Belle de Mai"
    await _register(town, 1, "Chez Zoé", "56.10A", "3 boulevard Baille", "13005", "Marseille", None, "")
    await _register(town, 2, bakery, "10.71C", "9 rue Loubon", "13003", "Marseille", None, "")
    assert await names(town, "boul") == [bakery, "Chez Zoé"]


@pytest.mark.parametrize(
    ("typed", "read"), [("librarie", "LIBRAIRIE"), ("boulangrei", "BOULANGERIE"), ("epcies", "EPICES")]
)
async def test_a_slip_of_the_fingers_is_forgiven_and_said(street: Town, typed: str, read: str) -> None:
    found = await find(street, typed)
    assert found.read_as == {folded(typed): read}
    assert found.count


async def test_what_is_like_nothing_finds_nothing(street: Town) -> None:
    for typed in ("xylophonebasson", "99999", "zzzz", "%", "' OR 1=1 --", "épices xylophonebasson"):
        assert (await find(street, typed)).count == (6 if typed == "%" else 0), typed


async def test_a_place_is_a_commune_or_one_of_its_postcodes(street: Town) -> None:
    assert await names(street, commune="Aubagne") == ["CHEZ TOTO"]
    assert await names(street, commune="Marseille", postcode="13004") == ["Boulangerie Łódź", "Le Café & Cie"]
    tally = await street.do(directory.tally)
    assert ("Marseille", "13001", 2) in tally.places
    assert tally.trades[0][1] == 2
    assert tally.count == sum(count for *_, count in tally.places) == sum(count for _, count in tally.trades) == 6


async def test_those_who_tell_something_of_themselves_come_first(street: Town) -> None:
    (toto,) = (await find(street, "toto")).shops
    for craft in ("Daube du jeudi", ""):
        told: dict[str, Any] = {"craft": craft, "story": "", "phone": "", "website": ""}
        await street.do(lambda session, t=told: profile.tell_story(session, toto.id, **t, actor="op", at=street.at))
        assert ((await names(street))[0] == "CHEZ TOTO") == bool(craft)
        assert (await names(street, "marseille"))[0] != "CHEZ TOTO"


async def test_whoever_asks_for_a_page_too_far_gets_the_last_one(street: Town) -> None:
    for page in (0, 1, 2, 999):
        found = await find(street, page=page)
        assert (found.page, found.count, len(found.shops)) == (1, 6, 6)


async def test_near_me_sorts_by_distance_and_leaves_nobody_out(street: Town) -> None:
    old_port = Position.read("43.29540", "5.37360")
    assert old_port == Position(43.295, 5.374)
    found = await find(street, near=old_port)
    assert [one.name for one in found.shops] == [
        "Bar des Sœurs", "Au Pain d'Épices", "Boulangerie Łódź", "CHEZ TOTO", "Librairie de l'Œuvre", "Le Café & Cie",
    ]  # fmt: skip
    for one in found.shops[:-1]:
        assert one.metres == pytest.approx(metres(old_port, Position(one.latitude or 0, one.longitude or 0)), abs=0.5)
    assert found.shops[-1].metres is None


def test_the_old_port_is_as_far_from_the_cours_mirabeau_as_on_the_map() -> None:
    assert metres(Position(43.2951, 5.3740), Position(43.5263, 5.4474)) == pytest.approx(26_380, rel=0.005)


@pytest.mark.parametrize("typed", [("", ""), ("nan", "5"), ("inf", "5"), ("91", "5"), ("43", "181"), ("1e999", "5")])
def test_a_position_that_is_none_is_none(typed: tuple[str, str]) -> None:
    assert Position.read(*typed) is None


@pytest.mark.parametrize(
    "at",
    [
        f"2026-10-{day:02d}T{time}"
        for day in (9, 10, 11)
        for time in ("00:00", "01:59", "02:00", "06:00", "09:30", "12:59", "13:00", "18:00", "19:59", "20:00", "23:59")
    ],
)
async def test_open_now_is_what_the_hours_say(street: Town, at: str) -> None:
    moment = paris(at)
    week = {one[0]: tuple(s for weekday in range(7) for s in read_day(weekday, one[6])) for one in SHOPS}
    expected = {name for name, spans in week.items() if Hours(spans).open_at(moment)}
    assert set(await names(street, open_at=moment)) == expected


async def test_a_closed_day_closes_until_it_is_over(street: Town) -> None:
    (bar,) = (await find(street, "soeurs")).shops
    saturday = paris("2026-10-10T12:00").date()
    closed = Closure(saturday, saturday)
    await street.do(lambda session: profile.close_on(session, bar.id, closed, today=saturday, actor="op", at=street.at))
    told = {at: bool(await names(street, "soeurs", open_at=paris(at))) for at in (
        "2026-10-10T01:00", "2026-10-10T20:00", "2026-10-11T01:00", "2026-10-11T20:00",
    )}  # fmt: skip
    await street.do(lambda session: profile.open_after_all(session, bar.id, closed, actor="op", at=street.at))
    assert list(told.values()) == [True, False, False, True]


async def test_only_shops_that_accept_are_there(street: Town) -> None:
    (toto,) = (await find(street, "toto")).shops
    for status in ("suspended", "accepted"):
        await street.set_status(toto.id, status)  # type: ignore[arg-type]
        found = await street.do(lambda session: directory.shop_at(session, toto.siret))
        assert (found is not None) == (status == "accepted")
        assert ("CHEZ TOTO" in await names(street)) == (status == "accepted")
        everybody = await street.do(directory.accepting)
        assert len(everybody) == (6 if status == "accepted" else 5)


async def test_what_is_public_of_a_shop_names_nobody() -> None:
    assert not {"legal_name", "email", "iban", "bic", "vat_number", "phone"} & {one.name for one in fields(PublicShop)}


async def test_the_database_folds_words_as_we_do(street: Town) -> None:
    odd = ("Élan Œuf ß", "L’Été — 24/7", "Çà & là", "ﬁn", "Ångström", "日本 13", "A\u0301 b")
    async with street.sessions() as session:
        rows = await session.execute(text("SELECT name, trade, street, postcode, commune, sought FROM p_treiz.shops"))
        for *parts, sought in rows:
            assert sought == folded(" ".join(parts))
        for name in odd:
            parts = [literal(part).label(column) for part, column in zip((name, *"abcd"), PARTS, strict=True)]
            one = select(*parts).subquery()
            told = await session.execute(select(literal_column(SOUGHT)).select_from(one))
            assert told.scalar_one() == folded(f"{name} a b c d")


def test_every_trade_has_one_group_and_every_group_a_trade() -> None:
    assert sum(len(codes_of(one)) for one in GROUPS) == 732
    assert all(codes_of(one) for one in GROUPS)
    told = {naf: group_of(naf).slug for naf in ("10.71C", "47.78A", "47.78C", "56.30Z", "47.81Z", "11.02A", "62.01Z")}
    assert told == {
        "10.71C": "bread", "47.78A": "health", "47.78C": "craft", "56.30Z": "cafes", "47.81Z": "food",
        "11.02A": "wine", "62.01Z": "others",
    }  # fmt: skip
    assert set(BY_SLUG) == {one.slug for one in GROUPS}


PARTS: Final = ("name", "trade", "street", "postcode", "commune")
LETTERS: Final = st.text(alphabet="ABCDE", max_size=9)


@given(LETTERS, LETTERS)
def test_slips_are_counted_alike_from_both_sides_and_none_lies_between_equals(left: str, right: str) -> None:
    slips = slips_between(left, right, 3)
    assert slips == slips_between(right, left, 3)
    assert (slips == 0) == (left == right)


def test_the_nearest_word_is_meant_and_of_two_the_more_frequent() -> None:
    assert meant("BOULANGRIE", {"BOULANGERIE": 3, "BOULANGER": 9}) == "BOULANGERIE"
    assert meant("PAIM", {"PAIN": 1, "PAIR": 4}) == "PAIR"
    assert meant("PIAN", {"PAIN": 1}) == "PAIN"
    assert meant("BAR", {"BAC": 1}) is None
    assert meant("13001", {"13002": 1}) is None


@given(st.integers(0, 7 * 24 * 60 - 1))
def test_the_two_ways_of_asking_the_hours_are_asked_the_same_minutes(minute: int) -> None:
    at = datetime(2026, 10, 5, tzinfo=UTC) + timedelta(minutes=minute)
    spans = replace(Hours(), week=read_day(0, "6-12, 14-2"))
    assert spans.open_at(at) == (spans.closes_after(at) is not None)
    assert hours.DAY == 1440
