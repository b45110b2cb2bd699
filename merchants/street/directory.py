"""The directory: the shops that take the programme's vouchers, found by words, trade, place, hours and distance.

What is here is public, so a shop is `PublicShop` here: no e-mail, no bank account, no legal name, which of a sole
trader is that of a person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Row, Select, and_, false, func, literal, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.days import PARIS, day_of
from merchants.shops.spelling import folded
from merchants.street.groups import BY_SLUG, Group, codes_of, group_of, groups_called
from merchants.street.hours import DAY
from merchants.street.near import Position, metres_from
from merchants.street.tables import ShopPage
from merchants.street.typing_slips import meant
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


async def places(session: AsyncSession) -> list[tuple[str, str, int]]:
    """Where shops take vouchers: commune, postcode, how many; by commune."""
    statement = (
        select(Shop.commune, Shop.postcode, func.count())
        .where(Shop.status == "accepted")
        .group_by(Shop.commune, Shop.postcode)
        .order_by(Shop.commune, Shop.postcode)
    )
    return [(commune, postcode, count) for commune, postcode, count in await session.execute(statement)]


async def trades(session: AsyncSession) -> Counter[str]:
    """How many shops of each group take vouchers, by its slug."""
    statement = select(Shop.naf, func.count()).where(Shop.status == "accepted").group_by(Shop.naf)
    found: Counter[str] = Counter()
    for naf, count in await session.execute(statement):
        found[group_of(naf).slug] += count
    return found


async def newest(session: AsyncSession) -> datetime | None:
    """When the register or a shop's page last changed in what is public; None of a programme without shops."""
    statement = select(func.greatest(func.max(Shop.status_at), func.max(ShopPage.changed_at))).outerjoin(
        ShopPage, ShopPage.shop_id == Shop.id
    )
    moment: datetime | None = (await session.execute(statement)).scalar_one()
    return moment


async def _page(session: AsyncSession, wanted: Wanted, words: Sequence[str]) -> Found:
    conditions = [*(_has(one) for one in words), *_where(wanted)]
    order: list[Any] = [Shop.sought, Shop.id]
    if words:  # the name stands first in what is looked through, so a word found early is one of the name
        order.insert(0, func.strpos(literal(" ").concat(Shop.sought), f" {words[0]}") == 0)
        order.insert(1, func.strpos(literal(" ").concat(Shop.sought), f" {words[0]}"))
    statement = _shops().where(*conditions)
    if wanted.near is not None:
        metres = metres_from(wanted.near, Shop.latitude, Shop.longitude)
        statement = statement.add_columns(metres.label("metres"))
        order.insert(0, metres.asc().nulls_last())
    count = (await session.execute(select(func.count()).select_from(Shop).where(_ACCEPTED, *conditions))).scalar_one()
    page = min(max(wanted.page, 1), max(1, -(-count // A_PAGE)))
    rows = await session.execute(statement.order_by(*order).limit(A_PAGE).offset((page - 1) * A_PAGE))
    return Found([_view(row) for row in rows], count, page)


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
    statement = select(each.c.word, func.count()).select_from(Shop).join(each, true()).where(_ACCEPTED)
    known: Counter[str] = Counter()
    for word, count in await session.execute(statement.group_by(each.c.word)):
        known[word] += count
    known.update(part for group in BY_SLUG.values() for said in group.words for part in said.split())
    strange = [one for one in words if not any(word.startswith(one) for word in known)]
    found = {one: meant(one, known) for one in strange}
    return {typed: word for typed, word in found.items() if word is not None}


def _shops() -> Select[*tuple[Any, ...]]:
    return select(*_COLUMNS).where(_ACCEPTED)


def _view(row: Row[*tuple[Any, ...]]) -> PublicShop:
    facts = dict(zip(_NAMES, row, strict=False))
    return PublicShop(**{**facts, "since": day_of(facts["since"])})


_ACCEPTED: Final = Shop.status == "accepted"
_COLUMNS: Final = (
    Shop.id, Shop.siret, Shop.name, Shop.street, Shop.postcode, Shop.commune, Shop.commune_code, Shop.naf, Shop.trade,
    Shop.latitude, Shop.longitude, Shop.status_at,
)  # fmt: skip
_NAMES: Final = tuple(PublicShop.__dataclass_fields__)
