"""Drawing an attestation of five thousand vouchers: ``python -m benchmarks.attestation``.

What a company with a thousand people has after five events; the same in each run. The processor's time is told, since
drawing happens in a thread while the server answers others.
"""

from __future__ import annotations

import time
from datetime import date, timedelta
from io import BytesIO
from statistics import median
from typing import Final, get_args

from ledger.money import Money
from merchants.settlements.statement import StatementProgramme
from vouchers.orders.giving.attestation import Attestation, AttestationBuyer, AttestationLine
from vouchers.orders.giving.attestation_pdf import draw_attestation
from vouchers.orders.giving.urssaf import Event, Person

PEOPLE: Final = 1_000
EVENTS: Final[tuple[Event, ...]] = get_args(Event)[:5]
ROUNDS: Final = 5
FIRST: Final = date(2026, 1, 1)


def main() -> None:
    """Draw it some times and tell what it takes."""
    made = attestation()
    taken, size = list[float](), 0
    for _ in range(ROUNDS):
        out, begun = BytesIO(), time.process_time()
        draw_attestation(out, made)
        taken.append(time.process_time() - begun)
        size = len(out.getvalue())
    print(f"{len(made.lines):,} vouchers, {size:,} bytes: {median(taken):.2f} s (median of {ROUNDS})")


def attestation() -> Attestation:
    """Five vouchers for each of a thousand people, with and without numbers and addresses."""
    people = [
        Person(f"Élodie Prénom-Composé {at}", f"M{at:05d}" if at % 3 else None, f"p{at}@savonnerie.example")
        for at in range(PEOPLE)
    ]
    lines = [
        AttestationLine(
            one, FIRST + timedelta(60 * number), event, Money(20_00 + at), f"TREIZC-2026-{number:04d}{at // 100:02d}"
        )
        for number, event in enumerate(EVENTS)
        for at, one in enumerate(people)
    ]
    programme = StatementProgramme(
        "Treiz'Local", "CCI Aix-Marseille-Provence", ("9 La Canebière", "13001 Marseille"), "181300013", None
    )
    buyer = AttestationBuyer("Savonnerie du Port", ("3 rue de la Soude", "13008 Marseille"), "552100554")
    return Attestation(programme, buyer, FIRST, date(2026, 12, 31), date(2027, 1, 4), tuple(lines))


if __name__ == "__main__":
    main()
