"""The benchmark's judge of a FEC: it takes what is right and names what is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from benchmarks.fec_judge import FecWrong, judge
from ledger import fec
from ledger.fec import Line
from ledger.money import ZERO, Money

DEBIT = Line(
    journal="BQ", journal_name="Banque", number=1, day=date(2026, 10, 5), account="512", account_name="Banque",
    party="", party_name="", piece="P1", piece_day=date(2026, 10, 4), label="Paiement d'une œuvre",
    debit=Money(12_50), credit=ZERO, valid_on=date(2026, 11, 3),
)  # fmt: skip


def entry(number: int, journal: str = "BQ") -> list[Line]:
    debit = replace(DEBIT, number=number, journal=journal)
    return [debit, replace(debit, account="411", party="A1", party_name="Łódź", debit=ZERO, credit=debit.debit)]


WHOLE = fec.HEADER + fec.encoded([*entry(1), *entry(1, "VT"), *entry(2)])


def judged(folder: Path, content: bytes, name: str = "181300013FEC20261031.txt") -> tuple[int, int, int]:
    path = folder / name
    path.write_bytes(content)
    found = judge(path)
    return found.lines, found.entries, found.debit


def test_a_file_that_keeps_every_rule_is_counted(tmp_path: Path) -> None:
    assert judged(tmp_path, WHOLE) == (6, 3, 3 * 12_50)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (b"JournalCode", b"Journal", "eighteen fields"),
        (b"\r\n", b"\n", "CR LF"),
        (b"\tP1\t", b"\t\t", "empty"),
        (b"\t512\t", b"\t912\t", "account number"),
        (b"12,50\t0,00", b"12,51\t0,00", "out of balance by 1 cents"),
        (b"12,50\t0,00", b"12.50\t0,00", "no amount"),
        (b"0,00\t12,50", b"12,50\t12,50", "both sides"),
        (b"\t2\t20261005", b"\t3\t20261005", "not the next one"),
        (b"\t2\t20261005", b"\t2\t20261004", "goes back"),
        (b"20261005", b"20260231", "line 2"),
        (b"\tA1\t", b"\t\t", "empty"),
        (b"d'une \xbd", b"d'une \x00", "not printed"),
    ],
)
def test_a_broken_rule_is_named(before: bytes, after: bytes, said: str, tmp_path: Path) -> None:
    assert before in WHOLE
    with pytest.raises(FecWrong, match=said):
        judged(tmp_path, WHOLE.replace(before, after))


def test_an_entry_that_comes_back_and_a_wrong_name_are_named(tmp_path: Path) -> None:
    with pytest.raises(FecWrong, match="not the next one"):
        judged(tmp_path, WHOLE + fec.encoded(entry(1, "VT")))
    with pytest.raises(FecWrong, match="no name"):
        judged(tmp_path, WHOLE, name="fec.txt")
