"""The directory: the shops that take the programme's vouchers, found by words, trade, place, hours and distance.

What is here is public, so a shop is `PublicShop` here: no e-mail, no bank account, no legal name, which of a sole
trader is that of a person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Row, Select, and_, false, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.days import PARIS, day_of
from merchants.shops.reach import EVERYWHERE, Reach, within
from merchants.shops.spelling import folded
from merchants.street.groups import BY_SLUG, Group, codes_of, group_of, groups_called
from merchants.street.hours import DAY
from merchants.street.near import Position, metres_from
from merchants.street.tables import ShopPage
from merchants.street.typing_slips import SLIPS_MOST, meant
from merchants.tables import Shop

WORDS_MOST: Final = 6
A_PAGE: Final = 24
PAGES_MOST: Final = 1_000
NOTHING: Final = frozenset(
    {
        "A", "AU", "AUX", "CHEZ", "D", "DE", "DES", "DU", "EN", "ET", "L", "LA", "LE", "LES", "SUR", "UN", "UNE",
        "AND", "AT", "IN", "NEAR", "OF", "THE",
    }
)  # fmt: skip
"""Words that say nothing where others do."""


@dataclass(frozen=True, slots=True)
class PublicShop:
    """A shop as everybody may know it. ``since`` is the day on which it accepted; ``metres`` from where one asked."""

    id: UUID
    siret: str
    name: str
    street: str
    postcode: str
    commune: str
    commune_code: str | None
    naf: str
    trade: str
    latitude: float | None
    longitude: float | None
    since: date
    metres: float | None = None

    @property
    def group(self) -> Group:
        """As people look for it."""
        return group_of(self.naf)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for. ``open_at`` is the moment at which it is to be open."""

    typed: str = ""
    group: str = ""
    commune: str = ""
    postcode: str = ""
    open_at: datetime | None = None
    near: Position | None = None
    shops: frozenset[UUID] | None = None
    page: int = 1
    reach: Reach = EVERYWHERE


@dataclass(frozen=True, slots=True)
class Found:
    """One page of shops, how many there are in all, and which words were read as others."""

    shops: list[PublicShop]
    count: int
    page: int
    read_as: dict[str, str] = field(default_factory=dict)

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.count // A_PAGE))


@dataclass(frozen=True, slots=True)
class Tally:
    """Shops that take vouchers, counted: in all, by group of trades (the largest first), by commune and postcode."""

    count: int
    trades: list[tuple[str, int]]
    places: list[tuple[str, str, int]]


async def find(session: AsyncSession, wanted: Wanted) -> Found:
    """The shops that answer to all of it; if none has the words, those that somebody may have meant."""
    words = words_of(wanted.typed)
    found = await _page(session, wanted, words)
    if found.count or not words:
        return found
    read_as = await _meant(session, words)
    if not read_as:
        return found
    again = await _page(session, wanted, [read_as.get(one, one) for one in words])
    return Found(again.shops, again.count, again.page, read_as) if again.count else found


async def every(session: AsyncSession, wanted: Wanted) -> list[PublicShop]:
    """All shops that answer to it, by name, however many."""
    conditions = [*(_has(one) for one in words_of(wanted.typed)), *_where(wanted)]
    rows = await session.execute(_shops().where(*conditions).order_by(Shop.sought, Shop.id))
    return [_view(row) for row in rows]


def words_of(typed: str) -> list[str]:
    """The words of a search, folded: those that say something, unless none does."""
    every = folded(typed[:200]).split()
    telling = [one for one in every if one not in NOTHING]
    return list(dict.fromkeys(telling or every))[:WORDS_MOST]


async def accepting(session: AsyncSession) -> list[PublicShop]:
    """All shops that take vouchers now, by name."""
    rows = await session.execute(_shops().order_by(Shop.sought, Shop.id))
    return [_view(row) for row in rows]


async def shop_at(session: AsyncSession, siret: str) -> PublicShop | None:
    """The shop of this SIRET, if it takes vouchers now."""
    row = (await session.execute(_shops().where(Shop.siret == siret))).one_or_none()
    return _view(row) if row is not None else None


async def shops_in_list(session: AsyncSession, ids: Sequence[UUID]) -> list[PublicShop]:
    """Of these shops those that take vouchers now, by name."""
    rows = await session.execute(_shops().where(Shop.id.in_(list(ids))).order_by(Shop.sought, Shop.id))
    return [_view(row) for row in rows]


async def tally(session: AsyncSession) -> Tally:
    """How many shops take vouchers, by trade and by place."""
    statement = (
        select(Shop.naf, Shop.commune, Shop.postcode, func.count())
        .where(_ACCEPTED)
        .group_by(Shop.naf, Shop.commune, Shop.postcode)
    )
    trades, places = Counter[str](), Counter[tuple[str, str]]()
    for naf, commune, postcode, count in await session.execute(statement):
        trades[group_of(naf).slug] += count
        places[commune, postcode] += count
    listed = [(commune, postcode, count) for (commune, postcode), count in sorted(places.items())]
    return Tally(trades.total(), trades.most_common(), listed)


async def newest(session: AsyncSession) -> datetime | None:
    """When the register or a shop's page last changed in what is public; None of a programme without shops."""
    statement = select(func.greatest(func.max(Shop.status_at), func.max(ShopPage.changed_at))).outerjoin(
        ShopPage, ShopPage.shop_id == Shop.id
    )
    moment: datetime | None = (await session.execute(statement)).scalar_one()
    return moment


async def _page(session: AsyncSession, wanted: Wanted, words: Sequence[str]) -> Found:
    """One page, the last one of those that ask for a later one."""
    count = func.count().over().label("count")
    statement = _shops().add_columns(count).where(*(_has(one) for one in words), *_where(wanted))
    order: list[Any] = [Shop.sought, Shop.id]
    if words:  # the name stands first in what is looked through, so a word found early is one of the name
        order = [_is_of_the_place(words[0]), _stands(words[0]) == 0, _stands(words[0]), *order]
    else:  # those who tell something of themselves come first: that is what one looks at
        order.insert(0, Shop.id.in_(_telling()).desc())
    if wanted.near is not None:
        metres = metres_from(wanted.near, Shop.latitude, Shop.longitude)
        statement = statement.add_columns(metres.label("metres"))
        order.insert(0, metres.asc().nulls_last())
    page = max(wanted.page, 1)
    rows = (await session.execute(statement.order_by(*order).limit(A_PAGE).offset((page - 1) * A_PAGE))).all()
    if rows or page == 1:
        return Found([_view(row) for row in rows], int(rows[0][len(_COLUMNS)]) if rows else 0, page)
    first = await _page(session, replace(wanted, page=1), words)
    return await _page(session, replace(wanted, page=first.pages), words) if first.pages > 1 else first


def _telling() -> Select[UUID]:
    return select(ShopPage.shop_id).where(or_(ShopPage.craft != "", ShopPage.story != ""))


def _stands(word: str) -> ColumnElement[int]:
    """Where a word begins in what is looked through; zero for one that stands for a trade only."""
    return func.strpos(literal(" ").concat(Shop.sought), f" {word}")


def _is_of_the_place(word: str) -> ColumnElement[bool]:
    """Whether a word is one of the address alone: who types the beginning of a trade does not mean the boulevards."""
    return _stands(word) > func.length(Shop.name.concat(Shop.trade)) + len("  ")


def _has(word: str) -> ColumnElement[bool]:
    """A word of what is looked through begins so, or one that stands for the shop's trade."""
    in_text = literal(" ").concat(Shop.sought).contains(f" {word}", autoescape=True)
    return or_(in_text, *(_is_of(group) for group in groups_called(word)))


def _where(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.group:
        group = BY_SLUG.get(wanted.group)
        conditions.append(_is_of(group) if group is not None else false())
    if wanted.commune:
        conditions.append(Shop.commune == wanted.commune)
    if wanted.postcode:
        conditions.append(Shop.postcode == wanted.postcode)
    if wanted.open_at is not None:
        conditions.append(Shop.id.in_(select(ShopPage.shop_id).where(open_at(wanted.open_at))))
    if wanted.shops is not None:
        conditions.append(Shop.id.in_(list(wanted.shops)))
    conditions += within(wanted.reach)
    return conditions


def _is_of(group: Group) -> ColumnElement[bool]:
    return Shop.naf.in_(codes_of(group))


def open_at(at: datetime) -> ColumnElement[bool]:
    """Whether a shop is open at a moment: what `merchants.street.hours.Hours` says, by the clock on the wall."""
    local = at.astimezone(PARIS)
    minutes, today = local.hour * 60 + local.minute, day_of(at)
    yesterday = today - timedelta(days=1)
    return or_(_open_on(today, minutes), _open_on(yesterday, minutes + DAY))


def _open_on(day: date, minutes: int) -> ColumnElement[bool]:
    """Whether a range that begins on this day covers a minute counted from its midnight; closed days begin none."""
    span = func.jsonb_array_elements(ShopPage.hours).table_valued("value").alias("span")
    begins = and_(
        span.c.value.op("->>")(0).cast(Integer) == day.weekday(),
        span.c.value.op("->>")(1).cast(Integer) <= minutes,
        span.c.value.op("->>")(2).cast(Integer) > minutes,
    )
    closure = func.jsonb_array_elements(ShopPage.closed_days).table_valued("value").alias("closure")
    shut = and_(closure.c.value.op("->>")(0) <= day.isoformat(), closure.c.value.op("->>")(1) >= day.isoformat())
    return and_(
        select(literal(1)).select_from(span).where(begins).exists(),
        ~select(literal(1)).select_from(closure).where(shut).exists(),
    )


async def _meant(session: AsyncSession, words: Sequence[str]) -> dict[str, str]:
    """For each word that no shop has, the one that was probably meant."""
    each = func.string_to_table(Shop.sought, " ").table_valued("word").render_derived().lateral()
    statement = (
        select(each.c.word, func.count())
        .select_from(Shop)
        .join(each, or_(*(_may_be(each.c.word, one) for one in words)))
        .where(_ACCEPTED)
    )
    known: Counter[str] = Counter()
    for word, count in await session.execute(statement.group_by(each.c.word)):
        known[word] += count
    known.update(part for group in BY_SLUG.values() for said in group.words for part in said.split())
    strange = [one for one in words if not any(word.startswith(one) for word in known)]
    found = {one: meant(one, known) for one in strange}
    return {typed: word for typed, word in found.items() if word is not None}


def _may_be(known: ColumnElement[str], typed: str) -> ColumnElement[bool]:
    """Which words are worth counting slips for: about as long, and begun with one of the same two letters."""
    first, long = list(typed[:2]), len(typed)
    as_long = func.length(known).between(long - SLIPS_MOST, long + SLIPS_MOST)
    begun = or_(func.substr(known, 1, 1).in_(first), func.substr(known, 2, 1).in_(first))
    return or_(known.startswith(typed, autoescape=True), and_(as_long, begun))


def _shops() -> Select[*tuple[Any, ...]]:
    return select(*_COLUMNS).where(_ACCEPTED)


def _view(row: Row[*tuple[Any, ...]]) -> PublicShop:
    known: dict[str, Any] = dict(zip(_NAMES, row, strict=False))
    return PublicShop(**{**known, "since": day_of(known["since"]), "metres": getattr(row, "metres", None)})


_ACCEPTED: Final = Shop.status == "accepted"
_COLUMNS: Final = (
    Shop.id, Shop.siret, Shop.name, Shop.street, Shop.postcode, Shop.commune, Shop.commune_code, Shop.naf, Shop.trade,
    Shop.latitude, Shop.longitude, Shop.status_at,
)  # fmt: skip
_NAMES: Final = tuple(PublicShop.__dataclass_fields__)[: len(_COLUMNS)]
