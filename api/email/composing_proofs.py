"""Letters to those who run a programme: which proofs do not hold this morning, or that all of them hold again. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api.email.composing import LONGEST_NAME, Look, hello, letter_of, sent_by
from api.email.content import Block, Body, Button, Facts, Text
from api.email.letters import Envelope, Letter, one_line
from api.email.proof_words import PROOFS
from ledger.formats import shown_money
from ledger.money import Money


@dataclass(frozen=True, slots=True)
class Broken:
    """A proof that does not hold: its name, and its number, which is a sum or a count."""

    proof: str
    amount: Money | None
    count: int | None


def morning_letter(
    envelope: Envelope, look: Look, *, name: str, broken: Sequence[Broken], moment: str, link: str
) -> Letter:
    """What a morning came to; nothing broken means that all of it holds again. ``moment`` as people read it."""
    say, language = PROOFS.say, envelope.language
    programme = one_line(look.programme, LONGEST_NAME)
    facts = {"programme": programme, "moment": moment, "count": len(broken)}
    colour, one = "red" if broken else "green", " one" if len(broken) == 1 else ""
    text = say(language, f"{colour}{one}", **facts)
    blocks: list[Block] = [Text(hello(name, language)), Text(text)]
    if broken:
        blocks.append(Facts(tuple((say(language, each.proof), _number(each, envelope)) for each in broken)))
    hint = say(language, "red hint") if broken else ""
    blocks.append(Button(say(language, f"{colour} button"), link, hint))
    body = Body(
        programme=programme,
        title=say(language, f"{colour} title"),
        preview=text,
        blocks=tuple(blocks),
        foot=sent_by(look, language),
    )
    return letter_of(envelope, look, say(language, f"{colour} subject{one}", **facts), body)


def _number(one: Broken, envelope: Envelope) -> str:
    """A shortfall is told as what is missing, without a sign."""
    if one.amount is None:
        return str(one.count)
    amount = max(one.amount, -one.amount) if one.proof == "ring-fence" else one.amount
    return shown_money(amount, envelope.language)
