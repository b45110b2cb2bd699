"""Figures told: panels with their words and drawings, in the language of whoever looks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from babel.dates import format_date

from api.pages.catalogues import Sentences, marked, sentences
from api.pages.desk.figures_seen import Seen, Whole
from api.pages.street.words import TRADES, eased
from ledger.days import day_of
from ledger.formats import Language, shown_day, shown_money
from ledger.money import total
from merchants.charts.lettering import said as said_number
from merchants.charts.shapes import Moments, Speech
from vouchers.figures.panels import Cell, Panel, Report, Said, compared, levels, listed, over_time
from vouchers.figures.spending import Spending
from vouchers.figures.weeks import Week

_LOCALES: Final[Mapping[Language, str]] = {"fr": "fr_FR", "en": "en_GB"}
_WHOLE_WEEK: Final = marked("%(first)s to %(last)s")
NEVER: Final = marked("never")


def report(seen: Seen, language: Language) -> Report:
    """All that is told of a period."""
    words = sentences(language)
    period = seen.asked.period
    days = {"first": shown_day(period.first_day, language), "last": shown_day(period.last_day, language)}
    return Report(
        words.gettext("Figures"), words.gettext(_WHOLE_WEEK) % days, _key(seen, words, language),
        _panels(seen, words, language),
    )  # fmt: skip


def _panels(seen: Seen, words: Sentences, language: Language) -> list[Panel]:
    speech = Speech(language, words.gettext("Nothing in this period"))
    moments = _moments(seen.weeks, words, language)
    panels = [*_flows(seen.whole, moments, words, speech)] if seen.whole else [_spent(seen, moments, words, speech)]
    panels += _rankings(seen, words, speech)
    if seen.whole:
        panels += [*_leverage(seen.whole, words, speech), _delays(seen.whole, words)]
    return [*panels, _quiet(seen, words, language)]


def _moments(weeks: Sequence[Week], words: Sentences, language: Language) -> Moments:
    def whole(week: Week) -> str:
        first, last = shown_day(week.first_day, language), shown_day(week.last_day, language)
        return words.gettext(_WHOLE_WEEK) % {"first": first, "last": last} if first != last else first

    short = tuple(format_date(one.first_day, "d MMM", locale=_LOCALES[language]) for one in weeks)
    return Moments(short, tuple(map(whole, weeks)))


def _key(seen: Seen, words: Sentences, language: Language) -> list[tuple[str, str]]:
    """The figures that stand above all others."""
    spent = total(list(seen.spent))
    of = {"used": said_number(seen.used, "count", language), "all": said_number(seen.shops, "count", language)}
    key = [
        (words.gettext("Spent in shops"), shown_money(spent, language)),
        (words.gettext("Purchases"), said_number(seen.purchases, "count", language)),
        (words.gettext("Shops that took something"), words.gettext("%(used)s of %(all)s") % of),
    ]
    return key if seen.whole is None else [*key, *_key_of_all(seen.whole, words, language)]


def _key_of_all(whole: Whole, words: Sentences, language: Language) -> list[tuple[str, str]]:
    flow = whole.flows
    key = [
        (words.gettext("Sold"), shown_money(total(list(flow.sold)), language)),
        (words.gettext("Added by funders"), shown_money(total(list(flow.added)), language)),
        (words.gettext("In circulation"), shown_money(flow.held[-1], language)),
    ]
    if whole.first_spent:
        half = words.ngettext("%(num)s day", "%(num)s days", whole.first_spent.half) % {"num": whole.first_spent.half}
        key.append((words.gettext("Half are first used within"), half))
    if whole.leverage:
        key.append((words.gettext("Spent per euro added"), shown_money(whole.leverage[-1].each, language)))
    return key


def _flows(whole: Whole, moments: Moments, words: Sentences, speech: Speech) -> list[Panel]:
    flow = whole.flows
    week = words.gettext("Week")
    sold = Said(
        "weeks", words.gettext("Sold and spent, week by week"),
        words.gettext("Face values of the vouchers that were issued, and what was spent with vouchers in shops."),
        (week, words.gettext("Sold"), words.gettext("Spent"), words.gettext("Added by funders"),
         words.gettext("Ended unspent")),
        words.gettext("What was taken back or returned counts in the week in which it went back. Ended unspent is what "
                      "expired, was refunded to buyers or was lost in a dispute."),
    )  # fmt: skip
    held = Said(
        "circulation", words.gettext("In circulation"),
        words.gettext("What all vouchers together held at the end of each week."),
        (week, words.gettext("In circulation")),
    )  # fmt: skip
    values = (flow.sold, flow.spent, flow.added, flow.ended)
    return [over_time(sold, moments, values, (0, 1), speech), levels(held, moments, flow.held, speech)]


def _spent(seen: Seen, moments: Moments, words: Sentences, speech: Speech) -> Panel:
    said = Said(
        "weeks", words.gettext("Spent, week by week"),
        words.gettext("What was spent with vouchers in the shops that you chose."),
        (words.gettext("Week"), words.gettext("Spent")),
        words.gettext("What was taken back or returned counts in the week in which it went back."),
    )  # fmt: skip
    return over_time(said, moments, (seen.spent,), (0,), speech)


def _rankings(seen: Seen, words: Sentences, speech: Speech) -> list[Panel]:
    spent = (words.gettext("Spent"), words.gettext("Purchases"))
    trades = [(words.gettext(TRADES[slug]), one) for slug, one in seen.trades]
    return [
        compared(
            Said("trades", words.gettext("By trade"), words.gettext("What was spent, by the trade of the shops."),
                 (words.gettext("Trade"), *spent)),
            _rows(trades), speech,
        ),
        compared(
            Said("communes", words.gettext("By commune"), words.gettext("What was spent, by where the shops are."),
                 (words.gettext("Commune"), *spent)),
            _rows(seen.communes), speech,
        ),
        compared(
            Said("campaigns", words.gettext("By campaign"),
                 words.gettext("What was spent on the days of each campaign in the shops that took part."),
                 (words.gettext("Campaign"), *spent),
                 words.gettext("Campaigns may overlap: a purchase may count in several, or in none.")),
            _rows(seen.campaigns), speech,
        ),
    ]  # fmt: skip


def _rows(ranked: Sequence[tuple[str, Spending]]) -> list[tuple[Cell, ...]]:
    return [(name, one.amount, one.purchases) for name, one in ranked]


def _delays(whole: Whole, words: Sentences) -> Panel:
    said = Said(
        "delays", words.gettext("From issue to spending"),
        words.gettext("Days from being issued, of a quarter, half and three quarters of the vouchers."),
        (words.gettext("Time until"), words.gettext("Vouchers"), words.gettext("A quarter (days)"),
         words.gettext("Half (days)"), words.gettext("Three quarters (days)")),
        words.gettext("Of vouchers that were first spent, or emptied, in this period. Those that still wait are not "
                      "in it."),
    )  # fmt: skip
    waits = ((words.gettext("First spent"), whole.first_spent), (words.gettext("Last cent"), whole.last_cent))
    return listed(said, [(name, w.vouchers, w.quarter, w.half, w.most) for name, w in waits if w])


def _leverage(whole: Whole, words: Sentences, speech: Speech) -> list[Panel]:
    """What top-ups brought; not a word where nobody added anything."""
    if not whole.leverage:
        return []
    said = Said(
        "top-ups", words.gettext("What each euro added brought"),
        words.gettext("Euros spent in shops with topped-up vouchers, for each euro that a funder added."),
        (words.gettext("Funder"), words.gettext("Spent per euro added"), words.gettext("Added"),
         words.gettext("Vouchers"), words.gettext("Spent with them")),
        words.gettext("Of what was added in this period. It counts all that these vouchers have spent until now, the "
                      "buyers' own money included; it does not say what would have been spent without. A voucher that "
                      "two funders topped up counts for both, and once in all."),
    )  # fmt: skip
    rows = [
        (one.name if one.funder else words.gettext("All funders"), one.each, one.added, one.vouchers, one.spent)
        for one in whole.leverage
    ]
    return [compared(said, rows if len(rows) > 2 else rows[:1], speech)]  # noqa: PLR2004 - one funder is all of them


def _quiet(seen: Seen, words: Sentences, language: Language) -> Panel:
    said = Said(
        "quiet-shops", words.gettext("Shops that take no vouchers"),
        words.gettext("Shops of the programme that never took a voucher, or none for 30 days."),
        (words.gettext("Shop"), words.gettext("Trade"), words.gettext("Commune"), words.gettext("In since"),
         words.gettext("Last voucher"), words.gettext("E-mail")),
    )  # fmt: skip
    rows = [
        (eased(one.shop.name), one.shop.trade, one.shop.commune, shown_day(day_of(one.shop.status_at), language),
         shown_day(day_of(one.last), language) if one.last else words.gettext(NEVER), one.shop.email or "")
        for one in seen.quiet
    ]  # fmt: skip
    return listed(said, rows)
