"""The file that the bank takes: customer credit transfers as pain.001.001.09 (ISO 20022). The only importer of sepaxml.

That library writes the elements and ships the schema. What it takes without looking (wrong IBANs, past days, repeated
references, names in any alphabet) is refused here first; what it draws from the clock or from chance is replaced by
the facts that are given, so that the same facts make the same bytes.
Source: EPC132-08, "SEPA Credit Transfer Scheme Customer-to-PSP Implementation Guidelines" 2023.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources import files
from typing import Final

from lxml import etree
from sepaxml import SepaTransfer

from ledger.days import PARIS
from ledger.money import CURRENCY, ZERO, Money
from merchants.errors import BicInvalid, IbanInvalid
from merchants.payouts.errors import NameNotSendable, NothingToPay, PayoutAmountOutOfBounds, PayoutReferenceRefused
from merchants.payouts.execution_days import check_execution_day
from merchants.payouts.sepa_text import LONGEST_REMITTANCE, SENDABLE, sendable, sendable_name
from merchants.shops import identity
from merchants.shops.spelling import shown

SCHEMA: Final = "pain.001.001.09"
NAMESPACE: Final = f"urn:iso:std:iso:20022:tech:xsd:{SCHEMA}"
XSD: Final = str(files("sepaxml") / "schemas" / f"{SCHEMA}.xsd")

MOST: Final = Money(999_999_999_99)
"""The largest amount of a SEPA credit transfer (EPC132-08, "Instructed Amount")."""

LONGEST_REFERENCE: Final = 35
_REFERENCE: Final = re.compile(rf"(?!/|.*//|.*/$)\S(?:.{{0,{LONGEST_REFERENCE - 2}}}\S)?")
_NO_BIC: Final = "NOTPROVIDED"


@dataclass(frozen=True, slots=True)
class Account:
    """Whose account: the name as it is sent, the IBAN, and the BIC where it is known."""

    name: str
    iban: str
    bic: str | None = None


@dataclass(frozen=True, slots=True)
class CreditTransfer:
    """One transfer. ``reference`` is its EndToEndId, ``remittance`` what the shop reads on its own statement."""

    reference: str
    to: Account
    amount: Money
    remittance: str


def credit_transfers(
    transfers: Sequence[CreditTransfer], *, message: str, debtor: Account, execution_day: date, at: datetime
) -> bytes:
    """The file of these transfers, all from one account and on one day; the same bytes for the same facts.

    :param message: its own reference (MsgId, and PmtInfId of its single block), used for no other file
    :raises NothingToPay: if there are none
    :raises ExecutionDayPast, ExecutionDayTooFar, ExecutionDayClosed, CutOffPassed:
    :raises NameNotSendable: a name that is not as it is sent
    :raises IbanInvalid, IbanOutsideSepa, BicInvalid, PayoutAmountOutOfBounds, PayoutReferenceRefused:
    """
    check_execution_day(execution_day, at=at)
    _check(transfers, message=message, debtor=debtor)
    bank = {"BIC": debtor.bic} if debtor.bic else {}
    file = SepaTransfer(
        {"name": debtor.name, "IBAN": debtor.iban, "currency": CURRENCY, "batch": True, **bank}, SCHEMA, clean=False
    )
    for one in transfers:
        file.add_payment(_payment(one, execution_day))
    made = etree.fromstring(file.export(validate=False))
    _settle(made, message=message, at=at)
    etree.XMLSchema(file=XSD).assertValid(made)
    return etree.tostring(made, xml_declaration=True, encoding="UTF-8")


def _payment(one: CreditTransfer, execution_day: date) -> dict[str, object]:
    bank = {"BIC": one.to.bic} if one.to.bic else {}
    return {
        "name": one.to.name, "IBAN": one.to.iban, "amount": one.amount.cents, "execution_date": execution_day,
        "endtoend_id": one.reference, "description": one.remittance, **bank,
    }  # fmt: skip


def _settle(made: etree._Element, *, message: str, at: datetime) -> None:
    """Put the given facts where the library put chance and its clock, and say so where the bank is not named."""
    made_at = f"{at.astimezone(PARIS):%Y-%m-%dT%H:%M:%S}"
    for name, told in (("GrpHdr/MsgId", message), ("GrpHdr/CreDtTm", made_at), ("PmtInf/PmtInfId", message)):
        _one(made, f"CstmrCdtTrfInitn/{name}").text = told
    institution = _one(made, "CstmrCdtTrfInitn/PmtInf/DbtrAgt/FinInstnId")
    if not len(institution):
        other = etree.SubElement(institution, f"{{{NAMESPACE}}}Othr")
        etree.SubElement(other, f"{{{NAMESPACE}}}Id").text = _NO_BIC


def _one(made: etree._Element, path: str) -> etree._Element:
    (found,) = made.findall("/".join(f"{{{NAMESPACE}}}{part}" for part in path.split("/")))
    return found


def _check(transfers: Sequence[CreditTransfer], *, message: str, debtor: Account) -> None:
    if not transfers:
        raise NothingToPay(held_back=0)
    _check_reference(message)
    _check_account(debtor)
    known = set[str]()
    for one in transfers:
        _check_reference(one.reference)
        if one.reference in known:
            raise PayoutReferenceRefused(reference=one.reference)
        known.add(one.reference)
        _check_account(one.to)
        if not ZERO < one.amount <= MOST:
            raise PayoutAmountOutOfBounds(amount=one.amount, most=MOST)
        if not one.remittance or one.remittance != sendable(one.remittance, most=LONGEST_REMITTANCE):
            raise PayoutReferenceRefused(reference=shown(one.remittance))


def _check_reference(reference: str) -> None:
    if not SENDABLE.fullmatch(reference) or not _REFERENCE.fullmatch(reference):
        raise PayoutReferenceRefused(reference=shown(reference))


def _check_account(account: Account) -> None:
    """Nothing, if name and numbers are written as they are sent; a number that is typed otherwise is none."""
    if account.name != sendable_name(account.name):
        raise NameNotSendable(typed=shown(account.name))
    if account.iban != identity.iban(account.iban):
        raise IbanInvalid(masked=identity.masked_iban(account.iban), reason="form")
    if account.bic is not None and account.bic != identity.bic(account.bic):
        raise BicInvalid(typed=shown(account.bic))
