"""The payment page: one that works without scripts, where a good card, a bad one and a direct debit can be tried."""

from __future__ import annotations

from html import escape

from tests.stripe_double.account import Account, Thing

_DECLINED_CARD = "4000000000000002"

_WORDS = {
    "fr": {
        "pay": "Payer", "card": "Payer par carte", "declined": "Payer avec une carte refusée",
        "sepa": "Payer par prélèvement SEPA", "cancel": "Annuler et revenir", "number": "Numéro de carte",
        "refused": "Votre carte a été refusée.", "over": "Cette page de paiement n'est plus active.",
        "test": "Banc d'essai : aucun argent ne bouge.",
    },
    "en": {
        "pay": "Pay", "card": "Pay by card", "declined": "Pay with a declined card", "sepa": "Pay by SEPA debit",
        "cancel": "Cancel and go back", "number": "Card number", "refused": "Your card was declined.",
        "over": "This payment page is no longer active.", "test": "Test bench: no money moves.",
    },
}  # fmt: skip


def how_of(form: dict[str, str]) -> str:
    """What the payer pressed; the number of the test card that is declined declines."""
    how = form.get("how", "card")
    number = form.get("card_number", "").replace(" ", "")
    return "declined" if how == "card" and number == _DECLINED_CARD else how


def page(account: Account, session: Thing, *, refused: bool = False) -> str:
    """The page of a session, in the language the shop asked for."""
    language = "fr" if str(session["locale"]).startswith("fr") else "en"
    words = _WORDS[language]
    if session["status"] != "open":
        return _frame(language, words["pay"], f'<p id="over">{words["over"]}</p>')
    lines = "".join(
        f"<tr><td>{escape(str(item['description']))}</td><td>{item['quantity']}</td>"
        f"<td>{_euros(item['amount_total'])}</td></tr>"
        for item in account.line_items[session["id"]]
    )
    sepa = f'<button name="how" value="sepa">{words["sepa"]}</button>'
    back = session["cancel_url"]
    body = (
        f"<p>{words['test']}</p><table>{lines}</table>"
        f'<p id="total"><strong>{_euros(session["amount_total"])}</strong></p>'
        + (f'<p id="refused" role="alert">{words["refused"]}</p>' if refused else "")
        + '<form method="post">'
        f'<label for="card_number">{words["number"]}</label>'
        '<input id="card_number" name="card_number" inputmode="numeric" value="4242 4242 4242 4242">'
        f'<p><button name="how" value="card">{words["card"]}</button></p>'
        f'<p><button name="how" value="declined">{words["declined"]}</button></p>'
        + (f"<p>{sepa}</p>" if "sepa_debit" in session["payment_method_types"] else "")
        + "</form>"
        + (f'<p><a id="cancel" href="{escape(back)}">{words["cancel"]}</a></p>' if back else "")
    )
    return _frame(language, words["pay"], body)


def _euros(cents: int) -> str:
    return f"{cents // 100},{cents % 100:02d} €"


def _frame(language: str, title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="icon" href="data:,">'
        f"<title>{title}</title></head><body><main><h1>{title}</h1>{body}</main></body></html>"
    )
