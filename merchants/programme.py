"""The scheme's rules: name, legal identity, validity, commission, VAT, fees, bank account, account numbers.

Rules hold from a day on and are never overwritten, so that a settlement of last year is read by the rules of
last year, and a change of law is entered before its day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import bindparam, func, insert, inspect, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.chart import CHART, Kind
from ledger.errors import Refusal
from ledger.ids import new_id
from ledger.money import Money, rounded
from merchants.numbering import SETTLEMENTS, confusable, one_at_a_time
from merchants.shops import identity
from merchants.shops.registering import MOST_MINIMUM
from merchants.shops.rhythms import RHYTHMS, Rhythm
from merchants.tables import Closing
from merchants.tables import Terms as Row

BreakageTo = Literal["operator", "funder", "buyer"]
"""Who gets what expires: the operator all; funders their part and the operator the rest; or everybody their part."""

WHOLE: Final = 10_000
"""Basis points in a whole: rates are in hundredths of a percent."""

LONGEST_TEXT: Final = 200
LONGEST_PREFIX: Final = 12

MOST_FACE: Final = 1_000_000
"""Ten thousand euros: no voucher of a neighbourhood is worth more."""

FRENCH_VAT_BP: Final = 2_000
"""20 %: the normal rate since 1 January 2014 (CGI art. 278)."""


class TermsMissing(Refusal):
    """No rules hold on this day."""

    def __init__(self, *, day: date) -> None:
        self.day = day
        super().__init__(f"The programme has no rules on {day}.")


class TermsTooLate(Refusal):
    """A day that is settled already keeps the rules by which it was settled."""

    def __init__(self, *, settled: date) -> None:
        self.settled = settled
        super().__init__(f"The days up to {settled} are settled.")


class TermsMalformed(Refusal):
    """A rule out of its bounds; ``field`` names it."""

    def __init__(self, *, field: str) -> None:
        self.field = field
        super().__init__(f"{field} is out of bounds.")


@dataclass(frozen=True, slots=True)
class Terms:
    """A programme's rules. Rates in basis points (hundredths of a percent), face values in cents.

    ``rhythm`` is how often shops are paid that chose nothing else; ``order_days`` is how long an unpaid order waits;
    ``vat_on_debits`` that VAT is due when invoiced (CGI art. 269); ``legal_notice`` the issuer's legal form, capital
    and register (C. com. art. R123-237 and R123-238), if it has any; ``minimum_payout``, in cents, what a shop must be
    owed to be paid. A VAT rate of zero: outside VAT (CGI art. 293 B).
    """

    name: str
    legal_name: str
    siren: str
    street: str
    postcode: str
    commune: str
    contact: str
    number_prefix: str
    vat_number: str | None = None
    validity_months: int = 12
    commission_bp: int = 300
    vat_rate_bp: int = FRENCH_VAT_BP
    service_fee_bp: int = 0
    breakage_to: BreakageTo = "operator"
    payment_days: int = 5
    iban: str | None = None
    bic: str | None = None
    account_numbers: dict[str, str] = field(default_factory=dict)
    least_face: int = 500
    most_face: int = 50_000
    order_days: int = 30
    vat_on_debits: bool = False
    legal_notice: str = ""
    minimum_payout: int = 0
    rhythm: Rhythm = "monthly"

    def account_number(self, kind: Kind) -> str:
        """The number of the French chart of accounts for this kind of account."""
        return self.account_numbers.get(kind.value, CHART[kind].number)

    def with_changes(self, changes: Mapping[str, object]) -> Terms:
        """The same rules but for those named."""
        return Terms(**{**{name: getattr(self, name) for name in self.__dataclass_fields__}, **changes})

    def vat_on(self, amount: Money) -> Money:
        """VAT on an amount before VAT, rounded once."""
        return share_of(amount, self.vat_rate_bp)


def share_of(amount: Money, basis_points: int) -> Money:
    """A rate applied to an amount, rounded half away from zero to the cent."""
    return rounded(Fraction(amount.cents * basis_points, WHOLE))


async def set_terms(session: AsyncSession, terms: Terms, *, effective_from: date) -> Terms:
    """Let rules hold from a day on.

    :returns: the rules as they are kept, identifiers in their canonical form
    :raises TermsMalformed: a rule out of its bounds, or a prefix by which a number could be given twice
    :raises TermsTooLate: if that day is settled already
    :raises SirenInvalid, VatNumberInvalid, IbanInvalid, BicInvalid:
    """
    checked = _checked(terms)
    await one_at_a_time(session, series=SETTLEMENTS)  # what is being closed now is settled before we look
    settled = (await session.execute(select(func.max(Closing.last_day)))).scalar_one()
    if settled is not None and effective_from <= settled:
        raise TermsTooLate(settled=settled)
    if any(confusable(checked.number_prefix, one) for one in (await session.execute(_PREFIXES)).scalars()):
        raise TermsMalformed(field="number_prefix")
    await session.execute(insert(Row).values(id=new_id(), effective_from=effective_from, **asdict(checked)))
    return checked


async def terms_on(session: AsyncSession, day: date) -> Terms:
    """The rules that hold on a day.

    :raises TermsMissing: before the first rules
    """
    return (await terms_held(session, day))[1]


async def terms_held(session: AsyncSession, day: date) -> tuple[UUID, Terms]:
    """The rules that hold on a day, with their id: by it they are found again when others have come for that day.

    :raises TermsMissing: before the first rules
    """
    row = (await session.execute(_ON, {"day": day})).scalar_one_or_none()
    if row is None:
        raise TermsMissing(day=day)
    return row.id, _terms(row)


async def terms_of(session: AsyncSession, terms_id: UUID | None) -> Terms:
    """The rules of an id that `terms_held` told."""
    return _terms((await session.execute(select(Row).where(Row.id == terms_id))).scalar_one())


async def newest_terms(session: AsyncSession) -> Terms:
    """The rules entered for the latest day: for account numbers, which hold for the whole past too.

    :raises TermsMissing: if there are none
    """
    return await terms_on(session, date.max)


async def all_terms(session: AsyncSession) -> list[tuple[date, Terms]]:
    """Every set of rules with the day from which it holds, oldest first; the last of a day wins."""
    rows = await session.execute(select(Row).order_by(Row.effective_from, Row.id))
    return [(row.effective_from, _terms(row)) for row in rows.scalars()]


def _checked(terms: Terms) -> Terms:
    bounds = {
        "commission_bp": (0, WHOLE), "vat_rate_bp": (0, WHOLE), "service_fee_bp": (0, WHOLE),
        "validity_months": (1, 120), "payment_days": (0, 90), "order_days": (1, 365),
        "least_face": (1, terms.most_face), "most_face": (1, MOST_FACE),
        "minimum_payout": (0, MOST_MINIMUM),
    }  # fmt: skip
    for name, (least, most) in bounds.items():
        if not least <= getattr(terms, name) <= most:
            raise TermsMalformed(field=name)
    for name in ("name", "legal_name", "street", "postcode", "commune", "contact", "number_prefix"):
        if not 0 < len(getattr(terms, name).strip()) <= LONGEST_TEXT:
            raise TermsMalformed(field=name)
    if not (
        terms.number_prefix.isascii() and terms.number_prefix.isalnum() and len(terms.number_prefix) <= LONGEST_PREFIX
    ):
        raise TermsMalformed(field="number_prefix")
    if terms.rhythm not in RHYTHMS:
        raise TermsMalformed(field="rhythm")
    if len(terms.legal_notice) > LONGEST_TEXT:
        raise TermsMalformed(field="legal_notice")
    if set(terms.account_numbers) - set(Kind):
        raise TermsMalformed(field="account_numbers")
    return replace(
        terms,
        siren=identity.siren(terms.siren),
        vat_number=identity.vat_number(terms.vat_number) if terms.vat_number else None,
        iban=identity.iban(terms.iban) if terms.iban else None,
        bic=identity.bic(terms.bic) if terms.bic else None,
    )


def _terms(row: Row) -> Terms:
    kept = {column.key: getattr(row, column.key) for column in inspect(Row).columns}
    return Terms(**{name: kept[name] for name in Terms.__dataclass_fields__})


_PREFIXES: Final = select(Row.number_prefix).distinct()
_ON: Final = (
    select(Row)
    .where(Row.effective_from <= bindparam("day"))
    .order_by(Row.effective_from.desc(), Row.id.desc())
    .limit(1)
)
