"""Numbers that identify a business or its bank account, checked by python-stdnum and schwifty.

Each function takes what a person typed (spaces of any width, dots and hyphens allowed) and returns the compact form.
"""

from __future__ import annotations

from typing import Final

import schwifty
import stdnum.exceptions
import stdnum.fr.siren
import stdnum.fr.siret
import stdnum.fr.tva
from schwifty.exceptions import InvalidBBANChecksum, InvalidChecksumDigits, SchwiftyException

from merchants.errors import BicInvalid, IbanInvalid, IbanOutsideSepa, SirenInvalid, SiretInvalid, VatNumberInvalid
from merchants.shops.spelling import packed, shown

_IBAN_LONGEST: Final = 34
_IBAN_SHORTEST: Final = 15
_NO_SIREN: Final = "000000000"

# Source: EPC409-09, list of SEPA scheme countries. The last five joined in 2025 and 2026, after schwifty's table;
# the Pacific territories and TAAF, which that table counts in, are outside (their transfers are "SEPA COM Pacifique").
_JOINED_SEPA: Final = frozenset({"AL", "MD", "ME", "MK", "RS"})
_NOT_IN_SEPA: Final = frozenset({"NC", "PF", "TF", "WF"})

# Countries whose account numbers carry a key that schwifty has no algorithm for (it warns at each).
_KEY_UNCHECKED: Final = frozenset({"AL", "AX", "BL", "GF", "GP", "HU", "MF", "MQ", "PM", "RE", "SE"})


def siret(text: str) -> str:
    """The 14 digits of an establishment.

    La Poste's (SIREN 356000000) have a digit sum that is a multiple of 5 instead of Luhn's check, save its head office.
    Source: INSEE, Sirene documentation; python-stdnum 2.2 does both, but takes zeros alone for a number.

    :raises SiretInvalid:
    """
    try:
        number: str = stdnum.fr.siret.validate(packed(text, longest=14))
    except stdnum.exceptions.ValidationError:
        raise SiretInvalid(typed=shown(text)) from None
    if number.startswith(_NO_SIREN):
        raise SiretInvalid(typed=shown(text))
    return number


def siren(text: str) -> str:
    """The 9 digits of a business.

    :raises SirenInvalid:
    """
    try:
        number: str = stdnum.fr.siren.validate(packed(text, longest=9))
    except stdnum.exceptions.ValidationError:
        raise SirenInvalid(typed=shown(text)) from None
    if number == _NO_SIREN:
        raise SirenInvalid(typed=shown(text))
    return number


def vat_number(text: str) -> str:
    """The French VAT number, with its `FR` (which may be left out when typing). Monaco's are French ones.

    :raises VatNumberInvalid:
    """
    try:
        number: str = stdnum.fr.tva.validate(packed(text, longest=13))
    except (stdnum.exceptions.ValidationError, ValueError):
        raise VatNumberInvalid(typed=shown(text)) from None
    if number.endswith(_NO_SIREN):
        raise VatNumberInvalid(typed=shown(text))
    return f"FR{number}"


def vat_number_of(siren: str) -> str:
    """The VAT number of a French business, which follows from its SIREN (CGI ann. III art. 41 bis)."""
    return f"FR{stdnum.fr.siren.to_tva(siren)}"


def iban(text: str) -> str:
    """An account that a SEPA transfer can reach: length, check digits, and the national key where there is one.

    Germany's per-bank digits are left alone: they go stale, and a right account refused is a shop unpaid.

    :raises IbanInvalid, IbanOutsideSepa:
    """
    compact, masked = packed(text, longest=_IBAN_LONGEST), masked_iban(text)
    try:
        account = schwifty.IBAN(compact)
        country = account.country_code
        if country in _NOT_IN_SEPA or not (account.in_sepa_zone or country in _JOINED_SEPA):
            raise IbanOutsideSepa(masked=masked, country=country)
        if account.national_checksum_digits and country not in _KEY_UNCHECKED:
            account.validate(validate_bban=True)
    except InvalidBBANChecksum:
        raise IbanInvalid(masked=masked, reason="national-key") from None
    except InvalidChecksumDigits:
        raise IbanInvalid(masked=masked, reason="checksum") from None
    except SchwiftyException:
        raise IbanInvalid(masked=masked, reason="form") from None
    return str(account)


def bic(text: str) -> str:
    """The 8 or 11 characters that name a bank.

    :raises BicInvalid:
    """
    try:
        return str(schwifty.BIC(packed(text, longest=11)))
    except SchwiftyException:
        raise BicInvalid(typed=shown(text)) from None


def masked_iban(text: str) -> str:
    """`FR76 •••• •••• 0189`: enough to recognise an account, not to use it. Bullets alone for what is no IBAN."""
    compact = packed(text, longest=_IBAN_LONGEST)
    if len(compact) < _IBAN_SHORTEST:
        return "•••• ••••"
    return f"{compact[:4]} •••• •••• {compact[-4:]}"
