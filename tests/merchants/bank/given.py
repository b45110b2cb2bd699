"""Statements as banks write them, invented: ``statement(entry("12.00"), ...)``, in the words of each version."""

from __future__ import annotations

from io import BytesIO
from typing import Final

ACCOUNT: Final = "FR7630006000011234567890189"
"""That of the towns that sell."""

VERSIONS: Final = ("02", "04", "06", "08")
DAY: Final = "2026-10-06"


def document(*statements: str, version: str = "08", before: str = "", encoding: str = "UTF-8") -> bytes:
    """A file."""
    return (
        f'<?xml version="1.0" encoding="{encoding}"?>\n{before}'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"><BkToCstmrStmt>'
        "<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-10-07T05:00:00</CreDtTm></GrpHdr>"
        f"{''.join(statements)}</BkToCstmrStmt></Document>"
    ).encode(encoding)


def statement(
    *entries: str, opening: str = "1000.00", closing: str = "1000.00", number: str = "S-1", account: str = ACCOUNT,
    day: str = DAY,
) -> str:  # fmt: skip
    """A statement of one day."""
    return (
        f"<Stmt><Id>{number}</Id><ElctrncSeqNb>17</ElctrncSeqNb><CreDtTm>2026-10-07T05:00:00</CreDtTm>"
        f"<FrToDt><FrDtTm>{day}T00:00:00</FrDtTm><ToDtTm>{day}T23:59:59</ToDtTm></FrToDt>"
        f"<Acct><Id><IBAN>{account}</IBAN></Id><Ccy>EUR</Ccy></Acct>"
        f"{balance('OPBD', opening, day)}{balance('CLBD', closing, day)}{''.join(entries)}</Stmt>"
    )


def balance(kind: str, amount: str, day: str = DAY) -> str:
    """A balance; a negative one is a debit."""
    way = "DBIT" if amount.startswith("-") else "CRDT"
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{amount.lstrip("-")}</Amt>'
        f"<CdtDbtInd>{way}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
    )


def entry(
    amount: str, *details: str, way: str = "CRDT", currency: str = "EUR", status: str = "BOOK", ref: str = "",
    version: str = "08", reversal: bool = False, charges: str = "", batch: int = 0, info: str = "", day: str = DAY,
) -> str:  # fmt: skip
    """An entry; the status is a choice from .07 on, and charges a record from .04 on."""
    told = f"<Cd>{status}</Cd>" if version == "08" else status
    charged = f'<Amt Ccy="EUR">{charges}</Amt>'
    charged = charged if version == "02" else f"<Rcrd>{charged}</Rcrd>"
    held = "".join(details)
    many = f"<Btch><NbOfTxs>{batch}</NbOfTxs></Btch>" if batch else ""
    return (
        f'<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{way}</CdtDbtInd>'
        f"{'<RvslInd>true</RvslInd>' if reversal else ''}<Sts>{told}</Sts>"
        f"<BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt>"
        f"{f'<AcctSvcrRef>{ref}</AcctSvcrRef>' if ref else ''}"
        "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>"
        f"{f'<Chrgs>{charged}</Chrgs>' if charges else ''}"
        f"{f'<NtryDtls>{many}{held}</NtryDtls>' if details or many else ''}"
        f"{f'<AddtlNtryInf>{info}</AddtlNtryInf>' if info else ''}</Ntry>"
    )


def transaction(
    amount: str = "", *, reference: str = "", words: str = "", name: str = "", iban: str = "", end_to_end: str = "",
    returned: str = "", currency: str = "EUR", version: str = "08", way: str = "",
) -> str:  # fmt: skip
    """A transaction: its amount is a field of its own from .04 on, its parties are choices from .07 on."""
    sum_ = f'<Amt Ccy="{currency}">{amount}</Amt>'
    if version == "02":
        sum_ = f"<AmtDtls><TxAmt>{sum_}</TxAmt></AmtDtls>"
    party = f"<Pty><Nm>{name}</Nm></Pty>" if version == "08" else f"<Nm>{name}</Nm>"
    structured = (
        f"<Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp><Ref>{reference}</Ref></CdtrRefInf></Strd>"
    )
    account = f"<DbtrAcct><Id><IBAN>{iban}</IBAN></Id></DbtrAcct>" if iban else ""
    return (
        f"<TxDtls><Refs><EndToEndId>{end_to_end or 'NOTPROVIDED'}</EndToEndId></Refs>{sum_ if amount else ''}"
        f"{f'<CdtDbtInd>{way}</CdtDbtInd>' if way else ''}"
        f"<RltdPties>{f'<Dbtr>{party}</Dbtr>' if name else ''}{account}</RltdPties>"
        f"<RmtInf>{f'<Ustrd>{words}</Ustrd>' if words else ''}{structured if reference else ''}</RmtInf>"
        f"{f'<RtrInf><Rsn><Cd>{returned}</Cd></Rsn></RtrInf>' if returned else ''}</TxDtls>"
    )


def file(content: bytes) -> BytesIO:
    """As it is uploaded."""
    return BytesIO(content)
