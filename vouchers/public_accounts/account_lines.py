"""The two sums of a funder's account line by line, signed so that what stands above adds up to the last one."""

from __future__ import annotations

from datetime import date, timedelta

from ledger.formats import Language, shown_day
from ledger.money import Money
from vouchers.public_accounts.account import Account
from vouchers.public_accounts.account_words import WORDS

Line = tuple[str, Money]


def held_lines(account: Account, language: Language) -> list[Line]:
    """What the funder had, what came and went, what it has."""
    words, held = WORDS[language], account.held
    opened = words["opening"].format(day=_day(account.days.first_day - timedelta(days=1), language))
    lines = [
        (opened, held.opening),
        (words["paid in"], held.paid_in),
        (words["granted"], -held.granted),
        (words["expired"], held.expired),
        (words["refunded"], held.refunded),
        (words["sent back"], -held.sent_back),
        (words["other"], held.other),
        (words["closing"].format(day=_until(account, language)), held.closing),
    ]
    return [line for line in lines if line[0] != words["other"] or line[1]]


def became_lines(account: Account, language: Language) -> list[Line]:
    """What was on vouchers, what was added, where it went, what is on vouchers still."""
    words = WORDS[language]
    return [
        (
            words["outstanding"].format(day=_day(account.days.first_day - timedelta(days=1), language)),
            account.outstanding,
        ),
        (words["granted"], account.held.granted),
        (words["spent"], -account.spent),
        (words["lapsed"], -account.lapsed),
        (words["back expired"], -account.held.expired),
        (words["back refunded"], -account.held.refunded),
        (words["left"].format(day=_until(account, language)), account.left),
    ]


def title_of(title: str, language: Language) -> str:
    """What a campaign or rule is called; what was given without one, one by one."""
    return title or WORDS[language]["alone"]


def year_of(account: Account) -> int | None:
    """The civil year that it is of, if it is of a whole one."""
    first, last = account.days.first_day, account.days.last_day
    whole = (first.month, first.day, last.month, last.day) == (1, 1, 12, 31)
    return first.year if whole and first.year == last.year else None


def _until(account: Account, language: Language) -> str:
    return _day(min(account.days.last_day, account.drawn_on), language)


def _day(day: date, language: Language) -> str:
    return shown_day(day, language)
