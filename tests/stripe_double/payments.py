"""Payment intents and charges: what becomes of them when somebody pays.

Sources: https://docs.stripe.com/payments/paymentintents/lifecycle, https://docs.stripe.com/payments/sepa-debit
"""

from __future__ import annotations

from tests.stripe_double.account import Account, Thing, random_id
from tests.stripe_double.balance import move
from tests.stripe_double.refusing import API_VERSION

_DECLINED = "Your card was declined."
_SEPA_FEE = 35
ADDRESS: Thing = {"city": None, "country": "FR", "line1": None, "line2": None, "postal_code": None, "state": None}


def card_fee(amount: int) -> int:
    """1.5 % and 25 cents, in cents, half up."""
    return (amount * 15 + 500) // 1000 + 25


def new_intent(account: Account, session: Thing, asked: Thing) -> Thing:
    """The payment intent of a session; Stripe makes it when the payer first tries."""
    name = random_id("pi_")
    intent = account.put({
        "id": name,
        "object": "payment_intent",
        "allowed_payment_method_types": session["allowed_payment_method_types"],
        "amount": session["amount_total"],
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic_async",
        "client_secret": random_id(f"{name}_secret_", 25),
        "confirmation_method": "automatic",
        "created": account.now(),
        "currency": session["currency"],
        "customer": None,
        "customer_account": None,
        "description": asked.get("description"),
        "excluded_payment_method_types": None,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "managed_payments": {"enabled": False},
        "metadata": dict(asked.get("metadata", {})),
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {"card": {
            "installments": None, "mandate_options": None, "network": None, "request_three_d_secure": "automatic",
        }},
        "payment_method_types": list(session["payment_method_types"]),
        "payment_record": None,
        "processing": None,
        "receipt_email": None,
        "review": None,
        "setup_future_usage": None,
        "shipping": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": None,
    })  # fmt: skip
    account.tell("payment_intent.created", intent)
    return intent


def pay_by_card(account: Account, intent: Thing, email: str | None) -> None:
    """The card is good: charged at once; the fee is known a moment later."""
    charge = _charge(account, intent, email, sepa=False)
    charge |= {"status": "succeeded", "paid": True, "captured": True, "amount_captured": charge["amount"]}
    _succeed(intent, charge)
    account.tell("charge.succeeded", charge)
    account.tell("payment_intent.succeeded", intent)
    line = move(
        account, "charge", "charge", charge["amount"], charge["id"],
        fee=card_fee(charge["amount"]), days=7, description=charge["description"],
    )  # fmt: skip
    charge["balance_transaction"] = line["id"]
    account.tell("charge.updated", charge, {"balance_transaction": None})


def decline(account: Account, intent: Thing, email: str | None) -> None:
    """The bank says no; the payer may try another card."""
    charge = _charge(account, intent, email, sepa=False)
    charge |= {"status": "failed", "failure_code": "card_declined", "failure_message": _DECLINED}
    charge["outcome"] |= {
        "advice_code": "try_again_later", "network_decline_code": "01", "network_status": "declined_by_network",
        "reason": "generic_decline", "seller_message": "The bank did not return any further details with this decline.",
        "type": "issuer_declined",
    }  # fmt: skip
    intent |= {"status": "requires_payment_method", "latest_charge": charge["id"], "payment_method": None}
    intent["last_payment_error"] = _last_error("card_error", "card_declined", _DECLINED, charge) | {
        "advice_code": "try_again_later",
        "decline_code": "generic_decline",
    }
    account.tell("charge.failed", charge)
    account.tell("payment_intent.payment_failed", intent)


def debit(account: Account, intent: Thing, email: str | None) -> None:
    """A direct debit sets out; it takes days. Its line on the account is there already, pending."""
    charge = _charge(account, intent, email, sepa=True)
    charge |= {"status": "pending", "paid": True, "captured": True, "amount_captured": charge["amount"]}
    intent |= {"status": "processing", "latest_charge": charge["id"], "payment_method": charge["payment_method"]}
    line = move(
        account, "payment", "charge", charge["amount"], charge["id"],
        fee=_SEPA_FEE, days=7, description=charge["description"],
    )  # fmt: skip
    charge["balance_transaction"] = line["id"]
    account.tell("payment_intent.processing", intent)
    account.tell("charge.pending", charge)


def debit_arrives(account: Account, intent: Thing) -> None:
    """The money of a direct debit is there."""
    charge = account.things[intent["latest_charge"]]
    charge["status"] = "succeeded"
    _succeed(intent, charge)
    account.tell("charge.succeeded", charge)
    account.tell("payment_intent.succeeded", intent)


def debit_fails(account: Account, intent: Thing) -> None:
    """The payer's bank sends the direct debit back: a second line takes the first one back, not its fee."""
    charge = account.things[intent["latest_charge"]]
    line = move(
        account, "payment_failure_refund", "charge_failure", -charge["amount"], charge["id"],
        description=f"Payment failure refund for {charge['id']}",
    )  # fmt: skip
    words = "The account has insufficient funds to cover this payment."
    charge |= {
        "status": "failed", "paid": False, "failure_code": "insufficient_funds", "failure_message": words,
        "failure_balance_transaction": line["id"],
    }  # fmt: skip
    intent |= {"status": "requires_payment_method", "payment_method": None, "amount_received": 0}
    intent["last_payment_error"] = _last_error("invalid_request_error", "payment_intent_payment_attempt_failed",
                                               words, charge)  # fmt: skip
    account.tell("charge.failed", charge)
    account.tell("payment_intent.payment_failed", intent)


def cancel(account: Account, intent: Thing) -> None:
    """The session ended before anything was paid."""
    if intent["status"] == "requires_payment_method":
        intent |= {"status": "canceled", "canceled_at": account.now(), "cancellation_reason": "expired"}
        account.tell("payment_intent.canceled", intent)


def _succeed(intent: Thing, charge: Thing) -> None:
    intent |= {
        "status": "succeeded",
        "amount_received": charge["amount"],
        "latest_charge": charge["id"],
        "payment_method": charge["payment_method"],
        "last_payment_error": None,
    }


def _last_error(what: str, code: str, words: str, charge: Thing) -> Thing:
    return {
        "charge": charge["id"],
        "code": code,
        "doc_url": f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}",
        "message": words,
        "type": what,
    }


def _charge(account: Account, intent: Thing, email: str | None, *, sepa: bool) -> Thing:
    return account.put({
        "id": random_id("py_" if sepa else "ch_"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": 0,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": {
            "address": dict(ADDRESS), "email": email, "name": "Camille Martin", "phone": None, "tax_id": None,
        },
        "calculated_statement_descriptor": None if sepa else "OBOLE",
        "captured": False,
        "created": account.now(),
        "currency": intent["currency"],
        "customer": None,
        "description": intent["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "fraud_details": {},
        "livemode": False,
        "metadata": dict(intent["metadata"]),
        "on_behalf_of": None,
        "outcome": {
            "advice_code": None, "network_advice_code": None, "network_decline_code": None,
            "network_status": "approved_by_network", "reason": None, "risk_level": "normal", "risk_score": 20,
            "seller_message": "Payment complete.", "type": "authorized",
        },
        "paid": False,
        "payment_intent": intent["id"],
        "payment_method": random_id("pm_"),
        "payment_method_details": _debit_details() if sepa else _card_details(intent),
        "radar_options": {},
        "receipt_email": None,
        "receipt_number": None,
        "receipt_url": f"{account.address}/receipts/{API_VERSION}/{intent['id']}",
        "refunded": False,
        "review": None,
        "shipping": None,
        "source_transfer": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "pending",
        "transfer_data": None,
        "transfer_group": None,
    })  # fmt: skip


def _card_details(intent: Thing) -> Thing:
    return {
        "card": {
            "amount_authorized": intent["amount"],
            "authorization_code": "123456",
            "brand": "visa",
            "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
            "country": "FR",
            "exp_month": 12,
            "exp_year": 2034,
            "extended_authorization": {"status": "disabled"},
            "fingerprint": "OboleDouble4242",
            "funding": "credit",
            "incremental_authorization": {"status": "unavailable"},
            "installments": None,
            "last4": "4242",
            "mandate": None,
            "multicapture": {"status": "unavailable"},
            "network": "visa",
            "network_token": {"used": False},
            "network_transaction_id": "104102978678771",
            "overcapture": {"maximum_amount_capturable": intent["amount"], "status": "unavailable"},
            "regulated_status": "unregulated",
            "three_d_secure": None,
            "wallet": None,
        },
        "type": "card",
    }


def _debit_details() -> Thing:
    return {
        "sepa_debit": {
            "bank_code": "20041",
            "branch_code": "01005",
            "country": "FR",
            "fingerprint": "OboleDoubleSepa1",
            "last4": "2606",
            "mandate": random_id("mandate_"),
        },
        "type": "sepa_debit",
    }
