"""Checkout Sessions: opened by the shop, paid on the page, shut by either or by time.

Sources: https://docs.stripe.com/api/checkout/sessions, https://docs.stripe.com/payments/checkout/fulfill-orders
"""

from __future__ import annotations

import re
from typing import Any

from tests.stripe_double import payments
from tests.stripe_double.account import DAY, Account, Thing, random_id
from tests.stripe_double.refusing import Refused, missing

_LEAST, _MOST, _MOST_BY_DEBIT = 50, 99_999_999, 1_000_000
_SOONEST = 30 * 60
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def create(account: Account, asked: Thing) -> Thing:
    """``POST /v1/checkout/sessions``, in payment mode with a hosted page."""
    _needed(asked)
    items = [_item(account, line, f"line_items[{place}]") for place, line in enumerate(asked["line_items"])]
    _bounded(account, asked, sum(item["amount_total"] for item in items))
    session = account.put(_session(account, asked, sum(item["amount_total"] for item in items)))
    account.line_items[session["id"]] = items
    account.intents_asked[session["id"]] = asked.get("payment_intent_data", {})
    return session


def expire(account: Account, name: str) -> Thing:
    """``POST /v1/checkout/sessions/:id/expire``, or time does it."""
    session = account.find("checkout.session", name, "session")
    if session["status"] != "open":
        raise Refused(
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of '
            f"`{session['status']}`.",
            begun=True,
        )
    session |= {"status": "expired", "url": None}
    if session["payment_intent"]:
        payments.cancel(account, account.things[session["payment_intent"]])
    account.tell("checkout.session.expired", session)
    return session


def lapse(account: Account) -> None:
    """Shut every page whose time has come."""
    for session in list(account.of("checkout.session")):
        if session["status"] == "open" and session["expires_at"] <= account.now():
            expire(account, session["id"])


def pay(account: Account, session: Thing, how: str) -> str | None:
    """The payer acts on the page, by ``card``, ``declined`` or ``sepa``. Answers where the browser goes, if away."""
    lapse(account)
    if session["status"] != "open":
        return None
    email = session["customer_email"] or "camille.martin@example.org"
    if session["payment_intent"] is None:
        asked = account.intents_asked[session["id"]]
        session["payment_intent"] = payments.new_intent(account, session, asked)["id"]
    intent = account.things[session["payment_intent"]]
    if how == "declined":
        payments.decline(account, intent, email)
        return None
    (payments.debit if how == "sepa" else payments.pay_by_card)(account, intent, email)
    _complete(account, session, email, paid=how != "sepa")
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def settle_debit(account: Account, intent_id: str, *, succeeds: bool) -> Thing:
    """Days later: the direct debit of a session went through, or came back."""
    intent = account.find("payment_intent", intent_id)
    session = next(one for one in account.of("checkout.session") if one["payment_intent"] == intent_id)
    if succeeds:
        payments.debit_arrives(account, intent)
        session["payment_status"] = "paid"
        account.tell("checkout.session.async_payment_succeeded", session)
    else:
        payments.debit_fails(account, intent)
        account.tell("checkout.session.async_payment_failed", session)
    return intent


def _complete(account: Account, session: Thing, email: str, *, paid: bool) -> None:
    details: Thing = {
        "address": dict(payments.ADDRESS), "business_name": None, "email": email, "individual_name": None,
        "name": "Camille Martin", "phone": None, "tax_exempt": "none", "tax_ids": [],
    }  # fmt: skip
    session |= {
        "status": "complete",
        "payment_status": "paid" if paid else "unpaid",
        "url": None,
        "customer_details": details,
        "collected_information": {"business_name": None, "individual_name": None, "shipping_details": None},
    }
    account.tell("checkout.session.completed", session)


def _needed(asked: Thing) -> None:
    if asked.get("mode") is None:
        raise missing("mode")
    if asked["mode"] != "payment" or asked.get("ui_mode", "hosted_page") != "hosted_page":
        raise Refused("The double knows mode payment with ui_mode hosted_page only.", param="mode")
    if not asked.get("line_items"):
        raise Refused("The `line_items` parameter is required in payment mode.", code="parameter_missing",
                      param="line_items")  # fmt: skip
    if "success_url" not in asked:
        raise missing("success_url")
    for name in ("success_url", "cancel_url"):
        if name in asked and not str(asked[name]).startswith(("https://", "http://")):
            raise Refused("Not a valid URL", code="url_invalid", param=name)
    if "customer_email" in asked and not _MAIL.fullmatch(asked["customer_email"]):
        raise Refused(f"Invalid email address: {asked['customer_email']}", code="email_invalid", param="customer_email")
    if len(asked.get("client_reference_id", "")) > 200:
        raise Refused("Invalid string: must be at most 200 characters", param="client_reference_id")
    for name, holder in (("metadata", asked), ("payment_intent_data[metadata]", asked.get("payment_intent_data", {}))):
        _metadata(holder.get("metadata", {}), name)


def _metadata(given: dict[str, str], param: str) -> None:
    if len(given) > 50 or any(len(key) > 40 or len(value) > 500 for key, value in given.items()):
        raise Refused("Metadata can have up to 50 keys, of 40 characters, with values of 500.", param=param)


def _bounded(account: Account, asked: Thing, amount: int) -> None:
    if amount < _LEAST:
        raise Refused(
            f"The Checkout Session's total amount must convert to at least 50 cents. €{amount / 100:.2f} converts to "
            f"approximately €{amount / 100:.2f}.",
            code="amount_too_small",
            begun=True,
        )
    if amount > _MOST:
        raise Refused("The Checkout Session's total amount due must be no more than €999,999.99.",
                      code="amount_too_large", begun=True)  # fmt: skip
    ends = asked.get("expires_at")
    if ends is not None and ends < account.now() + _SOONEST - 1:
        raise Refused("The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.",
                      param="expires_at")  # fmt: skip
    if ends is not None and ends > account.now() + DAY + 1:
        raise Refused("The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.",
                      param="expires_at")  # fmt: skip


def _item(account: Account, line: Thing, path: str) -> Thing:
    price = line.get("price_data")
    if price is None:
        raise missing(f"{path}[price_data]")
    if price["currency"] != "eur":
        raise Refused(f"Invalid currency: {price['currency']}. The double counts in eur only.", param=path)
    if "unit_amount" not in price:
        raise missing(f"{path}[price_data][unit_amount]")
    if "product_data" not in price:
        raise missing(f"{path}[price_data][product_data]")
    if line.get("quantity", 0) < 1:
        raise Refused("Quantity should be specified" if "quantity" not in line else "Invalid positive integer",
                      param=f"{path}[quantity]")  # fmt: skip
    total = price["unit_amount"] * line["quantity"]
    return {
        "id": random_id("li_"), "object": "item", "adjustable_quantity": None, "amount_discount": 0,
        "amount_subtotal": total, "amount_tax": 0, "amount_total": total, "currency": "eur",
        "description": price["product_data"]["name"], "metadata": {}, "price": _price(account, price),
        "quantity": line["quantity"],
    }  # fmt: skip


def _price(account: Account, asked: Thing) -> Thing:
    return {
        "id": random_id("price_"), "object": "price", "active": False, "billing_scheme": "per_unit",
        "created": account.now(), "currency": "eur", "custom_unit_amount": None, "livemode": False, "lookup_key": None,
        "metadata": {}, "nickname": None, "product": random_id("prod_", 14), "recurring": None,
        "tax_behavior": "unspecified", "tiers_mode": None, "transform_quantity": None, "type": "one_time",
        "unit_amount": asked["unit_amount"], "unit_amount_decimal": str(asked["unit_amount"]),
    }  # fmt: skip


def _session(account: Account, asked: Thing, amount: int) -> Thing:
    name = random_id("cs_test_a1", 56)
    allowed: list[Any] = asked.get("allowed_payment_method_types") or ["card", "sepa_debit"]
    known = {"card", *(["sepa_debit"] if amount <= _MOST_BY_DEBIT else [])}
    email = asked.get("customer_email")
    details = {
        "address": None, "business_name": None, "email": email, "individual_name": None, "name": None, "phone": None,
        "tax_exempt": "none", "tax_ids": None,
    }  # fmt: skip
    invoice = ("account_tax_ids", "custom_fields", "description", "footer", "issuer", "rendering_options")
    nothing = (
        "after_expiration", "allow_promotion_codes", "billing_address_collection", "client_secret",
        "collected_information", "consent", "consent_collection", "currency_conversion", "customer", "customer_account",
        "integration_identifier", "invoice", "optional_items", "origin_context", "payment_intent", "payment_link",
        "payment_method_configuration_details", "permissions", "recovered_from", "saved_payment_method_options",
        "setup_intent", "shipping_address_collection", "shipping_cost", "subscription", "wallet_options",
    )  # fmt: skip
    return dict.fromkeys(nothing) | {
        "id": name,
        "object": "checkout.session",
        "adaptive_pricing": {"enabled": asked.get("adaptive_pricing", {}).get("enabled", False)},
        "allowed_payment_method_types": asked.get("allowed_payment_method_types"),
        "amount_subtotal": amount,
        "amount_total": amount,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "branding_settings": {
            "background_color": "#ffffff", "border_style": "rounded", "button_color": "#0074d4",
            "display_name": "Obole", "font_family": "default", "icon": None, "logo": None,
        },
        "cancel_url": asked.get("cancel_url"),
        "client_reference_id": asked.get("client_reference_id"),
        "created": account.now(),
        "currency": "eur",
        "custom_fields": [],
        "custom_text": {
            "after_submit": None, "shipping_address": None, "submit": None, "terms_of_service_acceptance": None,
        },
        "customer_creation": asked.get("customer_creation", "if_required"),
        "customer_details": details if email else None,
        "customer_email": email,
        "discounts": [],
        "expires_at": asked.get("expires_at", account.now() + DAY),
        "invoice_creation": {"enabled": False, "invoice_data": dict.fromkeys(invoice) | {"metadata": {}}},
        "livemode": False,
        "locale": asked.get("locale"),
        "managed_payments": {"enabled": False},
        "metadata": dict(asked.get("metadata", {})),
        "mode": "payment",
        "payment_method_collection": "if_required",
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": [one for one in allowed if one in known],
        "payment_status": "unpaid",
        "phone_number_collection": {"enabled": False},
        "shipping_options": [],
        "status": "open",
        "submit_type": asked.get("submit_type"),
        "success_url": asked["success_url"],
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
        "url": f"{account.address}/c/pay/{name}",
    }  # fmt: skip
