"""Letters to try: a gift, an order, and what any of them needs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any, Final
from uuid import UUID

from PIL import Image

from api.email.composing import Gift, Logo, Look, voucher_letter
from api.email.composing_orders import OrderFacts, Transfer
from api.email.letters import Envelope, Letter
from ledger.formats import Language
from ledger.ids import new_id
from ledger.money import Money
from vouchers.codes import derive, derive_key, link

BASE: Final = "https://bons.treiz.example"
KEY: Final = derive_key(b"a master secret of some 32 bytes", UUID(int=1), 2, b"salt")
CODE: Final = derive(KEY, UUID(int=7))
AT: Final = datetime(2026, 12, 18, 8, tzinfo=UTC)

LOOK: Final = Look("Treiz'Local", "CCI Aix-Marseille-Provence", "bonjour@treiz.example", f"{BASE}/treiz-local/")


def picture(width: int = 600, height: int = 200) -> bytes:
    out = BytesIO()
    Image.new("RGB", (width, height), "#AA3311").save(out, "PNG")
    return out.getvalue()


GIFT: Final = Gift(
    beneficiary="Łucja Ὀβολός",
    giver="Savonnerie A & B <b>",
    message="Merci pour cette année !\n<script>alert(1)</script>\nJoyeux Noël 🎁",
    face_value=Money.of("50"),
    left=Money.of("50"),
    last_day=date(2027, 12, 31),
    link=link(BASE, CODE),
    typed=CODE.typed,
    logo=Logo(picture(), 600, 200),
)
ORDER: Final = OrderFacts(
    "TREIZ-C-2026-00042", "Noël <2026>", "Savonnerie A & B <b>", 140, Money.of("7126"), f"{BASE}/treiz-local/orders/1"
)
TRANSFER: Final = Transfer(
    "CCI Aix-Marseille-Provence", "FR7630006000011234567890189", "AGRIFRPP", "RF18539007547034", Money.of("7126"),
    date(2027, 1, 15),
)  # fmt: skip


def envelope(
    to: str = "marie@example.org", *, language: Language = "fr", sender: str = "bons@treiz.example"
) -> Envelope:
    return Envelope(new_id(), to, sender, AT, language)


def a_letter(to: str = "marie@example.org", **gift: Any) -> Letter:
    """A voucher letter."""
    return voucher_letter(envelope(to), LOOK, replace(GIFT, **gift))
