"""From an entry to its lines: what counts, what does not, and what is doubtful about it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from ledger.money import CURRENCY, ZERO, Money, total
from merchants.bank.fields import LONGEST, Details, Sum
from merchants.bank.lines import Fate, Line, Why

RETURN: Final = "RRTN"
"""How a bank's code of a transfer ends that came back, whoever sent it (ISO 20022, external code sets: sub-family)."""

NOT_BOOKED: Final[dict[str, Why]] = {"PDNG": "pending", "FUTR": "pending", "INFO": "information"}


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as it is written. ``batch``: it says that it holds several transactions; ``block``: of which file."""

    place: int
    amount: Sum | None
    credit: bool | None
    status: str
    reversal: bool
    booked_on: date | None
    valued_on: date | None
    code: str
    servicer_ref: str
    info: str
    charges: str
    batch: bool = False
    parts: tuple[Details, ...] = ()
    left_out: int = 0
    block: str = ""

    @property
    def moved(self) -> Money:
        """What it does to the account, as far as it is booked and in euro."""
        if self.status != "BOOK" or self.credit is None or self.amount is None or self.amount.money is None:
            return ZERO
        return self.amount.money if self.credit else -self.amount.money


def lines_of(entry: Entry) -> Iterator[Line]:
    """The lines of an entry: itself, or each of its transactions if they add up to it."""
    whole = _whole(entry)
    if whole.fate != "read":  # told as it is, with who and what, so that nothing is lost
        yield _merged(whole, entry.parts[0], bool(whole.credit)) if len(entry.parts) == 1 else whole
    elif len(entry.parts) + entry.left_out > 1:
        if entry.left_out or _together(entry) != entry.moved:
            yield replace(whole, why="debit" if not whole.credit else "parts")
        else:
            yield from (_part(entry, whole, part, place) for place, part in enumerate(entry.parts, start=1))
    elif entry.parts:
        (only,) = entry.parts
        line = _merged(whole, only, bool(whole.credit), charges=only.charges or whole.charges)
        differs = only.amount is not None and only.amount.money != whole.amount
        yield _doubted(line, "amounts" if differs else "")
    else:
        yield _doubted(whole, "batch" if entry.batch else "")


def _whole(entry: Entry) -> Line:
    fate, why = _judged(entry)
    amount = entry.amount
    return Line(
        entry.place, 0, fate, why, amount.written if amount else "", amount.money if amount else None, entry.credit,
        entry.booked_on, entry.valued_on, entry.reversal, entry.code, entry.servicer_ref, end_to_end=entry.block,
        remittance=entry.info, charges=entry.charges,
    )  # fmt: skip


def _judged(entry: Entry) -> tuple[Fate, Why]:
    if entry.status in NOT_BOOKED:
        return "skipped", NOT_BOOKED[entry.status]
    if entry.status != "BOOK":
        return "refused", "status"
    if entry.credit is None:
        return "refused", "direction"
    if entry.amount is None or (entry.amount.currency == CURRENCY and entry.amount.money is None):
        return "refused", "amount"
    if entry.amount.money is None:
        return "refused", "currency"
    return ("read", "") if entry.amount.money else ("skipped", "zero")


def _together(entry: Entry) -> Money | None:
    """What the transactions come to; none if one of them does not say in euro."""
    known = [
        one.amount.money if _is_credit(entry, one) else -one.amount.money
        for one in entry.parts if one.amount is not None and one.amount.money is not None
    ]  # fmt: skip
    return total(known) if len(known) == len(entry.parts) else None


def _is_credit(entry: Entry, part: Details) -> bool:
    """A transaction goes the way of its entry unless it says otherwise."""
    return bool(entry.credit if part.credit is None else part.credit)


def _part(entry: Entry, whole: Line, part: Details, place: int) -> Line:
    credit, amount = _is_credit(entry, part), part.amount or Sum("", CURRENCY, None)
    line = _merged(
        whole, part, credit, part=place, written=amount.written, amount=amount.money, credit=credit,
        charges=part.charges,
    )  # fmt: skip
    return _doubted(line, "") if amount.money else replace(line, fate="skipped", why="zero")


def _merged(line: Line, told: Details, is_credit: bool, **changed: Any) -> Line:
    """A line with what its transaction says; the counterparty of a credit is its debtor."""
    debtor, creditor = told.counterparties
    code = told.code or line.code
    back = bool(told.returned) or line.reversal or code.endswith(RETURN)
    name, iban = debtor if is_credit else creditor
    if back and not name and not iban:  # what came back names the parties of the payment that failed
        name, iban = creditor if is_credit else debtor
    return replace(
        line, servicer_ref=told.servicer_ref or line.servicer_ref,
        end_to_end=told.end_to_end or line.end_to_end,
        reference=told.reference, remittance=(told.remittance or told.info or line.remittance)[:LONGEST],
        counterparty=name, counterparty_iban=iban, returned=told.returned, code=code, **changed,
    )  # fmt: skip


def _doubted(line: Line, otherwise: Why) -> Line:
    """A line with what a person has to look at: the gravest alone."""
    why = otherwise or ("charges" if line.charges else "")
    if not line.credit:
        why = "debit"
    elif line.reversal:
        why = "reversal"
    elif line.returned or line.code.endswith(RETURN):
        why = "returned"
    return replace(line, why=why) if why else line
