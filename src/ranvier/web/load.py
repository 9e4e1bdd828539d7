"""Readers and clinicians made up for measuring: they open pages, ask, come back and work, each over a connection of their own.

Each letter carries a word of its own, so that afterwards every acknowledged letter can be looked for in the database. The
letters are invented. Where the line breaks, a reader does what people do: send the same form again.
"""

from __future__ import annotations

import http.client
import random
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

PAUSE_SECONDS = (1.0, 3.0)  # between two clicks of one person: quick readers, to be on the hard side
PATIENCE_SECONDS = 60
PUBLIC_PAGES = 5  # of a visit, before the letter
LETTERS = (
    "I have had a drooping foot for three years, with cramps in the calf. A nerve conduction study showed conduction block "
    "and the sensory nerves were normal. What is multifocal motor neuropathy?",
    "My left hand has been getting weaker for two years, and there are twitches in the forearm. First the doctors suspected "
    "ALS. How is MMN different from ALS?",
    "My hands have been weak for six years and IVIG works well, but my veins are getting poor. Can I have immunoglobulin "
    "under the skin at home instead?",
)
SEARCHES = ("immunoglobulin", "weak hand", "als", "inherited", "conduction block")


@dataclass
class Tally:
    """What was seen: seconds by kind of page, letters acknowledged with their codes, and everything that went wrong."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    acknowledged: dict[str, str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    broken_lines: int = 0
    conflicts: int = 0
    drafted: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def took(self, kind: str, seconds: float) -> None:
        """Note one answer."""
        with self.lock:
            self.seconds.setdefault(kind, []).append(seconds)

    def percentile(self, kind: str, percent: float) -> float:
        """The value that this share of answers does not exceed; NaN when there was none. [s]"""
        rows = sorted(self.seconds.get(kind, []))
        return rows[min(len(rows) - 1, int(len(rows) * percent / 100))] if rows else float("nan")


@dataclass
class Page:
    """One answer of the server."""

    status: int
    text: str
    location: str

    def field(self, name: str) -> str:
        """The value of a form's first field of that name."""
        found = re.search(rf'name="{name}"[^>]*?value="([^"]*)"', self.text)
        return found.group(1) if found else ""


class Browser:
    """One person's connection and cookies. `network` stands for their address, as the proxy in front would say it."""

    def __init__(self, address: str, tally: Tally, *, network: str, until: float, survives: bool) -> None:
        self.address, self.tally, self.network = address, tally, network
        self.until, self.survives = until, survives
        self.cookies: dict[str, str] = {}
        self.files: set[str] = set()
        self.connection: http.client.HTTPConnection | None = None

    def get(self, kind: str, path: str) -> Page:
        """Open a page."""
        return self._ask(kind, "GET", path, None)

    def post(self, kind: str, path: str, fields: dict[str, str], page: Page) -> Page:
        """Send the form of a page."""
        token = {"csrfmiddlewaretoken": page.field("csrfmiddlewaretoken")}
        return self._ask(kind, "POST", path, urlencode(token | fields))

    def _ask(self, kind: str, method: str, path: str, body: str | None) -> Page:
        """Ask once; where the line breaks and the person `survives` it, again until there is an answer."""
        give_up = time.monotonic() + PATIENCE_SECONDS
        while True:
            started = time.monotonic()
            try:
                page = self._once(method, path, body)
            except (OSError, http.client.HTTPException) as error:
                self.close()
                if not self.survives or time.monotonic() > give_up:
                    raise
                with self.tally.lock:
                    self.tally.broken_lines += 1
                del error
                time.sleep(0.2)
                continue
            self.tally.took(kind, time.monotonic() - started)
            return page

    def _once(self, method: str, path: str, body: str | None) -> Page:
        if self.connection is None:
            parts = urlsplit(self.address)
            self.connection = http.client.HTTPConnection(
                parts.hostname or "", parts.port, timeout=PATIENCE_SECONDS
            )
        public = f"https://{urlsplit(self.address).netloc}"
        headers = {
            "X-Forwarded-Proto": "https", "X-Forwarded-For": self.network, "Origin": public, "Referer": public + "/",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }  # fmt: skip
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body=body, headers=headers)
        response = self.connection.getresponse()
        text = response.read().decode("utf-8", "replace")
        for line in response.msg.get_all("Set-Cookie") or []:
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name.strip()] = value
        return Page(response.status, text, response.headers.get("Location", ""))

    def open_with_files(self, path: str) -> Page:
        """Open a public page as a browser does: with the style, fonts and scripts that it names, each once."""
        page = self.get("public", path)
        expect(self.tally, path.partition("?")[0], page, 200)
        for file in re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text):
            if file not in self.files:
                self.files.add(file)
                expect(self.tally, "file", self.get("file", file), 200)
        return page

    def forget(self) -> None:
        """Be someone new."""
        self.cookies.clear()
        self.files.clear()

    def close(self) -> None:
        """Hang up."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def is_over(self) -> bool:
        """Whether the time is up."""
        return time.monotonic() >= self.until

    def pause(self, seconds: tuple[float, float]) -> None:
        """Read."""
        time.sleep(min(random.uniform(*seconds), max(0.0, self.until - time.monotonic())))  # noqa: S311


def new_word() -> str:
    """A word that stands in no other letter and names nobody."""
    return "q" + "".join(random.choices("bcdfghjklmnpqrstvwxz", k=14))  # noqa: S311


def expect(tally: Tally, what: str, page: Page, *statuses: int) -> bool:
    """Note an answer of another kind as an error."""
    if page.status in statuses:
        return True
    with tally.lock:
        tally.errors.append(f"{what}: {page.status}")
    return False


def read_and_ask(browser: Browser, *, pause: tuple[float, float], answers: list[str], skip: int = 0) -> None:
    """One visit: five public pages, then a letter that is looked over while it is typed, and a look with the claim code.

    `skip` leaves out that many of the five: whoever was there before the clock ran has read them already.
    """
    tally = browser.tally
    slug = random.choice(answers)  # noqa: S311
    query = urlencode({"q": random.choice(SEARCHES)})  # noqa: S311
    for path in ("/", f"/answers/{slug}/", "/archive/", f"/search/?{query}", "/topics/")[skip:]:
        if browser.is_over():
            return
        browser.open_with_files(path)
        browser.pause(pause)
    if browser.is_over():
        return
    word = new_word()
    text = f"{random.choice(LETTERS)}\n\nThe word of this letter is {word}."  # noqa: S311
    form = browser.open_with_files("/ask/")
    for typed in (len(text) // 3, 2 * len(text) // 3, len(text)):
        browser.pause(pause)
        if browser.is_over():
            return
        checked = browser.post("ask", "/ask/check/", {"text": text[:typed]}, form)
        expect(tally, "/ask/check/", checked, 200, 204)
    browser.pause(pause)
    preview = browser.post("ask", "/ask/preview/", {"text": text}, form)
    if not expect(tally, "/ask/preview/", preview, 200):
        return
    browser.pause(pause)
    given = {
        "text": text, "submission": preview.field("submission"), "understood": "on", "may_publish": "on",
    }  # fmt: skip
    sent = browser.post("ask", "/ask/send/", given, preview)
    found = re.search(r"<output>([A-Z0-9-]{20,})</output>", sent.text)
    if not expect(tally, "/ask/send/", sent, 200, 201) or found is None:
        with tally.lock:
            tally.errors.append("/ask/send/: no claim code")
        return
    with tally.lock:
        tally.acknowledged[word] = found.group(1)
    browser.pause(pause)
    door = browser.get("public", "/claim/")
    expect(tally, "/claim/", browser.post("claim", "/claim/", {"code": found.group(1)}, door), 200)


def reader(browser: Browser, *, pause: tuple[float, float], answers: list[str]) -> None:
    """Visit after visit, each by a new reader: another address, no cookie, no file in store.

    The first begins anywhere among the public pages, after a pause: a crowd does not click in step.
    """
    skip = random.randrange(PUBLIC_PAGES + 1)  # noqa: S311
    browser.pause((0, pause[1]))
    while not browser.is_over():
        browser.forget()
        browser.network = f"10.{random.randrange(256)}.{random.randrange(256)}.{random.randrange(1, 255)}"  # noqa: S311
        read_and_ask(browser, pause=pause, answers=answers, skip=skip)
        skip = 0
    browser.close()


def clinician(browser: Browser, *, pause: tuple[float, float], name: str, password: str) -> None:
    """Sign in, then claim, confirm what was read, and mark as drafted, one letter after another."""
    tally = browser.tally
    door = browser.get("sign-in", "/account/login/")
    inside = browser.post("sign-in", "/account/login/", {"login": name, "password": password}, door)
    expect(tally, "sign-in", inside, 302)
    while not browser.is_over():
        queue = browser.get("desk", "/desk/queue/?state=new")
        expect(tally, "queue", queue, 200)
        browser.pause(pause)
        letters = list(dict.fromkeys(re.findall(r"/desk/letters/([0-9a-f-]{36})/", queue.text)))
        if not letters or browser.is_over():
            continue
        _work_on(browser, f"/desk/letters/{random.choice(letters[:10])}/", pause)  # noqa: S311
    browser.close()


def _work_on(browser: Browser, letter: str, pause: tuple[float, float]) -> None:
    tally = browser.tally
    for what, path, fields in (
        ("claim", "move/", {"name": "claim"}),
        ("confirm", "findings/", {"action": "confirm_all"}),
        ("draft", "move/", {"name": "draft"}),
    ):
        page = browser.get("desk", letter)
        if not expect(tally, "review", page, 200) or browser.is_over():
            return
        browser.pause(pause)
        done = browser.post("desk", letter + path, {**fields, "version": page.field("version")}, page)
        # Someone was faster, the worker has not read it yet, or the form was sent again after a broken line.
        if done.status in (409, 422):
            with tally.lock:
                tally.conflicts += 1
            return
        if not expect(tally, what, done, 302):
            return
    with tally.lock:
        tally.drafted += 1


def run_people(people: list[Callable[[], None]], tally: Tally) -> None:
    """Let everyone go at once, and wait for them; a person who stumbles is an error of the desk."""

    def guarded(person: Callable[[], None]) -> None:
        try:
            person()
        except Exception as error:
            with tally.lock:
                tally.errors.append(f"{type(error).__name__}: {error}"[:200])

    threads = [threading.Thread(target=guarded, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
