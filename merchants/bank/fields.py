"""The fields of entries and transactions, in the words of all versions of camt.053 that are read.

Source: ISO 20022, message definition reports of camt.053.001.02, .04, .06 and .08. What is not money is read leniently.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from lxml import etree

from ledger.money import BIGINT_MAX, CURRENCY, Money
from merchants.shops.spelling import spaced

LONGEST: Final = 1_000
"""Characters of one field that are kept; the format allows 140 to 500 in each of several."""

_AMOUNT: Final = re.compile(r"(?P<euros>[0-9]{1,16})(?:\.(?P<cents>[0-9]{1,2})0{0,3}|\.)?", re.ASCII)
_NONE_GIVEN: Final = frozenset({"NOTPROVIDED", "NONREF", "NOT PROVIDED"})
_TRUE: Final = frozenset({"true", "1"})

Node = etree._Element  # noqa: SLF001 - the name under which lxml's types know an element


@dataclass(frozen=True, slots=True)
class Sum:
    """An amount as written. ``money`` is none in another currency than euro, or if it is no amount."""

    written: str
    currency: str
    money: Money | None


@dataclass(frozen=True, slots=True)
class Details:
    """One transaction of an entry."""

    amount: Sum | None = None
    credit: bool | None = None
    servicer_ref: str = ""
    end_to_end: str = ""
    reference: str = ""
    remittance: str = ""
    info: str = ""
    counterparties: tuple[tuple[str, str], tuple[str, str]] = (("", ""), ("", ""))
    """Name and account of the debtor, then of the creditor."""
    returned: str = ""
    charges: str = ""
    code: str = ""


class Fields:
    """The fields of an element by their paths, such as ``Refs/EndToEndId``: gathered in one go, which is quick."""

    def __init__(self, node: Node, namespace: str, *, without: str = "") -> None:
        """Gather them all, but those of the children that are called ``without``."""
        self._words: dict[str, list[str]] = {}
        self._currencies: dict[str, str] = {}
        self._gather(node, "", f"{{{namespace}}}", without)

    def _gather(self, node: Node, above: str, space: str, without: str = "") -> None:
        for child in node:
            tag = str(child.tag)
            name = tag.removeprefix(space)
            if name in {tag, without}:  # of another namespace, or not asked for
                continue
            path = above + name
            self._words.setdefault(path, []).append(child.text or "")
            if child.attrib:
                self._currencies.setdefault(path, child.get("Ccy", ""))
            if len(child):
                self._gather(child, f"{path}/", space)

    def has(self, path: str) -> bool:
        """Whether there is such an element, whatever is in it."""
        return path in self._words

    def text(self, *paths: str) -> str:
        """The words of the first of these that has any, in one line."""
        known = self._words
        for one in paths:
            if one in known:
                for words in known[one]:
                    if found := spaced(words)[:LONGEST]:
                        return found
        return ""

    def texts(self, path: str) -> list[str]:
        """The words of all of these."""
        return [found for words in self._words.get(path, ()) if (found := spaced(words))]

    def known(self, *paths: str) -> str:
        """A reference; nothing where a bank writes that there is none."""
        words = self.text(*paths)
        return "" if words.upper() in _NONE_GIVEN else words

    def day(self, path: str) -> date | None:
        """A day, or the day of a moment, as the bank writes it; none if it is none."""
        if path not in self._words:
            return None
        words = self.text(f"{path}/Dt", f"{path}/DtTm") or self.text(path)
        try:
            return date.fromisoformat(words[:10])
        except ValueError:
            return None

    def sum(self, path: str) -> Sum | None:
        """An amount, never negative: its direction stands elsewhere."""
        if path not in self._words:
            return None
        words, currency = spaced(self._words[path][0])[:40], self._currencies.get(path, "")[:3]
        return Sum(f"{words} {currency}".strip(), currency, _euros(words) if currency == CURRENCY else None)

    def credit(self) -> bool | None:
        """Whether it makes the account grow; none if it does not say."""
        return {"CRDT": True, "DBIT": False}.get(self.text("CdtDbtInd"))

    def status(self) -> str:
        """``BOOK``, ``PDNG``, ``INFO``, ``FUTR``: a word of its own up to .06, a choice from .07 on."""
        return self.text("Sts/Cd", "Sts/Prtry", "Sts")

    def reversal(self) -> bool:
        """Whether it takes another entry back. ``CdtDbtInd`` is the direction of the reversal itself."""
        return self.text("RvslInd") in _TRUE

    def code(self) -> str:
        """``PMNT-RCDT-ESCT``, or the bank's own."""
        if not self.has("BkTxCd"):
            return ""
        domain = [self.text(f"BkTxCd/Domn/{one}") for one in ("Cd", "Fmly/Cd", "Fmly/SubFmlyCd")]
        return "-".join(one for one in domain if one) or self.text("BkTxCd/Prtry/Cd")

    def charges(self) -> str:
        """What was taken for it: one sum in .02, a record of several later."""
        if not self.has("Chrgs"):
            return ""
        paths = ("Chrgs/Rcrd/Amt", "Chrgs/Amt", "Chrgs/TtlChrgsAndTaxAmt")
        found = next((one for path in paths if (one := self.sum(path)) is not None), None)
        return found.written if found is not None and found.money != Money(0) else ""

    def details(self) -> Details:
        """A transaction (``TxDtls``). Its amount is a field of its own from .04 on."""
        amount = self.sum("Amt") or self.sum("AmtDtls/TxAmt/Amt")
        references = self.texts("RmtInf/Strd/CdtrRefInf/Ref")
        # A second reference goes among the words: then it is not sure which order is meant.
        words = [*self.texts("RmtInf/Ustrd"), *references[1:]]
        return Details(
            amount, self.credit(), self.known("Refs/AcctSvcrRef"), self.known("Refs/EndToEndId"),
            references[0][:LONGEST] if references else "", " ".join(words)[:LONGEST], self.text("AddtlTxInf"),
            (self._party("Dbtr"), self._party("Cdtr")),
            self.text("RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry", "RtrInf/AddtlInf") or self._returned(),
            self.charges(), self.code(),
        )  # fmt: skip

    def _returned(self) -> str:
        return "RTR" if self.has("RtrInf") else ""

    def _party(self, who: str) -> tuple[str, str]:
        name = self.text(f"RltdPties/{who}/Nm", f"RltdPties/{who}/Pty/Nm")
        return name, self.text(f"RltdPties/{who}Acct/Id/IBAN", f"RltdPties/{who}Acct/Id/Othr/Id")[:40]


def _euros(words: str) -> Money | None:
    """Whole cents; none if it is no amount, or a part of a cent."""
    found = _AMOUNT.fullmatch(words)
    if found is None:
        return None
    cents = int(found["euros"]) * 100 + int((found["cents"] or "0").ljust(2, "0"))
    return Money(cents) if cents <= BIGINT_MAX else None
