"""E-mail addresses: the one form in which an address is kept, compared and written to.

Kept in ASCII, an international domain in its ``xn--`` form (RFC 5891), so that every mail server can carry it; people
see the domain's own letters (`shown_address`). Letters outside ASCII before the @ are refused by name: they need
SMTPUTF8 (RFC 6531) on every server of the way, many lack it, and the voucher would come back on the day it is due.
No name server is asked: what is typed must not depend on the network.
"""

from __future__ import annotations

import unicodedata
from typing import Final, Literal

from email_validator import EmailNotValidError, ValidatedEmail, validate_email

from ledger.errors import Refusal
from merchants.shops.spelling import shown

Reason = Literal[
    "empty", "control-characters", "several", "no-at", "too-long", "needs-smtputf8", "domain", "local-part"
]

LONGEST: Final = 254
"""Characters of a whole address (RFC 5321, 4.5.3.1.3: a path of 256 with its angle brackets)."""

_INVISIBLE: Final = "\u200b\u2060\ufeff\u00ad"  # which come along when an address is copied from a page
_LOCAL_LONGEST: Final = 64
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


class AddressInvalid(Refusal):
    """Not an e-mail address that can be written to. `typed` is shortened and printable; `reason` is what is wrong."""

    def __init__(self, *, typed: str, reason: Reason) -> None:
        self.typed, self.reason = typed, reason
        super().__init__(f"{typed!r} is not an e-mail address ({reason}).")


def canonical(typed: str) -> str:
    """The form in which `typed` is kept: composed, without spaces around it, the domain in lower-case ASCII.

    The part before the @ keeps its case, which belongs to the server it names; compare by `matching`.

    :raises AddressInvalid:
    """
    text = typed.strip().strip(_INVISIBLE).strip()
    reason = _wrong_at_sight(text)
    if reason is None:
        try:
            found = _validated(text)
        except EmailNotValidError:
            reason = "local-part" if _domain_holds(text) else "domain"
        else:
            address = found.ascii_email
            if address is not None and len(address) <= LONGEST:
                return address
            reason = "too-long"
    raise AddressInvalid(typed=shown(typed), reason=reason)


def matching(address: str) -> str:
    """What two spellings of one person's address have in common: no server in use tells Ann from ann."""
    return address.casefold()


def shown_address(address: str) -> str:
    """A canonical address as people read it: an international domain in its own letters."""
    if "xn--" not in address:
        return address
    try:
        return _validated(address).normalized
    except EmailNotValidError:
        return address


def _validated(text: str) -> ValidatedEmail:
    return validate_email(text, check_deliverability=False, allow_smtputf8=False)


def _wrong_at_sight(text: str) -> Reason | None:
    """What is wrong before the grammar of addresses is asked; a line break would begin a header of its own."""
    local, at, domain = text.rpartition("@")
    wrong: dict[Reason, bool] = {
        "empty": not text,
        "control-characters": any(unicodedata.category(letter) in _UNSEEN for letter in text),
        "no-at": not at,
        "several": "@" in local or any(letter in ",; \u00a0" for letter in text),
        "too-long": len(text) > LONGEST or len(local) > _LOCAL_LONGEST,
        "needs-smtputf8": not local.isascii(),
        "domain": not domain,
    }
    return next((reason for reason, holds in wrong.items() if holds), None)


def _domain_holds(text: str) -> bool:
    try:
        _validated(f"a@{text.rpartition('@')[2]}")
    except EmailNotValidError:
        return False
    return True
