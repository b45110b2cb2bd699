"""Every refusal has its sentence in both languages, and its name stays."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
import types
import typing
from collections.abc import Iterator
from datetime import date
from string import Formatter
from typing import Any
from uuid import UUID

import pytest
from starlette.requests import Request

import api
import ledger
import merchants
import vouchers
from api.errors import PROBLEM, SAID, TYPE, explain, language_of, problem_of
from api.wording.of_doors import BROKEN, BUSY, REQUEST_MALFORMED
from api.wording.of_requests import REASONS, UNKNOWN_REASON, sentence_of
from ledger import once
from ledger.errors import Refusal
from ledger.formats import LANGUAGES, Language
from ledger.money import Money
from merchants.errors import Fault, ShopFieldsInvalid
from merchants.shops.reasons import SENTENCES
from vouchers.errors import NotEnoughLeft, VoucherExpired


def every_refusal() -> list[type[Refusal]]:
    for package in (ledger, merchants, vouchers, api):
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            importlib.import_module(module.name)
    found = {one for one in descendants(Refusal) if not one.__module__.startswith("tests.")}
    return sorted(found, key=lambda one: one.name)


def descendants(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    for child in kind.__subclasses__():
        yield child
        yield from descendants(child)


def sample(refusal: type[Refusal]) -> Refusal:
    """A refusal with facts of the types that it declares."""
    if "__init__" not in vars(refusal):
        return refusal()
    hints = typing.get_type_hints(refusal.__init__, localns={"Money": Money})
    names = list(inspect.signature(refusal.__init__).parameters)[1:]
    return refusal(**{name: a_value(hints[name]) for name in names})


def a_value(hint: Any) -> Any:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in {types.UnionType, typing.Union}:
        return a_value(arguments[0])
    if origin is typing.Literal:
        return arguments[0]
    if origin is tuple:
        return (a_value(arguments[0]), a_value(arguments[0]))
    samples = {
        str: "siret", int: 7, Money: Money.of("12,50 €"), UUID: UUID(int=7), date: date(2026, 10, 31),
        Fault: Fault("siret", "siret-invalid", "123"),
    }  # fmt: skip
    return samples[hint]


REFUSALS = every_refusal()


def test_there_is_a_sentence_for_each_refusal_and_for_nothing_else() -> None:
    assert set(SAID) == set(REFUSALS)


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda one: one.name)
def test_a_refusal_says_what_it_is_and_what_to_do_in_both_languages(refusal: type[Refusal]) -> None:
    told = {language: explain(sample(refusal), language) for language in LANGUAGES}
    for one in told.values():
        assert 400 <= one.status < 500 or one.status in {500, 503}
        assert one.title
        assert not one.title.endswith(".")
        assert one.detail.endswith((".", "!", "?"))
        assert not {"{", "}"} & set(one.title + one.detail)
    assert told["fr"].title != told["en"].title
    assert told["fr"].detail != told["en"].detail


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda one: one.name)
def test_the_sentences_use_only_facts_that_the_refusal_has(refusal: type[Refusal]) -> None:
    said, facts = SAID[refusal], set(vars(sample(refusal)))
    for sentence in (said.title_fr, said.title_en, said.detail_fr, said.detail_en):
        assert {name for _, name, _, _ in Formatter().parse(sentence) if name} <= facts


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda one: one.name)
def test_a_problem_is_plain_json_with_a_type_for_programs(refusal: type[Refusal]) -> None:
    answer = problem_of(sample(refusal), "en")
    assert answer.media_type == PROBLEM
    told = json.loads(answer.body)
    assert told["type"] == TYPE + refusal.name
    assert {"title", "detail", "status"} <= set(told)
    assert told["status"] == answer.status_code


@pytest.mark.parametrize("refusal", [one for one in REFUSALS if one is not ShopFieldsInvalid], ids=lambda one: one.name)
def test_a_refusal_that_was_kept_under_a_key_comes_back_as_it_was(refusal: type[Refusal]) -> None:
    first = sample(refusal)
    again = once.unpack_refusal(json.loads(json.dumps(once.pack_refusal(first))))
    assert type(again) is refusal
    assert vars(again) == vars(first)


def test_sums_and_days_are_shown_as_people_write_them() -> None:
    short = NotEnoughLeft(left=Money.of("7,50 €"), asked=Money.of("1 250,00 €"))
    assert "7,50\u00a0€" in explain(short, "fr").detail
    assert "€1,250.00" in explain(short, "en").detail
    over = VoucherExpired(last_day=date(2026, 10, 31))
    assert "31/10/2026" in explain(over, "fr").detail
    assert "31 October 2026" in explain(over, "en").detail


def test_reasons_about_fields_speak_both_languages_and_name_only_bounds() -> None:
    known = {"gt": 0, "ge": 1, "le": 9, "max_length": 20, "min_length": 1, "expected": "'a' or 'b'"}
    for code in REASONS:
        told = {language: sentence_of({"type": code, "ctx": known}, language) for language in LANGUAGES}
        assert told["fr"] != told["en"]
        assert all(one.endswith(".") and "{" not in one for one in told.values()), told
    assert sentence_of({"type": "no such code"}, "en") == REASONS[UNKNOWN_REASON][1]


def test_what_is_wrong_with_a_shop_is_told_in_both_languages() -> None:
    for code in SENTENCES:
        faults = (Fault("siret", code, "a value", "what was expected"),)
        told = [json.loads(problem_of(ShopFieldsInvalid(faults=faults), one).body)["errors"][0] for one in LANGUAGES]
        assert told[0]["detail"] != told[1]["detail"]
        assert {one["pointer"] for one in told} == {"/siret"}


def test_what_fails_on_our_side_is_told_in_both_languages_too() -> None:
    for said in (REQUEST_MALFORMED, BUSY, BROKEN):
        assert said.title_fr != said.title_en
        assert said.detail_fr != said.detail_en


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"), ("fr", "fr"), ("fr-CA", "fr"), ("FR-fr", "fr"), ("en", "en"), ("de", "en"), ("*", "en"),
        ("de, fr;q=0.5", "fr"), ("fr;q=0.2, en;q=0.8", "en"), ("en;q=0.2, fr;q=0.8", "fr"), ("fr, en", "fr"),
        ("en, fr", "en"), ("fr;q=0", "en"), ("fr ; q=0.1, en ; q=0.9", "en"), ("fr;q=abc", "fr"), ("fr;q=²", "fr"),
        (";;;,,,", "en"), ("fr;q=", "fr"), ("x" * 9_000, "en"), ("de," * 5_000 + "fr", "en"),
        ("fr;q=1" + "0" * 400, "fr"),
    ],
    ids=lambda text: text[:24],
)  # fmt: skip
def test_the_language_is_the_one_preferred_of_those_we_speak(header: str, language: Language) -> None:
    scope = {"type": "http", "headers": [(b"accept-language", header.encode("latin-1"))]}
    assert language_of(Request(scope)) == language


def test_the_types_of_problems_never_change() -> None:
    """A client acts upon them: one may be added here, none renamed or removed."""
    assert " ".join(one.name for one in REFUSALS) == " ".join(TYPES.split())
    assert len({one.name for one in REFUSALS}) == len(REFUSALS)


TYPES = """
account-number-unfit account-unknown address-invalid addresses-missing already-drawn already-returned already-reversed
already-undone amount-malformed amount-not-positive application-decided application-unknown archive-damaged
archive-format-unknown archive-other-revision archive-unreadable asked-lately asked-today bank-account-not-ours
bank-account-same bank-change-over bank-change-unknown bank-entry-decided bank-entry-no-money bank-entry-unknown
bank-file-broken bank-file-doctype bank-file-kind-unknown bank-file-too-large bank-file-without-statement
bank-statement-changed bank-statement-incomplete bank-statement-unknown bank-transfer-taken batch-too-large
batch-unknown beneficiary-unknown bic-invalid books-not-proved books-not-the-same budget-below-given budget-days-wrong
budget-exceeded budget-too-small budget-unknown buyer-owes buyer-unknown campaign-days-wrong campaign-incomplete
campaign-not-funded campaign-over campaign-standing campaign-unknown card-keys-wrong card-object-unknown
card-payment-refused card-payment-unavailable card-refund-too-large cards-not-offered cashier-name-malformed
cashier-removed cashier-unknown charter-outdated checkout-closed checkout-unknown closing-not-finished closing-unknown
closures-too-many code-keys-used-up code-not-recognised columns-missing commission-malformed commission-too-late
commune-code-unknown commune-not-at-postcode credit-beyond-invoice credit-not-for-people credit-spent cut-off-passed
delivery-day-past device-not-paired device-unknown document-unknown draw-too-early endpoint-address-refused
endpoint-unknown entry-unknown establishment-unknown event-stale event-unreadable execution-day-closed
execution-day-past execution-day-too-far extension-under-way face-value-out-of-bounds figures-changed file-too-large
file-unreadable foreign-origin funder-unknown funds-exhausted funds-reserved gauge-limits-malformed hold-closed
hold-exceeded hold-too-long hold-unknown holder-link-spent hours-malformed iban-invalid iban-outside-sepa
invitation-ended invitation-open invitation-unknown joining-link-spent key-reused key-unknown last-day-too-early
last-operator letters-enough lines-unmended link-spent list-columns-missing list-too-long list-unreadable
mailing-unknown message-on-its-way minimum-too-high money-moved month-not-closed month-not-over month-out-of-turn
naf-unknown name-not-sendable no-budget no-invoice no-usable-code-key not-enough-credit not-enough-left not-paid
not-permitted not-signed-in not-taken-here nothing-issued nothing-owed nothing-to-close nothing-to-pay
nothing-to-print notice-unknown occasion-unknown office-missing office-subject-wrong office-unknown old-password-wrong
order-changed order-empty order-too-large order-unknown overdrawn page-field-malformed paid-in-rhythm pairing-spent
papers-disagree partly-returned passphrase-too-short passphrase-wrong password-guessable password-too-long
password-too-short payment-under-way payment-unknown payout-amount-differs payout-amount-out-of-bounds
payout-file-missing payout-line-wrong-way payout-not-came-back payout-reference-refused payout-run-decided
payout-run-unknown payout-stands-otherwise payout-unknown payouts-outdated period-malformed period-not-over
person-disabled person-email-taken person-name-malformed person-unknown phone-malformed photo-too-large photo-unknown
photo-unreadable photos-too-many picture-kind-refused picture-too-large picture-unknown picture-unreadable
pin-malformed pin-wrong postcode-malformed postcode-unknown printing-not-ready printing-unknown
programme-account-missing programme-exists programme-unknown quantity-not-positive reason-missing redemption-unknown
reference-invalid refund-settled refund-too-large refund-unknown reminder-too-soon return-address-missing
return-address-refused return-address-unknown return-exceeded return-too-late rule-days-wrong rule-ended
rule-name-wrong rule-not-offered rule-outside-validity rule-reaches-nobody rule-shops-unknown rule-too-long
rule-unknown rule-unsound rule-without-conditions same-person scanning-busy scope-refused settlement-unknown
shop-applied-already shop-exists shop-fields-invalid shop-joined-already shop-not-accepted shop-status-refused
shop-unknown sign-in-needed sign-in-refused signature-invalid signing-key-missing siren-invalid siret-invalid
slug-malformed slug-reserved subject-missing terms-malformed terms-missing terms-too-late text-too-long
ticket-abandoned ticket-unknown till-missing till-revoked till-unknown too-late-to-remind too-little-for-card
too-many-attempts too-many-endpoints too-many-newcomers too-many-return-addresses top-up-rule-unknown
transfer-code-refused transfer-unavailable transfer-unknown undo-too-late vat-number-invalid voucher-blocked
voucher-expired voucher-frozen voucher-held voucher-kept-already voucher-not-blocked voucher-not-kept
voucher-not-yet-valid voucher-replaced voucher-unknown website-malformed workbook-too-long wrong-order-status
"""
