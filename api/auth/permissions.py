"""Who may do what: one table, by role, for keys and for people.

A key may be made narrower than its role, never wider; a person may do what any of its offices may. A buyer, a shop
and a till do so for themselves only: whoever asks names whom it is about (`Visitor.may`).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Literal

from ledger.errors import Refusal

KeyRole = Literal["operator", "buyer", "shop", "till"]
"""What a key can be."""

Role = Literal["operator", "accountant", "manager", "buyer", "shop", "till"]
"""What a person can be; ``manager`` is who looks after the town centre: it recruits shops and sees where money goes."""

EVERYWHERE: Final[frozenset[Role]] = frozenset({"operator", "accountant", "manager"})
"""Roles that are held in the programme as a whole; the others are held for one buyer, shop or till."""


class Permission(StrEnum):
    """Something a key or a person may do, as its scope is written.

    ``orders:pay`` is to record money that came, ``orders:credit`` to issue before it came, ``company:write`` to mend a
    buyer's own particulars and choose its colleagues (``buyers:write`` is to register buyers and funders),
    ``figures:read`` to see totals by shop, street and month, in which nobody is named, ``shopfront:write`` to say what
    a shop shows of itself, ``bank:write`` where it is paid, ``recruiting:write`` to invite shops and let them in,
    ``campaigns:write`` to plan campaigns and give a funder's money by them. ``redemptions:write`` is to redeem and to
    undo, ``redemptions:return`` to give money back for goods that came back, ``holds:write`` to hold, capture and void,
    ``checkouts:write`` to send holders to the page on which they enter their code, ``online:write`` to say how a shop
    sells online: its keys, where holders return to, where its messages go. ``payouts:propose`` is to put settlements
    into a run or withdraw it, ``payouts:approve`` to have the bank's file made of it: a person may be allowed both, and
    never does both to one run. ``accounts:close`` is to close months for accounts; transfers are written by what
    happens, not by anybody.
    """

    PROGRAMME_READ = "programme:read"
    PROGRAMME_WRITE = "programme:write"
    KEYS_WRITE = "keys:write"
    SHOPS_READ = "shops:read"
    SHOPS_WRITE = "shops:write"
    TILLS_READ = "tills:read"
    TILLS_WRITE = "tills:write"
    BUYERS_READ = "buyers:read"
    BUYERS_WRITE = "buyers:write"
    PAYMENTS_WRITE = "payments:write"
    BATCHES_READ = "batches:read"
    BATCHES_WRITE = "batches:write"
    CODES_READ = "codes:read"
    VOUCHERS_READ = "vouchers:read"
    VOUCHERS_WRITE = "vouchers:write"
    VOUCHERS_LOOK_UP = "vouchers:look-up"
    REDEMPTIONS_READ = "redemptions:read"
    REDEMPTIONS_WRITE = "redemptions:write"
    REDEMPTIONS_RETURN = "redemptions:return"
    HOLDS_READ = "holds:read"
    HOLDS_WRITE = "holds:write"
    CHECKOUTS_READ = "checkouts:read"
    CHECKOUTS_WRITE = "checkouts:write"
    ONLINE_WRITE = "online:write"
    SETTLEMENTS_READ = "settlements:read"
    SETTLEMENTS_WRITE = "settlements:write"
    PAYOUTS_READ = "payouts:read"
    PAYOUTS_PROPOSE = "payouts:propose"
    PAYOUTS_APPROVE = "payouts:approve"
    LEDGER_READ = "ledger:read"
    ACCOUNTS_CLOSE = "accounts:close"
    ORDERS_READ = "orders:read"
    ORDERS_WRITE = "orders:write"
    ORDERS_PAY = "orders:pay"
    ORDERS_CREDIT = "orders:credit"
    REFUNDS_WRITE = "refunds:write"
    DOCUMENTS_READ = "documents:read"
    COMPANY_WRITE = "company:write"
    PEOPLE_WRITE = "people:write"
    FIGURES_READ = "figures:read"
    SHOPFRONT_WRITE = "shopfront:write"
    BANK_WRITE = "bank:write"
    RECRUITING_WRITE = "recruiting:write"
    CAMPAIGNS_WRITE = "campaigns:write"


P = Permission

ALLOWED: Final[dict[Role, frozenset[Permission]]] = {
    "operator": frozenset(Permission),
    # Whoever sees that money came says so; who gives money or credit away is somebody else: the operator. Shops are
    # paid by two people, whichever they are.
    "accountant": frozenset(
        {
            P.PROGRAMME_READ, P.SHOPS_READ, P.BUYERS_READ, P.BATCHES_READ, P.VOUCHERS_READ, P.REDEMPTIONS_READ,
            P.SETTLEMENTS_READ, P.LEDGER_READ, P.ACCOUNTS_CLOSE, P.ORDERS_READ, P.ORDERS_PAY, P.DOCUMENTS_READ,
            P.FIGURES_READ, P.PAYOUTS_READ, P.PAYOUTS_PROPOSE, P.PAYOUTS_APPROVE,
        }
    ),
    # The totals, the shops that come in, and campaigns within the budget that a funder has paid in: no voucher, no
    # order, no bank account.
    "manager": frozenset(
        {P.PROGRAMME_READ, P.SHOPS_READ, P.FIGURES_READ, P.RECRUITING_WRITE, P.CAMPAIGNS_WRITE}
    ),
    "buyer": frozenset(
        {
            P.PROGRAMME_READ, P.BUYERS_READ, P.BATCHES_READ, P.BATCHES_WRITE, P.CODES_READ, P.VOUCHERS_READ,
            P.ORDERS_READ, P.ORDERS_WRITE, P.DOCUMENTS_READ, P.COMPANY_WRITE,
        }
    ),
    "shop": frozenset(
        {
            P.PROGRAMME_READ, P.SHOPS_READ, P.TILLS_READ, P.TILLS_WRITE, P.REDEMPTIONS_READ, P.REDEMPTIONS_RETURN,
            P.HOLDS_READ, P.CHECKOUTS_READ, P.ONLINE_WRITE, P.SETTLEMENTS_READ, P.SHOPFRONT_WRITE, P.BANK_WRITE,
        }
    ),
    "till": frozenset(
        {
            P.PROGRAMME_READ, P.SHOPS_READ, P.VOUCHERS_LOOK_UP, P.REDEMPTIONS_READ, P.REDEMPTIONS_WRITE,
            P.REDEMPTIONS_RETURN, P.HOLDS_READ, P.HOLDS_WRITE, P.CHECKOUTS_READ, P.CHECKOUTS_WRITE,
        }
    ),
}  # fmt: skip


class ScopeRefused(Refusal):
    """A scope that does not exist, or that the key's role does not have."""

    def __init__(self, *, scope: str, role: str) -> None:
        self.scope, self.role = scope, role
        super().__init__(f"A key of role {role} cannot have the scope {scope!r}.")


GUEST_MAY: Final[frozenset[Permission]] = ALLOWED["buyer"] - {P.COMPANY_WRITE}
"""What a private person may do who ordered without an account: it has no colleagues."""


def scopes_of(role: KeyRole, asked: list[str] | None) -> list[str]:
    """The scopes of a new key: all of its role, or the narrower ones asked for.

    :raises ScopeRefused:
    """
    allowed = {permission.value for permission in ALLOWED[role]}
    for scope in asked or []:
        if scope not in allowed:
            raise ScopeRefused(scope=scope[:40], role=role)
    return sorted(set(asked)) if asked else sorted(allowed)
