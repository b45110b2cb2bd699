"""E-mail addresses: one form for each, none that a mail server cannot carry, none that begins a header of its own."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.formats import LANGUAGES
from vouchers.orders.lists.addresses import LONGEST, AddressInvalid, Reason, canonical, matching, shown_address
from vouchers.orders.lists.list_words import address_code, sentence


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("anna@exemple.fr", "anna@exemple.fr"),
        ("  Anna.Martin+noel@EXEMPLE.FR \n", "Anna.Martin+noel@exemple.fr"),
        ("\ufeffanna@exemple.fr\u200b", "anna@exemple.fr"),
        ("d'arc@exemple.fr", "d'arc@exemple.fr"),
        ("anna@boulangerie-pâtisserie.fr", "anna@xn--boulangerie-ptisserie-80b.fr"),
        ("anna@XN--mnchen-3ya.de", "anna@xn--mnchen-3ya.de"),
        ("anna@почта.рф", "anna@xn--80a1acny.xn--p1ai"),
        ("a" * 64 + "@exemple.fr", "a" * 64 + "@exemple.fr"),
    ],
)
def test_an_address_has_one_form_in_which_every_server_carries_it(typed: str, kept: str) -> None:
    assert canonical(typed) == kept
    assert kept.isascii()
    assert canonical(kept) == kept


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "empty"),
        (" \t", "empty"),
        ("anna", "no-at"),
        ("anna@exemple.fr\r\nBcc: tous@exemple.fr", "control-characters"),
        ("anna\n@exemple.fr", "control-characters"),
        ("anna\0@exemple.fr", "control-characters"),
        ("anna\u202e@exemple.fr", "control-characters"),
        ("anna@exemple.fr\u2028Subject: x", "control-characters"),
        ("anna\ud800@exemple.fr", "control-characters"),
        ("anna@exemple.fr, bob@exemple.fr", "several"),
        ("anna@exemple.fr;bob@exemple.fr", "several"),
        ("Anna Martin <anna@exemple.fr>", "several"),
        ("anna@@exemple.fr", "several"),
        ("élodie@exemple.fr", "needs-smtputf8"),
        ("用户@exemple.fr", "needs-smtputf8"),
        ("a" * 65 + "@exemple.fr", "too-long"),
        ("a@" + ("b" * 60 + ".") * 4 + "exemple.fr", "too-long"),
        ("anna@", "domain"),
        ("anna@exemple", "domain"),
        ("anna@exemple..fr", "domain"),
        ("anna@-exemple.fr", "domain"),
        ("anna@[127.0.0.1]", "domain"),
        ("anna@localhost", "domain"),
        ("anna@boite.test", "domain"),
        ("@exemple.fr", "local-part"),
        ("anna..martin@exemple.fr", "local-part"),
        (".anna@exemple.fr", "local-part"),
        ('"anna martin"@exemple.fr', "several"),
        ('"anna"@exemple.fr', "local-part"),
        ("<anna@exemple.fr", "local-part"),
        ("anna@exemple.fr>", "domain"),
    ],
)
def test_what_cannot_be_written_to_is_refused_by_name(typed: str, reason: str) -> None:
    with pytest.raises(AddressInvalid) as refused:
        canonical(typed)
    assert refused.value.reason == reason
    assert refused.value.typed.isprintable()


def test_every_reason_has_its_sentence() -> None:
    for reason in get_args(Reason):
        assert all(sentence(address_code(reason), language, value="x") for language in LANGUAGES)


def test_people_see_the_letters_of_a_domain_and_two_spellings_match() -> None:
    kept = canonical("Anna@Pâtisserie.fr")
    assert shown_address(kept) == "Anna@pâtisserie.fr"
    assert shown_address("not an address") == "not an address"
    assert matching(kept) == matching(canonical("ANNA@pâtisserie.FR"))


@given(st.one_of(st.text(max_size=80), st.from_regex(r"[\w.+'-]{1,20}@[\w.-]{1,30}", fullmatch=True)))
def test_any_text_is_an_address_that_begins_no_header_or_a_named_refusal(typed: str) -> None:
    try:
        kept = canonical(typed)
    except AddressInvalid as refused:
        str(refused).encode()
    else:
        assert kept.isascii()
        assert kept.isprintable()
        assert not set(kept) & set(" ,;<>\r\n\0")
        assert len(kept) <= LONGEST
        assert canonical(kept) == kept
