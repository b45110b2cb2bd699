"""The form of a campaign: from what was typed to a promise, and back. What another kind needs is not looked at."""

from __future__ import annotations

from typing import Any, Final, cast, get_args
from uuid import UUID

from api.pages.catalogues import marked
from api.pages.forms import Form
from ledger.errors import Refusal
from ledger.money import ZERO, Money
from vouchers.campaigns import promises
from vouchers.campaigns.errors import (
    BudgetBelowGiven,
    CampaignDaysWrong,
    CampaignIncomplete,
    CampaignNotFunded,
)
from vouchers.campaigns.promises import MONEY_MOST, MOTIFS, PRIZES_MOST, Kind, Motif, Promise, a_draw
from vouchers.errors import FunderUnknown
from vouchers.funders import FunderView

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
A_CENT: Final = Money(1)
PERCENT: Final = 100
"""Hundredths of a percent."""

BESIDE: Final[dict[type[Refusal], str]] = {
    CampaignDaysWrong: "last_day", CampaignNotFunded: "budget", BudgetBelowGiven: "budget", FunderUnknown: "funder",
}  # fmt: skip

FIELDS: Final = {"rate_bp": "rate", "each": "each", "prizes": "prizes"}
"""What a promise calls otherwise than the form."""

NO_FUNDER: Final = marked("Choose who pays.")


def read(form: Form, funders: list[FunderView]) -> Promise | None:
    """What was typed, as a promise; faults are beside their fields, and then there is none."""
    kind = cast("Kind", form.one_of("kind", KINDS))
    words = _words(form)
    first, last = form.day("first_day"), form.day("last_day")
    money = _money(form, kind, funders)
    if not form.valid or first is None or last is None:
        return None
    return _sound(form, Promise(kind=kind, first_day=first, last_day=last, **words, **money))


def read_again(form: Form, before: Promise) -> Promise | None:
    """What may be changed of a campaign that is published: its words, its last day, the budget of a top-up."""
    words, last = _words(form), form.day("last_day")
    budget = form.money("budget", least=A_CENT, most=MONEY_MOST) if before.kind == "top_up" else before.budget
    if not form.valid or last is None or budget is None:
        return None
    kept = {name: getattr(before, name) for name in Promise.__dataclass_fields__}
    return _sound(form, Promise(**{**kept, **words, "last_day": last, "budget": budget}))


def begins(promise: Promise) -> dict[str, str]:
    """What the form begins with for a campaign that is there."""
    shown = {
        "title": promise.title, "theme": promise.theme, "story": promise.story, "motif": promise.motif,
        "kind": promise.kind, "first_day": promise.first_day.isoformat(), "last_day": promise.last_day.isoformat(),
        "funder": str(promise.funder or ""), "how": "each" if promise.kind == "top_up" and promise.each else "rate",
        "rate": _number(promise.rate_bp), "prizes": str(promise.prizes or ""),
    }  # fmt: skip
    sums = {
        "budget": promise.budget, "most_per_voucher": promise.most_per_voucher, "least_spent": promise.least_spent,
        "each": promise.each if promise.kind == "top_up" else ZERO,
        "prize": promise.each if promise.kind == "draw" else ZERO,
    }  # fmt: skip
    return {**shown, **{name: _typed(amount) for name, amount in sums.items()}}


def refuse(form: Form, refusal: Refusal) -> None:
    """Put a refusal beside its field: of what does not hold together, beside the first of its fields."""
    if isinstance(refusal, CampaignIncomplete):
        form.refuse(refusal, FIELDS.get(refusal.fields[0], refusal.fields[0]))
    else:
        form.refuse(refusal, BESIDE)


def _words(form: Form) -> dict[str, Any]:
    return {
        "title": form.text("title", most=promises.TITLE_LONGEST),
        "theme": form.text("theme", required=False, most=promises.THEME_LONGEST),
        "story": form.text("story", required=False, most=promises.STORY_LONGEST),
        "motif": cast("Motif", form.one_of("motif", MOTIFS)),
    }


def _money(form: Form, kind: Kind, funders: list[FunderView]) -> dict[str, Any]:
    if kind not in {"top_up", "draw"}:
        return {}
    if form.shown("funder") not in {str(one.id) for one in funders}:
        form.say("funder", NO_FUNDER)
        return {}
    funder = UUID(form.shown("funder"))
    least = form.money("least_spent", required=False, least=ZERO, most=MONEY_MOST) or ZERO
    if kind == "draw":
        prizes = form.number("prizes", least=1, most=PRIZES_MOST) or 0
        prize = form.money("prize", least=A_CENT, most=MONEY_MOST) or ZERO
        return {"funder": funder, "least_spent": least, **a_draw(prizes=prizes, each=prize)}
    by_rate = form.one_of("how", ("rate", "each")) == "rate"
    rate = form.number("rate", least=1, most=100) or 0 if by_rate else 0
    each = ZERO if by_rate else form.money("each", least=A_CENT, most=MONEY_MOST) or ZERO
    return {
        "funder": funder, "least_spent": least, "rate_bp": rate * PERCENT, "each": each,
        "budget": form.money("budget", least=A_CENT, most=MONEY_MOST) or ZERO,
        "most_per_voucher": form.money("most_per_voucher", least=A_CENT, most=MONEY_MOST) or ZERO,
    }  # fmt: skip


def _sound(form: Form, promise: Promise) -> Promise | None:
    try:
        promise.refuse_unless_sound()
    except (CampaignDaysWrong, CampaignIncomplete) as refusal:
        refuse(form, refusal)
        return None
    return promise


def _number(rate_bp: int) -> str:
    return str(rate_bp // PERCENT) if rate_bp else ""


def _typed(amount: Money) -> str:
    return f"{amount.cents // 100},{amount.cents % 100:02d}" if amount else ""
