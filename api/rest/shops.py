"""Shops and their tills."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated, Final, cast
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from api import clock
from api.auth import keys
from api.auth.doorkeeper import Caller, NotPermitted
from api.auth.permissions import Permission as P
from api.dependencies import Reading, Spoken, Writing, permitted
from api.rest.types import After, Limit, Line, Page, Reason, Shown, Sought, Strict, StrictRoute, example, page
from ledger.formats import Language
from merchants.shops import queries, reasons, registering, tills
from merchants.shops.checking import BadLine, check_rows, check_shop
from merchants.shops.columns import Field
from merchants.shops.identity import masked_iban
from merchants.shops.queries import ShopView, Status
from merchants.shops.reading import read_rows
from merchants.shops.tills import TillView

router = APIRouter(tags=["shops"], route_class=StrictRoute)

MOST_IMPORTED = 34_000_000
"""Bytes of a file of shops; the largest that ``merchants.shops.reading`` takes, and a little."""

MOST_TOLD: Final = 1_000
"""Faults of a file that are told: nobody mends more at once, and others are waiting while they are written down."""

_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FILE: Final = {
    "required": True,
    "content": {
        "text/csv": {"schema": {"type": "string"}},
        _XLSX: {"schema": {"type": "string", "format": "binary"}},
    },
}


class ShopAsked(Strict):
    """A shop to register."""

    model_config = Strict.model_config | example(
        siret="39009842400034", name="BAR PIERRE", street="55 rue de Forbin", postcode="13002",
        commune="Marseille", naf="56.30Z", email="bar@example.org", iban="FR7630006000011234567890189",
    )  # fmt: skip

    siret: Line
    name: Line
    legal_name: Line | None = None
    street: Line | None = None
    postcode: Line
    commune: Line
    commune_code: Line | None = None
    naf: Line
    email: Line | None = None
    iban: Line | None = None
    bic: Line | None = None


class StatusAsked(Strict):
    """Where a shop shall go. It is accepted from an invitation or an application only (opt-in)."""

    model_config = Strict.model_config | example(status="accepted")

    status: Status
    note: Reason | None = None


class BankAsked(Strict):
    """Where a shop is paid."""

    model_config = Strict.model_config | example(iban="FR7630006000011234567890189", bic="AGRIFRPP")

    iban: Line
    bic: Line | None = None


class ShopShown(Shown):
    """A shop."""

    id: UUID
    siret: str
    name: str
    legal_name: str | None
    street: str
    postcode: str
    commune: str
    commune_code: str | None
    naf: str
    trade: str
    email: str | None
    vat_number: str | None
    iban_masked: str | None
    bic: str | None
    latitude: float | None
    longitude: float | None
    status: Status
    status_at: datetime
    registered_at: datetime

    @classmethod
    def of(cls, view: ShopView) -> ShopShown:
        """From the domain; the bank account masked."""
        told = {name: getattr(view, name) for name in cls.model_fields if name != "iban_masked"}
        return cls(iban_masked=masked_iban(view.iban) if view.iban else None, **told)


class BadLineShown(Shown):
    """A line of the file that is no shop, and why. Lines are counted as a spreadsheet does."""

    line: int
    field: str
    code: str
    detail: str

    @classmethod
    def of(cls, bad: BadLine, language: Language) -> BadLineShown:
        """From the domain, in a person's language."""
        detail = reasons.sentence(bad.code, language, value=bad.value, expected=bad.expected, line=bad.other_line)
        return cls(line=bad.line, field=bad.field, code=bad.code, detail=detail)


class ImportShown(Shown):
    """What an import found, and how many shops it took in. Of what is ``bad``, the first thousand faults are told;
    ``bad_lines`` counts all lines that have one."""

    good: int
    bad_lines: int
    bad: list[BadLineShown]
    imported: int
    ignored_columns: list[str]


class TillAsked(Strict):
    """A till to open."""

    model_config = Strict.model_config | example(label="Caisse 1")

    label: Line


class TillShown(Shown):
    """A till."""

    id: UUID
    shop: UUID
    label: str
    opened_at: datetime
    revoked_at: datetime | None

    @classmethod
    def of(cls, view: TillView) -> TillShown:
        """From the domain."""
        return cls(**{name: getattr(view, name) for name in cls.model_fields})


class TillMade(TillShown):
    """A till just opened, with its key: the only time that the key is told."""

    key: str


@router.post("/shops", status_code=201)
async def register_shop(
    asked: ShopAsked, caller: Annotated[Caller, permitted(P.SHOPS_WRITE)], session: Writing
) -> ShopShown:
    """Register a shop, as invited."""
    told = asked.model_dump(exclude_none=True)
    told["usual_name"] = told.pop("name")
    new = check_shop(cast("dict[Field, str]", told))
    return ShopShown.of(await registering.register(session, new, actor=caller.actor, at=await clock.now(session)))


@router.post("/shops/import", max_body_size=MOST_IMPORTED, openapi_extra={"requestBody": _FILE})
async def import_shops(
    request: Request,
    caller: Annotated[Caller, permitted(P.SHOPS_WRITE)],
    session: Writing,
    language: Spoken,
    *,
    dry_run: Annotated[bool, Query(description="only report")] = True,
) -> ImportShown:
    """Import the good lines of a CSV or XLSX file, all at once; a dry run, unless told otherwise, only reports."""
    content = await request.body()
    rows = await asyncio.to_thread(read_rows, content)
    known = await registering.sirets(session)
    checked = await asyncio.to_thread(check_rows, rows, known)
    if not dry_run:
        await registering.register_all(session, checked.good, actor=caller.actor, at=await clock.now(session))
    return ImportShown(
        good=len(checked.good),
        bad_lines=len({bad.line for bad in checked.bad}),
        bad=[BadLineShown.of(bad, language) for bad in checked.bad[:MOST_TOLD]],
        imported=0 if dry_run else len(checked.good),
        ignored_columns=list(rows.ignored),
    )


@router.get("/shops")
async def list_shops(
    request: Request,
    response: Response,
    caller: Annotated[Caller, permitted(P.SHOPS_READ)],
    session: Reading,
    *,
    status: Status | None = None,
    commune: Sought = None,
    limit: Limit = 50,
    after: After = None,
) -> Page[ShopShown]:
    """Shops in the order in which they were registered; a shop or a till sees its own."""
    own = await own_shop(caller, session)
    if own is not None:
        return Page(items=[ShopShown.of(await queries.shop(session, own))])
    rows = await queries.shops_page(session, status=status, commune=commune, after=after, limit=limit + 1)
    return page(request, response, rows, limit=limit, cursor=lambda row: row.id, show=ShopShown.of)


@router.get("/shops/{shop}")
async def read_shop(shop: UUID, caller: Annotated[Caller, permitted(P.SHOPS_READ)], session: Reading) -> ShopShown:
    """One shop."""
    await refuse_other_shop(shop, caller, session, P.SHOPS_READ)
    return ShopShown.of(await queries.shop(session, shop))


@router.post("/shops/{shop}/status")
async def set_status(
    shop: UUID, asked: StatusAsked, caller: Annotated[Caller, permitted(P.SHOPS_WRITE)], session: Writing
) -> ShopShown:
    """Let a shop accept, suspend it, let it leave, invite it again."""
    at = await clock.now(session)
    view = await registering.set_status(session, shop, asked.status, actor=caller.actor, note=asked.note, at=at)
    return ShopShown.of(view)


@router.put("/shops/{shop}/bank-account")
async def set_bank_account(
    shop: UUID, asked: BankAsked, caller: Annotated[Caller, permitted(P.SHOPS_WRITE)], session: Writing
) -> ShopShown:
    """Say where a shop is paid."""
    at = await clock.now(session)
    view = await registering.set_bank_account(session, shop, iban=asked.iban, bic=asked.bic, actor=caller.actor, at=at)
    return ShopShown.of(view)


@router.post("/shops/{shop}/tills", status_code=201)
async def open_till(
    shop: UUID, asked: TillAsked, caller: Annotated[Caller, permitted(P.TILLS_WRITE)], session: Writing
) -> TillMade:
    """Open a till and make its key. Keep the key: it is not told again."""
    await refuse_other_shop(shop, caller, session, P.TILLS_WRITE)
    at = await clock.now(session)
    till = await tills.open_till(session, shop, label=asked.label, at=at)
    _, text = await keys.make_key(
        session, slug=caller.town.registered.slug, role="till", subject=till.id, label=asked.label, at=at
    )
    return TillMade(key=text, **TillShown.of(till).model_dump())


@router.get("/shops/{shop}/tills")
async def list_tills(
    shop: UUID, caller: Annotated[Caller, permitted(P.TILLS_READ)], session: Reading
) -> Page[TillShown]:
    """The tills of a shop."""
    await refuse_other_shop(shop, caller, session, P.TILLS_READ)
    await queries.shop(session, shop)
    return Page(items=[TillShown.of(till) for till in await tills.tills_of(session, shop)])


@router.delete("/tills/{till}")
async def revoke_till(till: UUID, caller: Annotated[Caller, permitted(P.TILLS_WRITE)], session: Writing) -> TillShown:
    """Take a till out of service, and revoke its keys."""
    await refuse_other_shop((await tills.till(session, till)).shop, caller, session, P.TILLS_WRITE)
    at = await clock.now(session)
    await keys.revoke_keys_of(session, till, at=at)
    return TillShown.of(await tills.revoke_till(session, till, at=at))


async def own_shop(caller: Caller, session: Reading) -> UUID | None:
    """The shop that a shop's or a till's key speaks for; None for others."""
    if caller.role == "shop":
        return caller.subject
    if caller.role == "till" and caller.subject is not None:
        return (await tills.till(session, caller.subject)).shop
    return None


async def refuse_other_shop(shop: UUID, caller: Caller, session: Reading, permission: P) -> None:
    """A shop's or a till's key reaches its own shop only.

    :raises NotPermitted:
    """
    own = await own_shop(caller, session)
    if own is not None and own != shop:
        raise NotPermitted(scope=permission.value, role=caller.role)
