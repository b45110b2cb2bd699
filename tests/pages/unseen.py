"""Routes of the pages at which the walk through every page does not look, each for a reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

NO_PAGES: Final[Mapping[str, str]] = {
    "/static/{version}/{name}": "a file of ours",
    "/favicon.ico": "a picture",
    "/language": "leads back at once",
    "/outbox/{letter}/letter.eml": "a letter as a file",
    "/outbox/{letter}/letter.html": "a letter, in a frame that runs no scripts, not even those that look at it",
    "/{slug:slug}/orders/{order_id}/template.{kind}": "a list to fill in, as a file",
    "/{slug:slug}/orders/{order_id}/logo.png": "a picture",
    "/{slug:slug}/orders/{order_id}/state": "for a script",
    "/{slug:slug}/orders/{order_id}/mailings/state": "for a script",
    "/{slug:slug}/orders/{order_id}/printings/{printing_id}/state": "for a script",
    "/{slug:slug}/desk/month-end/closed/{closing_id}/state": "for a script",
    "/{slug:slug}/orders/{order_id}/request.pdf": "a paper",
    "/{slug:slug}/orders/{order_id}/papers/{document_id}.pdf": "a paper",
    "/{slug:slug}/orders/{order_id}/printings/{printing_id}/sheets.pdf": "vouchers on paper",
    "/{slug:slug}/orders/{order_id}/vouchers/{origin}/sheet.pdf": "a voucher on paper",
    "/{slug:slug}/orders/{order_id}/links.csv": "a list",
    "/{slug:slug}/attestation.pdf": "a paper",
    "/{slug:slug}/attestation.csv": "a list",
    "/{slug:slug}/desk/figures.pdf": "a paper",
    "/{slug:slug}/desk/figures/{panel}.csv": "a list",
    "/{slug:slug}/desk/accounts/file": "a file for the accountant",
    "/{slug:slug}/desk/funders/{funder_id}/accounts/{year}/file": "a paper",
    "/robots.txt": "for search engines",
    "/sitemap.xml": "for search engines",
    "/{slug:slug}/sitemap.xml": "for search engines",
    "/{slug:slug}/shops.csv": "a list",
    "/{slug:slug}/shops.json": "a list",
    "/{slug:slug}/photos/{photo_id}/{size}.jpg": "a picture",
    "/{slug:slug}/shop/{shop_id}/settlements/{settlement_id}.{form}": "a paper",
    "/{slug:slug}/shop/{shop_id}/settlements/{settlement_id}/invoice.pdf": "a paper",
    "/{slug:slug}/shop/{shop_id}/posters/{kind}.pdf": "a paper",
    "/{slug:slug}/campaigns/{address}/draw.csv": "a list",
    "/{slug:slug}/desk/payouts/{run_id}/file.xml": "a file for the bank",
    "/{slug:slug}/held.webmanifest": "for the telephone's first screen",
    "/{slug:slug}/till/manifest.webmanifest": "for the telephone's first screen",
    "/{slug:slug}/till/worker.js": "a script",
}
"""Routes that answer a browser with something else than a page."""

LEADS_ON: Final[Mapping[str, str]] = {
    "/{slug:slug}/account/{done:path}": "a form of the account",
    "/{slug:slug}/company/people/withdraw": "a form of the colleagues",
    "/{slug:slug}/join/invited/{secret}/decline": "a form of an invitation",
    "/{slug:slug}/people/{person}/{done:path}": "a form of somebody's page",
    "/{slug:slug}/orders/{order_id}/pay-by-card": "a form of the payment",
    "/{slug:slug}/orders/{order_id}/printings": "a form of the order",
    "/{slug:slug}/orders/{order_id}/reopen": "a form of the order",
    "/{slug:slug}/orders/{order_id}/use-credit": "a form of the order",
    "/{slug:slug}/desk/shops/applications/{application_id}/{_done}": "a form of the application",
    "/{slug:slug}/desk/shops/invitations/{_invitation}/remind": "a form of the invitations",
    "/{slug:slug}/shop/{shop_id}/particulars": "a form of the shop's story",
    "/{slug:slug}/shop/{shop_id}/closures": "a form of the shop's hours",
    "/{slug:slug}/shop/{shop_id}/bank/{_done}": "a form of the shop's account",
    "/{slug:slug}/shop/{shop_id}/settlements/letters": "a form of the shop's settlements",
    "/{slug:slug}/shop/{shop_id}/tills/{_done:path}": "a form of the shop's tills",
    "/{slug:slug}/shop/{shop_id}/online/{_done}": "a form of how a shop sells",
}
"""Addresses of forms that lead to their page when they are asked for again."""

ELSEWHERE: Final[Mapping[str, str]] = {
    "/{slug:slug}/{_rest:path}": "tests/pages/test_sending.py",
    "/{slug:slug}/orders/{order_id}/paid": "tests/pages/test_order_page.py",
    "/{slug:slug}/checkout/{checkout}": "tests/pages/test_checkout.py",
    "/{slug:slug}/held/{secret}": "tests/pages/test_holder_browser.py",
    "/{slug:slug}/join/confirm/{secret}": "tests/pages/test_shops_browser.py",
    "/{slug:slug}/till/voucher/{ticket}": "tests/journeys/test_till.py",
    "/{slug:slug}/till/receipts/{redemption}/undo": "tests/journeys/test_till.py",
    "/{slug:slug}/till/closings/{act}": "tests/journeys/test_till.py",
}
"""Pages that are looked at in another test, since something has to happen first: somebody pays, confirms, undoes.
Where the walk comes to one all the same, it is looked at here too."""
