"""`obole programme`: found a programme, show it, change its rules from a day on."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

import typer

from api import clock, migrating
from api.commands.opening import books, in_town, patient
from api.commands.reading import Json, Slug, a_day, a_rate, a_sum, an_account_number
from api.commands.telling import as_json, facts, money, note, say, table
from api.engines import find_database, owner_engine
from api.founding import found
from api.installation import Town
from api.settings import Settings
from ledger.database import sessions_of
from ledger.days import day_of
from ledger.formats import shown_rate
from ledger.money import Money
from merchants import programme, registry
from merchants.programme import BreakageTo, Terms
from merchants.registry import Registered
from merchants.shops import identity
from vouchers import keys

app = typer.Typer(no_args_is_help=True, help="Programmes: found one, show it, change its rules.")

Name = Annotated[str | None, typer.Option(help="As people know it, such as “Treiz'Local”.")]
LegalName = Annotated[str | None, typer.Option(help="Who runs it: the issuer of the vouchers.")]
Siren = Annotated[str | None, typer.Option(help="Nine digits, of the issuer.")]
Street = Annotated[str | None, typer.Option(help="Number and street of the issuer.")]
Postcode = Annotated[str | None, typer.Option()]
Commune = Annotated[str | None, typer.Option()]
Contact = Annotated[str | None, typer.Option(help="Where holders ask: an address or a telephone number.")]
Prefix = Annotated[str | None, typer.Option(help="What document numbers begin with, such as TREIZ.")]
VatNumber = Annotated[str | None, typer.Option(help="Of the issuer, if it has one.")]
Validity = Annotated[int | None, typer.Option(min=1, max=120, help="Months that a voucher is valid.")]
Commission = Annotated[int | None, typer.Option(parser=a_rate, metavar="PERCENT", help="Kept of what shops redeem.")]
VatRate = Annotated[int | None, typer.Option(parser=a_rate, metavar="PERCENT", help="On commission and fees.")]
Fee = Annotated[int | None, typer.Option(parser=a_rate, metavar="PERCENT", help="Paid by buyers on face values.")]
Breakage = Annotated[
    BreakageTo | None,
    typer.Option(help="To whom goes what expires: operator; funder (public money); buyer (to each their part)."),
]
PaymentDays = Annotated[int | None, typer.Option(min=0, max=90, help="Days from a statement to its payment.")]
Iban = Annotated[str | None, typer.Option(help="The account that holds the float.")]
Bic = Annotated[str | None, typer.Option()]
LeastFace = Annotated[Money | None, typer.Option(parser=a_sum, metavar="AMOUNT", help="Smallest voucher to order.")]
MostFace = Annotated[Money | None, typer.Option(parser=a_sum, metavar="AMOUNT", help="Largest voucher to order.")]
OrderDays = Annotated[int | None, typer.Option(min=1, max=365, help="Days until an order that nobody pays lapses.")]
VatOnDebits = Annotated[
    bool | None, typer.Option(help="VAT on fees is due when they are invoiced (CGI art. 269), not when they are paid.")
]
LegalNotice = Annotated[
    str | None, typer.Option(metavar="TEXT", help="Legal form, capital and register of the issuer, on invoices.")
]
Minimum = Annotated[
    Money | None, typer.Option(parser=a_sum, metavar="AMOUNT", help="Shops are paid once they are owed this much.")
]
Accounts = Annotated[
    list[str] | None,
    typer.Option(
        "--account", parser=an_account_number, metavar="KIND=NUMBER",
        help="Account number of a kind, such as bank=512100; bank= for the usual one. May be given several times.",
    ),
]  # fmt: skip
Since = Annotated[date | None, typer.Option("--from", parser=a_day, metavar="DAY", help="From which day; today.")]


@app.command("create")
def create(
    slug: Annotated[str, typer.Argument(help="Its short name, such as treiz-local. It never changes.")],
    name: Annotated[str, typer.Option(help="As people know it, such as “Treiz'Local”.")],
    legal_name: Annotated[str, typer.Option(help="Who runs it: the issuer of the vouchers.")],
    siren: Annotated[str, typer.Option(help="Nine digits, of the issuer.")],
    street: Annotated[str, typer.Option(help="Number and street of the issuer.")],
    postcode: Annotated[str, typer.Option()],
    commune: Annotated[str, typer.Option()],
    contact: Annotated[str, typer.Option(help="Where holders ask: an address or a telephone number.")],
    number_prefix: Prefix = None,
    vat_number: VatNumber = None,
    validity_months: Validity = None,
    commission: Commission = None,
    vat_rate: VatRate = None,
    service_fee: Fee = None,
    breakage_to: Breakage = None,
    payment_days: PaymentDays = None,
    iban: Iban = None,
    bic: Bic = None,
    least_face: LeastFace = None,
    most_face: MostFace = None,
    order_days: OrderDays = None,
    vat_on_debits: VatOnDebits = None,
    legal_notice: LegalNotice = None,
    minimum_payout: Minimum = None,
    account: Accounts = None,
    since: Since = None,
    json: Json = False,
) -> None:
    """Found a programme, with books of its own."""
    prefix = number_prefix or "".join(c for c in slug.upper() if c.isalnum())[: programme.LONGEST_PREFIX]
    bare = Terms(name, legal_name, siren, street, postcode, commune, contact, prefix)
    terms = _changed(
        bare,
        _given(
            vat_number=vat_number, validity_months=validity_months, commission_bp=commission, vat_rate_bp=vat_rate,
            service_fee_bp=service_fee, breakage_to=breakage_to, payment_days=payment_days, iban=iban, bic=bic,
            least_face=least_face, most_face=most_face, order_days=order_days, vat_on_debits=vat_on_debits,
            legal_notice=legal_notice, minimum_payout=minimum_payout, account_numbers=account,
        ),
    )  # fmt: skip
    _refuse_early(slug, terms)
    registered = asyncio.run(_found(slug, terms, since))
    if json:
        as_json(registered)
    else:
        say(f"{name} is founded; its books are in the schema {registered.schema}.")
        note(f"Next: obole shops import FILE --programme {slug}, and obole buyer add NAME --programme {slug}.")


@app.command("list")
def list_(json: Json = False) -> None:
    """List the programmes of this installation."""

    async def read() -> list[Registered]:
        async with books() as opened, opened.shared.begin() as session:
            return await registry.programmes(session)

    found_ = asyncio.run(read())
    if json:
        as_json(found_)
    else:
        table(("programme", "since", "schema"), [(one.slug, one.created_at, one.schema) for one in found_])


@app.command("show")
def show(slug: Slug = None, json: Json = False) -> None:
    """Show a programme and the rules that hold today."""

    async def read(town: Town) -> tuple[Registered, Terms]:
        async with town.sessions.begin() as session:
            today = day_of(await clock.now(session))
            return town.registered, await programme.terms_on(session, today)

    registered, terms = in_town(slug, read)
    if json:
        as_json({"programme": registered, "terms": terms})
    else:
        facts(registered.slug, _shown(terms))


@app.command("terms")
def terms_(
    slug: Slug = None,
    name: Name = None,
    legal_name: LegalName = None,
    siren: Siren = None,
    street: Street = None,
    postcode: Postcode = None,
    commune: Commune = None,
    contact: Contact = None,
    number_prefix: Prefix = None,
    vat_number: VatNumber = None,
    validity_months: Validity = None,
    commission: Commission = None,
    vat_rate: VatRate = None,
    service_fee: Fee = None,
    breakage_to: Breakage = None,
    payment_days: PaymentDays = None,
    iban: Iban = None,
    bic: Bic = None,
    least_face: LeastFace = None,
    most_face: MostFace = None,
    order_days: OrderDays = None,
    vat_on_debits: VatOnDebits = None,
    legal_notice: LegalNotice = None,
    minimum_payout: Minimum = None,
    account: Accounts = None,
    since: Since = None,
    json: Json = False,
) -> None:
    """Change rules from a day on; those not named stay. Without a change: every set of rules there was."""
    changes = _given(
        name=name, legal_name=legal_name, siren=siren, street=street, postcode=postcode, commune=commune,
        contact=contact, number_prefix=number_prefix, vat_number=vat_number, validity_months=validity_months,
        commission_bp=commission, vat_rate_bp=vat_rate, service_fee_bp=service_fee, breakage_to=breakage_to,
        payment_days=payment_days, iban=iban, bic=bic, least_face=least_face, most_face=most_face,
        order_days=order_days, vat_on_debits=vat_on_debits, legal_notice=legal_notice, minimum_payout=minimum_payout,
        account_numbers=account,
    )  # fmt: skip
    held = in_town(slug, lambda town: _change(town, changes, since))
    if json:
        as_json([{"effective_from": day, **asdict(one)} for day, one in held])
        return
    for day, one in held:
        facts(f"{day:%Y-%m-%d}", _shown(one))


@app.command("rotate-key")
def rotate_key(slug: Slug = None) -> None:
    """Begin a new generation of code keys; printed vouchers live on."""

    async def rotate(town: Town) -> int:
        async with town.sessions.begin() as session:
            masters = Settings().master_secrets
            at = await clock.now(session)
            return (await keys.rotate(session, programme=town.registered.id, masters=masters, at=at)).newest

    number = in_town(slug, rotate)
    say(f"New vouchers get codes of key {number}.")
    note("A server that is running reads the new key within half a minute.")


async def _found(slug: str, terms: Terms, since: date | None) -> Registered:
    settings = patient(Settings())
    database = find_database(settings)
    async with owner_engine(database) as owner:
        await migrating.migrate_shared(owner)
        async with sessions_of(owner, schema="public")() as session:
            at = await clock.now(session)
        return await found(owner, settings, slug=slug, terms=terms, effective_from=since or day_of(at), at=at)


async def _change(town: Town, changes: dict[str, Any], since: date | None) -> list[tuple[date, Terms]]:
    async with town.sessions.begin() as session:
        if changes:
            first = since or day_of(await clock.now(session))
            terms = _changed(await programme.terms_on(session, first), changes)
            await programme.set_terms(session, terms, effective_from=first)
        held = await programme.all_terms(session)
    return held[-1:] if changes else held


def _refuse_early(slug: str, terms: Terms) -> None:
    """Say what is wrong before a schema is made."""
    registry.schema_of(slug)
    identity.siren(terms.siren)
    if terms.vat_number:
        identity.vat_number(terms.vat_number)
    if terms.iban:
        identity.iban(terms.iban)
    if terms.bic:
        identity.bic(terms.bic)


def _given(**options: object) -> dict[str, Any]:
    """What was typed, sums in cents."""
    return {
        name: value.cents if isinstance(value, Money) else value for name, value in options.items() if value is not None
    }


def _changed(terms: Terms, changes: dict[str, Any]) -> Terms:
    """Of the account numbers, too, those that are not named stay."""
    named = dict(one.split("=") for one in changes.get("account_numbers", ()))
    numbers = {kind: number for kind, number in {**terms.account_numbers, **named}.items() if number}
    return terms.with_changes({**changes, "account_numbers": numbers})


def _shown(terms: Terms) -> dict[str, object]:
    return {
        "name": terms.name,
        "legal name": terms.legal_name,
        "address": f"{terms.street}, {terms.postcode} {terms.commune}",
        "SIREN": terms.siren,
        "VAT number": terms.vat_number,
        "contact": terms.contact,
        "vouchers valid": f"{terms.validity_months} months",
        "commission": shown_rate(terms.commission_bp),
        "service fee": shown_rate(terms.service_fee_bp),
        "VAT": shown_rate(terms.vat_rate_bp),
        "expired goes to": terms.breakage_to,
        "paid after": f"{terms.payment_days} days",
        "paid from": money(Money(terms.minimum_payout)) if terms.minimum_payout else None,
        "face values": f"{money(Money(terms.least_face))} to {money(Money(terms.most_face))}",
        "unpaid orders lapse": f"after {terms.order_days} days",
        "VAT is due": "when invoiced" if terms.vat_on_debits else "when paid",
        "legal notice": terms.legal_notice or None,
        "numbers": f"{terms.number_prefix}-…",
        "account numbers": ", ".join(f"{kind} {number}" for kind, number in terms.account_numbers.items()) or None,
        "IBAN": identity.masked_iban(terms.iban) if terms.iban else None,
        "BIC": terms.bic,
    }
