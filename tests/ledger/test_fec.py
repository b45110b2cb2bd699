"""The FEC's form: 18 fields, ISO 8859-15, amounts and days as the article has them, whatever names hold."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import fec
from ledger.errors import AccountNumberUnfit
from ledger.fec import Line
from ledger.money import ZERO, Money
from tests import fec_reader

SPENT = Line(
    journal="BA", journal_name="Bons d'achat", number=1, day=date(2026, 10, 5), account="467", account_name="Commerces",
    party="A1", party_name="Bar Pierre", piece="P1", piece_day=date(2026, 10, 5), label="Encaissement d'un bon",
    debit=Money.of("1 250,50"), credit=ZERO, valid_on=date(2026, 11, 3),
)  # fmt: skip


def entry(number: int = 1, **changes: object) -> list[Line]:
    """An entry of two lines."""
    debit = replace(SPENT, number=number, **changes)
    return [debit, replace(debit, debit=ZERO, credit=debit.debit)]


def test_a_line_reads_as_the_article_has_it() -> None:
    told = fec.encoded(entry()).decode("iso8859-15").split("\r\n")[0]
    assert told == (
        "BA\tBons d'achat\t1\t20261005\t467\tCommerces\tA1\tBar Pierre\tP1\t20261005\tEncaissement d'un bon"
        "\t1250,50\t0,00\t\t\t20261103\t\t"
    )
    assert fec.file_name("181300013", date(2026, 12, 31)) == "181300013FEC20261231.txt"


@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("Fournil Łódź", "Fournil Lódz"),
        ("Crêperie Œuvre & Co, 12 €", "Crêperie Œuvre & Co, 12 €"),
        ("Chez\tPaul\r\net\u2028Marie\x00 ", "Chez Paul et Marie"),
        ("L’Épi – « d’or »…", "L'Épi - « d'or »..."),
        ("E\u0301pi", "Épi"),
        ("Đorđe Ğül Ŧ", "Dorde Gül T"),
        ("寿司 Βία", "?? ???"),
        ("\ufeffCafé\u00a0\u200bNoir\x85", "Café Noir"),
    ],
)
def test_a_name_is_spelled_with_what_the_encoding_has(name: str, spelled: str) -> None:
    assert fec.clean(name) == spelled
    (debit, _) = fec_reader.read(fec.HEADER + fec.encoded(entry(party_name=name)))
    assert debit.party_name == spelled


WORDS = st.text(min_size=1, max_size=12).map(lambda text: f"a{text}")


@settings(max_examples=30)
@given(st.lists(st.tuples(WORDS, WORDS, st.integers(1, 10**12)), max_size=5))
def test_whatever_words_hold_the_file_can_be_read(told: list[tuple[str, str, int]]) -> None:
    lines = [
        line
        for number, (name, label, cents) in enumerate(told, start=1)
        for line in entry(number, party_name=name, label=label, debit=Money(cents))
    ]
    found = fec_reader.read(fec.HEADER + fec.encoded(lines))
    assert [one.debit for one in found[::2]] == [cents for _, _, cents in told]


@pytest.mark.parametrize("number", ["", "46", "4A7", "967", "067", "467 1", "467-1", "４６７", "467\t"])
def test_a_number_that_is_none_of_the_chart_is_refused(number: str) -> None:
    with pytest.raises(AccountNumberUnfit):
        fec.refuse_unfit("shop", number)


def test_an_amount_below_zero_is_never_written() -> None:
    with pytest.raises(ValueError, match="other side"):
        fec.encoded([replace(SPENT, debit=Money(-1))])


def test_two_hundred_thousand_lines_are_written_in_the_memory_of_two_thousand() -> None:
    def parts() -> Iterator[bytes]:
        for number in range(1, 101):
            yield fec.encoded(line for _ in range(10) for line in entry(number) * 100)

    fec.encoded(entry())
    tracemalloc.start()
    written = most = 0
    for count, part in enumerate(parts()):
        written += part.count(b"\r\n")
        if count == 2:  # measured over a few parts: to trace each of them would take longer than to write them
            most = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
    assert written == 200_000
    assert 0 < most < 5_000_000
