"""What a browser transfers for the start page: a first visit and a second one, headers included, compressed as sent."""

import shutil
import sys

from playwright.sync_api import CDPSession, sync_playwright


def transferred(address: str) -> tuple[int, int, dict[str, int]]:
    """Return bytes of the first visit, bytes of the second, and the bytes of each file of the first."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("scripts/bench: chromium is missing (sudo apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN").new_page()
        session = page.context.new_cdp_session(page)
        sizes = _counter(session)
        page.goto(f"{address}/", wait_until="networkidle")
        first = {name.removeprefix(address): size for name, size in sizes.items() if not name.startswith("data:")}
        sizes.clear()
        page.goto("about:blank")
        page.goto(f"{address}/", wait_until="networkidle")
        second = sum(sizes.values())
        browser.close()
    return sum(first.values()), second, first


def _counter(session: CDPSession) -> dict[str, int]:
    """Return a dict that fills with address -> bytes on the wire."""
    addresses: dict[str, str] = {}
    sizes: dict[str, int] = {}
    session.on(
        "Network.requestWillBeSent", lambda event: addresses.update({event["requestId"]: event["request"]["url"]})
    )

    def add(event: dict[str, object]) -> None:
        address = addresses.get(str(event["requestId"]), "?")
        sizes[address] = sizes.get(address, 0) + round(float(event["encodedDataLength"]))  # type: ignore[arg-type]

    session.on("Network.loadingFinished", add)
    session.send("Network.enable")
    return sizes
