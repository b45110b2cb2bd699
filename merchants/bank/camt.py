"""Reading camt.053 (ISO 20022, Bank to Customer Statement), versions .02, .04, .06 and .08, as a stream.

Memory stays bounded however many entries there are: each is read and dropped. No document type is taken, so that no
entity can be declared; nothing is fetched. The encoding is the one that the XML names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import IO, Final, Literal

from lxml import etree

from ledger.money import ZERO, Money
from merchants.bank.entries import Entry, lines_of
from merchants.bank.errors import (
    BankFileBroken,
    BankFileDoctype,
    BankFileKindUnknown,
    BankFileTooLarge,
    BankFileWithoutStatement,
    BankStatementIncomplete,
)
from merchants.bank.fields import Details, Fields, Node
from merchants.bank.lines import Begun, Ended, Part

NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:camt.053.001."
VERSIONS: Final = ("02", "04", "06", "08")

LARGEST: Final = 150_000_000
"""Bytes: some 100,000 entries with all that banks write about each."""

MOST_PARTS: Final = 20_000
"""Transactions of one entry that are read one by one; an entry with more is looked at by a person."""

_SHOWN: Final = 80


@dataclass(slots=True)
class _Open:
    """A statement that is being read."""

    begun: Begun | None = None
    entries: int = 0
    moved: Money = ZERO
    parts: list[Details] = field(default_factory=list)
    left_out: int = 0


def read(file: IO[bytes]) -> Iterator[Part]:
    """Each statement: how it begins, its lines, how it ends.

    :param file: one that can be read again from its beginning
    :raises BankFileTooLarge, BankFileBroken, BankFileDoctype, BankFileKindUnknown: at once
    :raises BankFileWithoutStatement, BankStatementIncomplete: where it is found
    """
    if file.seek(0, 2) > LARGEST:
        raise BankFileTooLarge(limit=LARGEST)
    try:
        version = _version(file)
        yield from _statements(file, version)
    except etree.XMLSyntaxError as broken:
        raise BankFileBroken(line=max(broken.lineno or 1, 1)) from None


def _parsed(
    file: IO[bytes], *events: Literal["start", "end"], tag: tuple[str, ...] | None = None
) -> Iterator[tuple[str, Node]]:
    file.seek(0)
    return etree.iterparse(
        file, events=events, tag=tag, resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False,
        dtd_validation=False, attribute_defaults=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip


def _version(file: IO[bytes]) -> str:
    """What the root says the file is."""
    _, root = next(iter(_parsed(file, "start")))
    if root.getroottree().docinfo.doctype:
        raise BankFileDoctype
    name = etree.QName(root)
    space = name.namespace or ""
    version = space.removeprefix(NAMESPACE)
    if name.localname != "Document" or space == version or version not in VERSIONS:
        raise BankFileKindUnknown(kind=(space or name.localname)[:_SHOWN])
    return version


def _statements(file: IO[bytes], version: str) -> Iterator[Part]:
    space = NAMESPACE + version
    statement, entry, transaction = (f"{{{space}}}{one}" for one in ("Stmt", "Ntry", "TxDtls"))
    now, found = _Open(), False
    for _, node in _parsed(file, "end", tag=(statement, entry, transaction)):
        if node.tag == transaction:
            _take(Fields(node, space), now)
        elif now.begun is None:  # the first entry, or the end of a statement without any: what is before it is read
            now.begun, found = _begun(node.getparent() if node.tag == entry else node, version), True
            yield now.begun
        if node.tag == entry:
            yield from _entry(Fields(node, space), now)
        elif node.tag == statement:
            yield _ended(node, space, now)
            now = _Open()
        _drop(node)
    if not found:
        raise BankFileWithoutStatement


def _drop(node: Node) -> None:
    """Forget a node that was read, and the empty one before it; the parser may still write what follows it."""
    node.clear(keep_tail=True)
    before, parent = node.getprevious(), node.getparent()
    if before is not None and parent is not None and before.tag == node.tag:
        parent.remove(before)


def _take(fields: Fields, now: _Open) -> None:
    if len(now.parts) < MOST_PARTS:
        now.parts.append(fields.details())
    else:
        now.left_out += 1


def _entry(fields: Fields, now: _Open) -> Iterator[Part]:
    now.entries += 1
    told = fields.text("NtryDtls/Btch/NbOfTxs")
    read_ = Entry(
        now.entries, fields.sum("Amt"), fields.credit(), fields.status(), fields.reversal(),
        fields.day("BookgDt"), fields.day("ValDt"), fields.code(), fields.known("AcctSvcrRef"),
        fields.text("AddtlNtryInf"), fields.charges(), told.isdecimal() and int(told) > 1,
        tuple(now.parts), now.left_out, fields.text("NtryDtls/Btch/PmtInfId", "NtryDtls/Btch/MsgId"),
    )  # fmt: skip
    now.moved += read_.moved
    now.parts, now.left_out = [], 0
    yield from lines_of(read_)


def _begun(node: Node | None, version: str) -> Begun:
    if node is None:
        raise BankStatementIncomplete(missing="Id")
    space = NAMESPACE + version
    fields = Fields(node, space, without="Ntry")
    account = "".join(fields.text("Acct/Id/IBAN").split()).upper()
    number = fields.text("Id")
    if not account or not number:
        raise BankStatementIncomplete(missing="Id" if account else "IBAN")
    _, closing_on = _balance(node, space, "CLBD")
    return Begun(
        version, account[:40], number[:_SHOWN], fields.text("ElctrncSeqNb", "LglSeqNb")[:_SHOWN],
        fields.text("StmtPgntn/PgNb")[:_SHOWN], fields.day("FrToDt/FrDtTm"),
        fields.day("FrToDt/ToDtTm"), closing_on,
    )  # fmt: skip


def _ended(node: Node, space: str, now: _Open) -> Ended:
    opening, _ = _balance(node, space, "OPBD", "PRCD")
    closing, closing_on = _balance(node, space, "CLBD")
    if opening is None:  # of a statement in several pages, all but the first begin with an interim balance
        opening, _ = _balance(node, space, "ITBD")
    if closing is None:
        closing, closing_on = _balance(node, space, "ITBD", last=True)
    return Ended(opening, closing, closing_on, now.moved)


def _balance(node: Node, space: str, *kinds: str, last: bool = False) -> tuple[Money | None, date | None]:
    every = [Fields(one, space) for one in node.iterchildren(f"{{{space}}}Bal")]
    for kind in kinds:
        alike = [one for one in every if one.text("Tp/CdOrPrtry/Cd", "Tp/Cd") == kind]
        if alike:
            found = alike[-1 if last else 0]
            amount, credit = found.sum("Amt"), found.credit()
            if amount is not None and amount.money is not None and credit is not None:
                return (amount.money if credit else -amount.money), found.day("Dt")
    return None, None
