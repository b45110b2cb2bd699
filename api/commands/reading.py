"""What may be typed after a command: sums, days, rates, and the options that many commands share."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Final
from uuid import UUID

import typer

from api.commands.telling import LANGUAGE
from api.errors import explain
from ledger.chart import Kind
from ledger.days import Period
from ledger.errors import AmountMalformed, PeriodMalformed
from ledger.money import Money

_RATE: Final = re.compile(r"\s*(?P<whole>[0-9]{1,3})(?:[.,](?P<part>[0-9]{1,2}))?\s*%?\s*")
_WHOLE: Final = 10_000
_ACCOUNT: Final = re.compile(r"[0-9A-Za-z]{0,20}")


def a_sum(typed: str) -> Money:
    """``12,50``, ``12.50 €``, ``1 250``."""
    try:
        return Money.of(typed)
    except AmountMalformed as refusal:
        raise typer.BadParameter(explain(refusal, LANGUAGE.get()).detail) from None


def a_month(typed: str) -> Period:
    """``2026-10``."""
    try:
        return Period.month(typed)
    except PeriodMalformed as refusal:
        raise typer.BadParameter(explain(refusal, LANGUAGE.get()).detail) from None


def a_week(typed: str) -> Period:
    """``2026-W45``."""
    try:
        return Period.week(typed)
    except PeriodMalformed as refusal:
        raise typer.BadParameter(explain(refusal, LANGUAGE.get()).detail) from None


def a_day(typed: str) -> date:
    """``2026-10-31`` or ``31/10/2026``."""
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(typed.strip(), form).date()  # noqa: DTZ007 - a day, not a moment
        except ValueError:
            continue
    raise typer.BadParameter(f"{typed!r} is not a day. Write 2026-10-31 or 31/10/2026.")


def a_rate(typed: str) -> int:
    """``2,5 %`` as basis points, 250."""
    found = _RATE.fullmatch(typed)
    points = int(found["whole"]) * 100 + int((found["part"] or "0").ljust(2, "0")) if found else _WHOLE + 1
    if points > _WHOLE:
        raise typer.BadParameter(f"{typed!r} is not a rate. Write a percentage from 0 to 100, such as 2,5.")
    return points


def an_account_number(typed: str) -> str:
    """``bank=512100``: the number of a kind of account; ``bank=`` for the usual one."""
    kind, _, number = typed.strip().partition("=")
    if kind not in set(Kind):
        raise typer.BadParameter(f"{kind[:40]!r} is no kind of account. Kinds are {', '.join(Kind)}.")
    if "=" not in typed or not _ACCOUNT.fullmatch(number):
        raise typer.BadParameter(f"{typed[:40]!r} names no account. Write digits and letters: {kind}=512100.")
    return f"{kind}={number}"


def an_id(typed: str) -> UUID:
    """An identifier."""
    try:
        return UUID(typed.strip())
    except ValueError:
        raise typer.BadParameter(
            f"{typed[:40]!r} is not an identifier such as 01a204e1-2208-74ac-9464-fced94bb01ef."
        ) from None


Slug = Annotated[
    str | None,
    typer.Option("--programme", "-p", metavar="SLUG", help="Which programme; not needed when there is just one."),
]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON, for a script.")]
Sum = Annotated[Money, typer.Argument(parser=a_sum, metavar="AMOUNT", help="In euros: 12,50 or 12.50.")]
Id = Annotated[UUID, typer.Argument(parser=an_id, metavar="ID")]
Month = Annotated[
    Period | None, typer.Option(parser=a_month, metavar="YYYY-MM", help="A whole month, such as 2026-10.")
]
Week = Annotated[
    Period | None,
    typer.Option(parser=a_week, metavar="YYYY-Wnn", help="A week of shops paid weekly, such as 2026-W45."),
]
FirstDay = Annotated[
    date | None, typer.Option("--from", parser=a_day, metavar="DAY", help="First day of another period.")
]
LastDay = Annotated[date | None, typer.Option("--to", parser=a_day, metavar="DAY", help="Its last day, included.")]
Limit = Annotated[int, typer.Option(min=1, max=100_000, help="How many at most.")]
InFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, metavar="FILE")]


def a_period(month: Period | None, first: date | None, last: date | None) -> Period:
    """The period of ``--month``, or of ``--from`` and ``--to``."""
    if month is not None and first is None and last is None:
        return month
    if month is None and first is not None and last is not None:
        return Period(first, last)
    raise typer.BadParameter("Say which period: --month 2026-10, or --from and --to together.")
