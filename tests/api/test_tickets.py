"""Tickets: signed for one device, fresh for half an hour, good under each secret that the installation still has."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from api.auth import tickets
from api.auth.tickets import LASTS, TicketUnknown

AT = datetime(2026, 10, 5, 8, 30, tzinfo=UTC)
OLD, NEW = b"a master secret of some 32 bytes", b"another master of some 32 bytes!"
DEVICE, OTHER, CODE = UUID(int=1), UUID(int=2), UUID(int=3 << 90)


def test_a_ticket_stands_for_its_code_as_long_as_it_is_fresh() -> None:
    ticket = tickets.make([NEW], DEVICE, CODE, at=AT)
    assert tickets.read([NEW, OLD], DEVICE, ticket, at=AT).code == CODE
    assert tickets.read([NEW], DEVICE, ticket, at=AT + LASTS - timedelta(seconds=1)).fresh
    late = tickets.read([NEW], DEVICE, ticket, at=AT + LASTS)
    assert (late.code, late.fresh) == (CODE, False)


def test_a_ticket_made_under_an_older_secret_is_still_read() -> None:
    assert tickets.read([NEW, OLD], DEVICE, tickets.make([OLD], DEVICE, CODE, at=AT), at=AT).code == CODE


def test_each_presentation_has_a_ticket_of_its_own() -> None:
    assert tickets.make([NEW], DEVICE, CODE, at=AT) != tickets.make([NEW], DEVICE, CODE, at=AT)


def test_a_ticket_of_another_device_or_changed_in_any_place_is_unknown() -> None:
    ticket = tickets.make([NEW], DEVICE, CODE, at=AT)
    wrong = [
        ticket[:place] + ("A" if ticket[place] != "A" else "B") + ticket[place + 1 :] for place in range(len(ticket))
    ]
    for device, one in ((OTHER, ticket), (DEVICE, ""), (DEVICE, ticket[:-1]), (DEVICE, ticket + "A"),
                        *((DEVICE, one) for one in wrong)):  # fmt: skip
        with pytest.raises(TicketUnknown):
            tickets.read([NEW], device, one, at=AT)
    with pytest.raises(TicketUnknown):
        tickets.read([OLD], DEVICE, ticket, at=AT)


def test_each_attempt_has_a_key_of_its_own_that_fits_its_column() -> None:
    presented = tickets.read([NEW], DEVICE, tickets.make([NEW], DEVICE, CODE, at=AT), at=AT)
    assert presented.key(0) != presented.key(1)
    assert len(presented.key(19)) <= 200
