"""What merchants refuse: wrong identifiers, places and trades; files and shops that cannot be taken in.

No message holds a full IBAN, and every `typed` is already shortened and free of unprintable characters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ledger.errors import Refusal

IbanReason = Literal["form", "checksum", "national-key"]
Unreadable = Literal["empty", "old-excel", "broken-workbook", "broken-line", "not-text"]
TooLarge = Literal["bytes", "lines", "unpacked"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with one field of a shop; `code` has its sentence in `merchants.shops.reasons`."""

    field: str
    code: str
    value: str = ""
    expected: str = ""


class SiretInvalid(Refusal):
    """Not a SIRET: 14 digits whose check digit agrees."""

    def __init__(self, *, typed: str) -> None:
        self.typed = typed
        super().__init__(f"{typed!r} is not a SIRET.")


class SirenInvalid(Refusal):
    """Not a SIREN: 9 digits whose check digit agrees."""

    def __init__(self, *, typed: str) -> None:
        self.typed = typed
        super().__init__(f"{typed!r} is not a SIREN.")


class VatNumberInvalid(Refusal):
    """Not a French VAT number: FR, a key of two, a SIREN."""

    def __init__(self, *, typed: str) -> None:
        self.typed = typed
        super().__init__(f"{typed!r} is not a French VAT number.")


class IbanInvalid(Refusal):
    """Not an IBAN: `reason` tells a wrong form from wrong check digits or a wrong national key (RIB)."""

    def __init__(self, *, masked: str, reason: IbanReason) -> None:
        self.masked, self.reason = masked, reason
        super().__init__(f"{masked} is not an IBAN ({reason}).")


class IbanOutsideSepa(Refusal):
    """A country that SEPA transfers do not reach."""

    def __init__(self, *, masked: str, country: str) -> None:
        self.masked, self.country = masked, country
        super().__init__(f"{masked} is in {country}, which SEPA transfers do not reach.")


class BicInvalid(Refusal):
    """Not a BIC: 8 or 11 characters, with a country in places 5 and 6."""

    def __init__(self, *, typed: str) -> None:
        self.typed = typed
        super().__init__(f"{typed!r} is not a BIC.")


class PostcodeMalformed(Refusal):
    """Not the five digits of a French postcode."""

    def __init__(self, *, typed: str) -> None:
        self.typed = typed
        super().__init__(f"{typed!r} is not a postcode.")


class PostcodeUnknown(Refusal):
    """In a département we know commune by commune, but no commune has it and the address does not say CEDEX."""

    def __init__(self, *, postcode: str) -> None:
        self.postcode = postcode
        super().__init__(f"No commune has the postcode {postcode}.")


class CommuneNotAtPostcode(Refusal):
    """The postcode serves other communes: those in `served` (none when it is in another département)."""

    def __init__(self, *, postcode: str, commune: str, served: tuple[str, ...]) -> None:
        self.postcode, self.commune, self.served = postcode, commune, served
        super().__init__(f"{postcode} does not serve {commune!r}.")


class CommuneCodeUnknown(Refusal):
    """Not the INSEE code of a commune."""

    def __init__(self, *, typed: str) -> None:
        self.typed = typed
        super().__init__(f"{typed!r} is not the INSEE code of a commune.")


class NafUnknown(Refusal):
    """Not a sub-class of the French nomenclature of activities (NAF rev. 2)."""

    def __init__(self, *, typed: str) -> None:
        self.typed = typed
        super().__init__(f"{typed!r} is not a NAF code.")


class ColumnsMissing(Refusal):
    """The header names no column for a field that every shop needs."""

    def __init__(self, *, missing: tuple[str, ...], found: tuple[str, ...]) -> None:
        self.missing, self.found = missing, found
        super().__init__(f"Missing columns: {', '.join(missing)}.")


class FileUnreadable(Refusal):
    """Neither a CSV nor an XLSX that can be read; `line` is where reading stopped, when that is known."""

    def __init__(self, *, reason: Unreadable, line: int | None = None) -> None:
        self.reason, self.line = reason, line
        super().__init__(f"The file cannot be read ({reason}{'' if line is None else f', line {line}'}).")


class FileTooLarge(Refusal):
    """More bytes, more lines, or more unpacked bytes than one import takes; `limit` in that unit."""

    def __init__(self, *, unit: TooLarge, limit: int) -> None:
        self.unit, self.limit = unit, limit
        super().__init__(f"The file holds more than {limit} {unit}.")


class ShopFieldsInvalid(Refusal):
    """A shop cannot be registered as described; every fault is listed."""

    def __init__(self, *, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        super().__init__(f"The shop has faults: {', '.join(f'{one.field} {one.code}' for one in faults)}.")
