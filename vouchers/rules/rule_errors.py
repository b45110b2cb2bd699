"""What rules of use refuse."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from ledger.errors import Refusal


class NotTakenHere(Refusal):
    """The voucher is limited, and not taken in this shop or on this day. ``reasons`` has all that is against it.

    ``communes`` are pairs of INSEE code and name, ``trades`` NAF codes, ``shops`` pairs of id and name: where it is
    taken. Where it was presented: ``shop_here`` is the shop's name, ``trade_here`` its NAF code; ``day`` is when.
    """

    def __init__(
        self,
        *,
        reasons: tuple[str, ...],
        rule: UUID,
        communes: tuple[tuple[str, str], ...],
        trades: tuple[str, ...],
        shops: tuple[tuple[str, str], ...],
        first_day: date | None,
        last_day: date | None,
        shop_here: str,
        trade_here: str,
        commune_here: str,
        day: date,
    ) -> None:
        self.reasons, self.rule, self.communes, self.trades, self.shops = reasons, rule, communes, trades, shops
        self.first_day, self.last_day, self.day = first_day, last_day, day
        self.shop_here, self.trade_here, self.commune_here = shop_here, trade_here, commune_here
        super().__init__(f"The voucher is limited and not taken here: {', '.join(reasons)}.")


class RuleUnknown(Refusal):
    """No such rule of use in this programme."""

    def __init__(self, *, rule: UUID) -> None:
        self.rule = rule
        super().__init__(f"There is no rule of use {rule}.")


class RuleNotOffered(Refusal):
    """The programme does not offer this rule to buyers (any more), or has changed it since it was chosen."""

    def __init__(self, *, rule: str) -> None:
        self.rule = rule
        super().__init__(f"The rule of use {rule!r} is not offered.")


class RuleWithoutConditions(Refusal):
    """It limits nothing."""

    def __init__(self) -> None:
        super().__init__("A rule of use names communes, trades, shops or days.")


class RuleNameWrong(Refusal):
    """A rule has a name of one line, and not a longer one than fits."""

    def __init__(self, *, length: int, most: int) -> None:
        self.length, self.most = length, most
        super().__init__(f"A rule's name has 1 to {most} characters; this has {length}.")


class RuleTooLong(Refusal):
    """More communes, trades or shops than a rule names."""

    def __init__(self, *, found: int, most: int) -> None:
        self.found, self.most = found, most
        super().__init__(f"A rule of use names {most} of each at most; these are {found}.")


class RuleDaysWrong(Refusal):
    """Its last day comes before its first one, or is over."""

    def __init__(self, *, first_day: date | None, last_day: date) -> None:
        self.first_day, self.last_day = first_day, last_day
        super().__init__(f"A rule of use cannot end on {last_day}.")


class RuleShopsUnknown(Refusal):
    """It names a shop, a commune or a trade that this programme does not have."""

    def __init__(self, *, typed: str) -> None:
        self.typed = typed
        super().__init__(f"This programme has no {typed}.")


class RuleReachesNobody(Refusal):
    """No shop that takes vouchers answers to all of it: such a voucher could be spent nowhere."""

    def __init__(self) -> None:
        super().__init__("No shop that takes vouchers answers to this rule.")


class RuleOutsideValidity(Refusal):
    """The rule ends after the vouchers, or before they are valid, or begins when they have expired."""

    def __init__(self, *, valid_from: date, valid_until: date) -> None:
        self.valid_from, self.valid_until = valid_from, valid_until
        super().__init__(f"The rule's days do not fit a validity from {valid_from} through {valid_until}.")
