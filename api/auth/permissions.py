"""Who may do what: one table, by role. A key may be made narrower than its role, never wider."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Literal

from ledger.errors import Refusal

Role = Literal["operator", "buyer", "shop", "till"]


class Permission(StrEnum):
    """Something a key may do, as its scope is written."""

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
    HOLDS_READ = "holds:read"
    HOLDS_WRITE = "holds:write"
    SETTLEMENTS_READ = "settlements:read"
    SETTLEMENTS_WRITE = "settlements:write"
    LEDGER_READ = "ledger:read"


P = Permission

ALLOWED: Final[dict[Role, frozenset[Permission]]] = {
    "operator": frozenset(Permission),
    "buyer": frozenset(
        {P.PROGRAMME_READ, P.BUYERS_READ, P.BATCHES_READ, P.BATCHES_WRITE, P.CODES_READ, P.VOUCHERS_READ}
    ),
    "shop": frozenset(
        {
            P.PROGRAMME_READ, P.SHOPS_READ, P.TILLS_READ, P.TILLS_WRITE, P.REDEMPTIONS_READ, P.HOLDS_READ,
            P.SETTLEMENTS_READ,
        }
    ),
    "till": frozenset(
        {
            P.PROGRAMME_READ, P.SHOPS_READ, P.VOUCHERS_LOOK_UP, P.REDEMPTIONS_READ, P.REDEMPTIONS_WRITE, P.HOLDS_READ,
            P.HOLDS_WRITE,
        }
    ),
}  # fmt: skip


class ScopeRefused(Refusal):
    """A scope that does not exist, or that the key's role does not have."""

    def __init__(self, *, scope: str, role: str) -> None:
        self.scope, self.role = scope, role
        super().__init__(f"A key of role {role} cannot have the scope {scope!r}.")


def scopes_of(role: Role, asked: list[str] | None) -> list[str]:
    """The scopes of a new key: all of its role, or the narrower ones asked for.

    :raises ScopeRefused:
    """
    allowed = {permission.value for permission in ALLOWED[role]}
    for scope in asked or []:
        if scope not in allowed:
            raise ScopeRefused(scope=scope[:40], role=role)
    return sorted(set(asked)) if asked else sorted(allowed)
