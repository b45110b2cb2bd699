"""What a shop's page refuses."""

from __future__ import annotations

from uuid import UUID

from ledger.errors import Refusal


class PageFieldMalformed(Refusal):
    """A field of the page that cannot be kept; ``field`` names it."""

    def __init__(self, *, field: str, most: int) -> None:
        self.field, self.most = field, most
        super().__init__(f"{field} cannot be kept ({most} characters at most).")


class PhoneMalformed(Refusal):
    """Not a telephone number."""

    def __init__(self) -> None:
        super().__init__("This is not a telephone number.")


class WebsiteMalformed(Refusal):
    """Not the address of a site, ``https://…``."""

    def __init__(self) -> None:
        super().__init__("This is not the address of a site.")


class HoursMalformed(Refusal):
    """Opening hours that cannot be: what was typed is no hour, or ends before it begins, or overlaps."""

    def __init__(self, *, typed: str) -> None:
        self.typed = typed
        super().__init__(f"{typed!r} are no opening hours.")


class PhotosTooMany(Refusal):
    """A shop shows so many photos and no more."""

    def __init__(self, *, most: int) -> None:
        self.most = most
        super().__init__(f"A shop shows {most} photos at most.")


class PhotoUnknown(Refusal):
    """No such photo."""

    def __init__(self, *, photo: UUID) -> None:
        self.photo = photo
        super().__init__(f"There is no photo {photo}.")


class ClosuresTooMany(Refusal):
    """A shop says so many closures and no more."""

    def __init__(self, *, most: int) -> None:
        self.most = most
        super().__init__(f"A shop says {most} closures at most.")
