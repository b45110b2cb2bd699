"""What the bank of the demonstration says: a statement of which some lines wait for somebody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from api.demo.story import Act
from api.demo.town import TERMS
from ledger import balances
from ledger.chart import Kind, single
from ledger.days import day_of, start_of
from ledger.money import Money, total
from vouchers.orders import bank_matching

NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"

Said = tuple[str, str, str, str, str, str]
"""Amount, currency, direction, status, who, what."""

LINES: Final[tuple[Said, ...]] = (
    ("1720.32", "EUR", "CRDT", "BOOK", "SAVONNERIE DES ACCOULES", "Noel du personnel"),
    ("14.90", "EUR", "DBIT", "BOOK", "", "Frais de tenue de compte"),
    ("120.00", "USD", "CRDT", "BOOK", "A FRIEND ABROAD", "Gift"),
    ("50.00", "EUR", "CRDT", "PDNG", "MARCHAND HELENE", "Virement en cours"),
)
"""Money whose payer forgot the reference, charges, another currency, and what is not booked yet."""

MOVED: Final = total([Money.of("1720,32"), Money.of("-14,90")])


def acts(session: AsyncSession, *, actor: str, read_at: datetime) -> Iterator[tuple[datetime, Act]]:
    """The statement of the day before is read in the morning."""

    async def read(at: datetime) -> None:
        day = day_of(at) - timedelta(days=1)
        books = await balances.balance(session, single(Kind.BANK), at=start_of(day + timedelta(days=1)))
        content = _statement(day, closing=books.balance + MOVED)
        await bank_matching.take(session, BytesIO(content), actor=actor, at=at)

    yield read_at, read


def _statement(day: date, *, closing: Money) -> bytes:
    balances_ = _balance("OPBD", closing - MOVED, day) + _balance("CLBD", closing, day)
    entries = "".join(_entry(said, day, number) for number, said in enumerate(LINES, start=1))
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="{NAMESPACE}"><BkToCstmrStmt><Stmt>'
        f"<Id>DEMO-{day:%Y%m%d}</Id><Acct><Id><IBAN>{TERMS.iban}</IBAN></Id></Acct>{balances_}{entries}"
        "</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def _balance(kind: str, amount: Money, day: date) -> str:
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{_spelled(amount)}</Amt>'
        f"<CdtDbtInd>{'CRDT' if amount.cents >= 0 else 'DBIT'}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
    )


def _entry(said: Said, day: date, number: int) -> str:
    amount, currency, way, status, who, what = said
    name = f"<RltdPties><Dbtr><Pty><Nm>{who}</Nm></Pty></Dbtr></RltdPties>" if who else ""
    return (
        f'<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{way}</CdtDbtInd><Sts><Cd>{status}</Cd></Sts>'
        f"<BookgDt><Dt>{day}</Dt></BookgDt><AcctSvcrRef>DEMO{day:%Y%m%d}{number:02d}</AcctSvcrRef>"
        f"<NtryDtls><TxDtls>{name}<RmtInf><Ustrd>{what}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
    )


def _spelled(amount: Money) -> str:
    cents = abs(amount.cents)
    return f"{cents // 100}.{cents % 100:02d}"
