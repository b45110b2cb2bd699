"""Reading camt.053: each version alike, each line read, skipped or refused with a reason, nothing dangerous taken."""

from __future__ import annotations

import resource
import tempfile
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.errors import Refusal
from ledger.money import Money
from merchants.bank import camt
from merchants.bank.errors import (
    BankFileBroken,
    BankFileDoctype,
    BankFileKindUnknown,
    BankFileTooLarge,
    BankFileWithoutStatement,
    BankStatementIncomplete,
)
from merchants.bank.lines import Begun, Ended, Line
from tests.merchants.bank.given import ACCOUNT, VERSIONS, document, entry, file, statement, transaction

REFERENCE = "RF18539007547034"


def lines(*entries: str, version: str = "08", **told: str) -> list[Line]:
    read = camt.read(file(document(statement(*entries, **told), version=version)))
    return [one for one in read if isinstance(one, Line)]


def ended(*entries: str, **told: str) -> Ended:
    (found,) = [one for one in camt.read(file(document(statement(*entries, **told)))) if isinstance(one, Ended)]
    return found


@pytest.mark.parametrize("version", VERSIONS)
def test_each_version_says_the_same(version: str) -> None:
    told = transaction(
        "12.50", reference=REFERENCE, words="Commande 7", name="Zoé Łódź", iban="FR1420041010050500013M02606",
        end_to_end="E2E-1", version=version,
    )  # fmt: skip
    content = document(
        statement(entry("12.50", told, ref="BNK0001", version=version), closing="1012.50"), version=version
    )
    begun, line, end = camt.read(file(content))
    assert isinstance(begun, Begun)
    assert (begun.version, begun.account, begun.number, begun.sequence) == (version, ACCOUNT, "S-1", "17")
    assert str(begun.first_day) == str(begun.last_day) == str(begun.closing_on) == "2026-10-06"
    assert isinstance(line, Line)
    assert (line.fate, line.why, line.amount, line.credit) == ("read", "", Money.of("12,50"), True)
    assert (line.reference, line.remittance, line.counterparty) == (REFERENCE, "Commande 7", "Zoé Łódź")
    assert (line.counterparty_iban, line.end_to_end, line.servicer_ref) == (
        "FR1420041010050500013M02606", "E2E-1", "BNK0001",
    )  # fmt: skip
    assert line.code == "PMNT-RCDT-ESCT"
    assert isinstance(end, Ended)
    assert (end.opening, end.closing, end.adds_up) == (Money.of("1000,00"), Money.of("1012,50"), True)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_batch_is_as_many_lines_if_its_parts_add_up_and_one_to_look_at_if_not(version: str) -> None:
    parts = [transaction(one, words=f"N {one}", version=version) for one in ("10.00", "2.50")]
    found = lines(entry("12.50", *parts, version=version), entry("13.00", *parts, version=version), version=version)
    assert [(one.entry, one.part, one.amount, one.why) for one in found] == [
        (1, 1, Money.of("10,00"), ""), (1, 2, Money.of("2,50"), ""), (2, 0, Money.of("13,00"), "parts"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "fate", "why"),
    [
        (entry("5.00", status="PDNG"), "skipped", "pending"),
        (entry("5.00", status="FUTR"), "skipped", "pending"),
        (entry("5.00", status="INFO"), "skipped", "information"),
        (entry("0.00"), "skipped", "zero"),
        (entry("5.00", status="ELSE"), "refused", "status"),
        (entry("5.00", way="SIDEWAYS"), "refused", "direction"),
        (entry("5.00", currency="USD"), "refused", "currency"),
        (entry("5,00"), "refused", "amount"),
        (entry("5.001"), "refused", "amount"),
        (entry("-5.00"), "refused", "amount"),
        (entry("9999999999999999999"), "refused", "amount"),
        (entry("5.00", way="DBIT"), "read", "debit"),
        (entry("5.00", reversal=True), "read", "reversal"),
        (entry("5.00", transaction("5.00", returned="AC04")), "read", "returned"),
        (entry("5.00", charges="0.20"), "read", "charges"),
        (entry("5.00", batch=3), "read", "batch"),
        (entry("5.00", transaction("6.00")), "read", "amounts"),
        (entry("5.00", transaction("6.00", currency="USD")), "read", "amounts"),
        (entry("5.00", transaction("6.00", currency="USD"), transaction("1.00")), "read", "parts"),
        (entry("5.000"), "read", ""),
        (entry("5.", info="VIR DUPONT"), "read", ""),
    ],
)
def test_each_line_is_read_skipped_or_refused_and_says_why(written: str, fate: str, why: str) -> None:
    (line,) = lines(written)
    assert (line.fate, line.why) == (fate, why)
    if line.fate == "read":
        assert line.amount == Money.of("5,00")


def test_a_line_that_does_not_count_still_says_who_and_what() -> None:
    told = transaction("5.00", words="Gift", name="A FRIEND", currency="USD")
    for line in lines(entry("5.00", told, currency="USD"), entry("5.00", told, status="PDNG")):
        assert (line.fate != "read", line.counterparty, line.remittance) == (True, "A FRIEND", "Gift")


def test_charges_are_told_in_each_version() -> None:
    for version in VERSIONS:
        (line,) = lines(entry("5.00", charges="0.20", version=version), version=version)
        assert line.charges == "0.20 EUR"


def test_a_batch_may_hold_what_goes_the_other_way() -> None:
    parts = (transaction("9.00"), transaction("4.00", way="DBIT"), transaction("0.00"))
    found = lines(entry("5.00", *parts))
    assert [(one.amount, one.credit, one.fate, one.why) for one in found] == [
        (Money.of("9,00"), True, "read", ""),
        (Money.of("4,00"), False, "read", "debit"),
        (Money(0), True, "skipped", "zero"),
    ]


def test_what_the_bank_says_stands_in_where_the_payer_says_nothing() -> None:
    (line,) = lines(entry("5.00", transaction(), info="VIR SEPA DUPONT"))
    assert (line.remittance, line.end_to_end) == ("VIR SEPA DUPONT", "")


@given(
    st.lists(st.tuples(st.integers(0, 10**9), st.booleans(), st.sampled_from(["BOOK", "PDNG", "INFO"])), max_size=6),
    st.integers(-(10**9), 10**9),
    st.integers(0, 2),
)
@settings(max_examples=40, deadline=None)
def test_a_statement_adds_up_if_and_only_if_its_booked_entries_make_its_balance(
    moves: list[tuple[int, bool, str]], opening: int, wrong: int
) -> None:
    entries = [entry(spelled(cents), way="CRDT" if came else "DBIT", status=how) for cents, came, how in moves]
    moved = sum((cents if came else -cents) for cents, came, how in moves if how == "BOOK")
    end = ended(*entries, opening=spelled(opening), closing=spelled(opening + moved + wrong))
    assert (end.moved, end.adds_up) == (Money(moved), not wrong)


def spelled(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def test_a_statement_without_a_balance_neither_adds_up_nor_fails_to() -> None:
    content = document(statement(entry("5.00"))).replace(b"CLBD", b"XPCD")
    assert [one.adds_up for one in camt.read(file(content)) if isinstance(one, Ended)] == [None]


def test_a_file_may_hold_several_statements_and_one_in_pages() -> None:
    first = statement(entry("5.00"), closing="1005.00").replace("CLBD", "ITBD")
    second = statement(entry("6.00"), opening="1005.00", closing="1011.00", number="S-2").replace("OPBD", "ITBD")
    read = list(camt.read(file(document(first, second, statement(number="S-3")))))
    assert [one.number for one in read if isinstance(one, Begun)] == ["S-1", "S-2", "S-3"]
    assert [one.adds_up for one in read if isinstance(one, Ended)] == [True, True, True]
    assert [one.entry for one in read if isinstance(one, Line)] == [1, 1]


@pytest.mark.parametrize("encoding", ["UTF-8", "ISO-8859-1", "UTF-16"])
def test_the_encoding_is_the_one_that_the_xml_names(encoding: str) -> None:
    content = document(statement(entry("5.00", transaction(words="Été à Sète"))), encoding=encoding)
    assert [one.remittance for one in camt.read(file(content)) if isinstance(one, Line)] == ["Été à Sète"]


BOMB = "".join(f'<!ENTITY {chr(98 + i)} "{("&" + chr(97 + i) + ";") * 10}">' for i in range(12))


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", BankFileBroken),
        (b"20261006;12,50;VIREMENT", BankFileBroken),
        (document(statement(entry("5.00")))[:-30], BankFileBroken),
        (document(statement(entry("5.00")))[:700], BankFileBroken),
        (document(statement(entry("5.00"))).replace(b"</Stmt>", b"</Stmp>"), BankFileBroken),
        (b"<html/>", BankFileKindUnknown),
        (document(statement(), version="10"), BankFileKindUnknown),
        (document(statement()).replace(b"camt.053", b"camt.052"), BankFileKindUnknown),
        (document(), BankFileWithoutStatement),
        (document(statement(account="")), BankStatementIncomplete),
        (document(statement(number=" ")), BankStatementIncomplete),
        (document(statement(number="&m;"), before=f'<!DOCTYPE D [<!ENTITY a "aaaaaaaaaa">{BOMB}]>'), BankFileDoctype),
        (
            document(statement(number="&x;"), before='<!DOCTYPE D [<!ENTITY x SYSTEM "file:///etc/hostname">]>'),
            BankFileDoctype,
        ),
        (document(statement(), before='<!DOCTYPE D SYSTEM "http://127.0.0.1:1/d.dtd">'), BankFileDoctype),
    ],
)
def test_what_is_no_statement_is_refused_by_name(content: bytes, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        list(camt.read(file(content)))


def test_a_file_that_is_too_large_is_not_read() -> None:
    with tempfile.TemporaryFile() as large:
        large.truncate(camt.LARGEST + 1)
        with pytest.raises(BankFileTooLarge):
            list(camt.read(large))


ENTRY: Final = b'<Ntry><Amt Ccy="EUR">12.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts></Ntry>'
MANY: Final = 100_000


def test_a_hundred_thousand_entries_are_read_in_bounded_memory() -> None:
    head, tail = document(statement("@", closing=f"{1000 + 12 * MANY}.00")).split(b"@")
    with tempfile.TemporaryFile() as written:
        written.writelines([head, *[ENTRY * 1_000] * (MANY // 1_000), tail])
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        last = None
        for count, last in enumerate(camt.read(written), start=-1):  # noqa: B007 - begin and end are no entries
            pass
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert isinstance(last, Ended)
    assert (count, last.adds_up) == (MANY, True)
    assert grown < 20_000  # KiB: a tree of them takes some 300 MiB
