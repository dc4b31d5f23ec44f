"""A real Chromium on the real server with the shipped data, on a fixed Wednesday morning.

Every page that a test opens is listened to: a request to another host, a violation of the content policy, an error
in the console or an uncaught exception fails the test.
"""

import shutil
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright
from werkzeug.serving import make_server

from mapapp.catalogue.catalogue import Catalogue
from mapapp.settings import Settings
from mapapp.web.app import create_app
from mapapp.web.context import EXTENSION
from tests.conftest import NOW, _migrate_and_load
from tests.page_reading import compile_translations
from tests.pages.conftest import app_showing
from tests.staff_pages import finish_recording

# A driver of a browser is quiet: no updates, no accounts, no other protocol that a listener would miss.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
PHONE, DESK = (390, 844), (1280, 900)


class Served:
    """An application served by a thread of its own, on a free port of this machine."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._server = make_server("127.0.0.1", 0, app, threaded=True)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the server and its thread, and close the connections of the application."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        finish_recording()
        self._app.extensions[EXTENSION].keeper.close()


@pytest.fixture(scope="session")
def server(templates: Any) -> Iterator[str]:
    """The address of the application on a temporary database with the shipped data."""
    compile_translations()
    settings = Settings(database_url=templates.copy("loaded", _migrate_and_load), rate_limits="off", log_level="error")
    served = Served(create_app(settings, now=lambda: NOW))
    yield served.address
    served.stop()


@pytest.fixture
def server_of() -> Iterator[Callable[[Catalogue], str]]:
    """A function catalogue -> address of a server that shows it."""
    running: list[Served] = []

    def serve(catalogue: Catalogue) -> str:
        running.append(Served(app_showing(catalogue)))
        return running[-1].address

    yield serve
    for served in running:
        served.stop()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    assert program, "Chromium is missing: scripts/test installs it"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        yield browser
        browser.close()


class Listener:
    """Collects what must not happen on a page."""

    def __init__(self, own: str, status: int) -> None:
        self._own = own
        self._expected = f"the server responded with a status of {status} "
        self.faults: list[str] = []

    def listen(self, context: BrowserContext) -> None:
        """Listen to every page of the context."""
        context.on("request", self._request)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.faults.append(f"exception: {error.error}"))

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self._own, "data:")):
            self.faults.append(f"request to {request.url}")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and self._expected not in message.text:
            self.faults.append(f"console: {message.text}")


@pytest.fixture
def visit(chromium: Browser, server: str) -> Iterator[Callable[..., Page]]:
    """A function address -> page, opened at a size (PHONE by default).

    `own` is another server, `status` an answer that is expected though a browser calls it an error; the rest are
    options of the browser, and `cookies`.
    """
    contexts: list[tuple[BrowserContext, Listener]] = []

    def opened(
        address: str, size: tuple[int, int] = PHONE, own: str = server, status: int = 200, **options: Any
    ) -> Page:
        width, height = size
        cookies = options.pop("cookies", {})
        context = chromium.new_context(
            viewport={"width": width, "height": height}, locale="zh-CN", timezone_id="Asia/Shanghai", **options
        )
        context.add_cookies([{"name": name, "value": value, "url": own} for name, value in cookies.items()])
        listener = Listener(own, status)
        listener.listen(context)
        contexts.append((context, listener))
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.goto(own + address)
        if options.get("java_script_enabled", True) and page.locator("#map").count():
            page.wait_for_function("document.documentElement.dataset.map === 'ready'")
        return page

    yield opened
    faults = [fault for _, listener in contexts for fault in listener.faults]
    for context, _ in contexts:
        context.close()
    assert faults == []
