import pytest
from tests.pages.test_outbox import kept
from tests.api.email.given import a_letter
async def test_pic(live, page):
    l=a_letter(); await kept(live); i=await kept(live,l)
    await page.page.goto(f"{live.address}/outbox"); await page.page.screenshot(path="/tmp/w/m/ob-list.png")
    await page.page.goto(f"{live.address}/outbox/{i}"); await page.page.wait_for_timeout(500); await page.page.screenshot(path="/tmp/w/m/ob-letter.png",full_page=True)
