"""Words that would run, break out or be obeyed if anything forgot to escape them."""

from __future__ import annotations

import re
from html.parser import HTMLParser

MARK = "xss-mark"  # stands in every piece, so that a test can see that the words were shown at all
SCRIPTS = (
    f"<script>alert('{MARK}')</script>",
    f"</textarea><script>alert('{MARK}')</script>",
    f"</title><script>alert('{MARK}')</script>",
    f"<img src=x onerror=alert('{MARK}')>",
    f"<svg/onload=alert('{MARK}')>",
    f"<svg><animate onbegin=alert('{MARK}') attributeName=x dur=1s>",
    f"<math href=\"javascript:alert('{MARK}')\">x</math>",
    f'"><input autofocus onfocus=alert("{MARK}")>',
    f"' onmouseover='alert(\"{MARK}\")",
    f"<a href=\"javascript:alert('{MARK}')\">here</a>",
    f"[{MARK}](javascript:alert(1))",
    f'![{MARK}](x" onerror="alert(1))',
    f"<iframe srcdoc=\"<script>alert('{MARK}')</script>\"></iframe>",
    f"<style>*{{background:url(//evil.example/{MARK})}}</style>",
    f"<link rel=stylesheet href=//evil.example/{MARK}.css>",
    f"<meta http-equiv=refresh content='0;url=//evil.example/{MARK}'>",
    f"<base href=//evil.example/{MARK}/>",
    f"<!--><script>alert('{MARK}')</script>-->",
    f"]]><script>alert('{MARK}')</script><![CDATA[",
    f"＜script＞alert('{MARK}')＜/script＞",  # full-width brackets: some normalisers make real ones of them
    f"\u202e<script>alert('{MARK}')</script>\u202c",
    f"<scr\u0000ipt>alert('{MARK}')</scr\u0000ipt>".replace("\u0000", "\u200b"),
    f"&lt;script&gt;alert('{MARK}')&lt;/script&gt;",
    f"<details open ontoggle=alert('{MARK}')>",
    f"<form action=//evil.example><button>{MARK}</button></form>",
)
TEMPLATES = (
    "{{ 7|add:35 }}",
    "{% debug %}",
    "{{ settings.SECRET_KEY }}",
    "${7*6}",
    "#{7*6}",
    "{{request.user.password}}",
    "%(secret)s",
)
SQL = (
    "' OR 1=1 --",
    "'; DROP TABLE desk_question; --",
    '" OR ""="',
    "1) UNION SELECT claim_hash FROM desk_question --",
    "%' OR '1'='1",
    "\\'; SELECT pg_sleep(5); --",
)
DATA = ("application/ld+json", "application/json")  # blocks of data, which no browser runs
HANDLER = re.compile(r"^on", re.I)
HARMFUL = {"iframe", "object", "embed", "base", "math", "animate", "style"}


class Faults(HTMLParser):
    """What a page holds that it must not: handlers, script of any words, addresses that run, elements that nobody wrote."""

    def __init__(self, *, may: frozenset[str] = frozenset()) -> None:
        super().__init__(convert_charrefs=True)
        self.may = may
        self.found: list[str] = []
        self.words: list[str] = []
        self.within = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        self.within = tag if tag in ("script", "style") else ""
        if tag in HARMFUL - self.may:
            self.found.append(f"<{tag}>")
        if (
            tag == "script"
            and not (given.get("src") or "").startswith("/static/")
            and given.get("type") not in DATA
        ):
            self.found.append("<script> of its own")
        for name, value in attributes:
            if HANDLER.match(name) or (name in ("srcdoc", "style") and tag not in self.may):
                self.found.append(f"{tag} {name}")
            if name in ("href", "src", "action", "formaction", "data") and re.match(
                r"\s*(javascript|data|vbscript):", value or "", re.I
            ):
                self.found.append(f"{tag} {name}={value}")
            if "evil.example" in (value or "") and name in ("href", "src", "action", "formaction", "content"):
                self.found.append(f"{tag} {name}={value}")

    def handle_endtag(self, tag: str) -> None:
        self.within = ""

    def handle_data(self, data: str) -> None:
        if not self.within:
            self.words.append(data)


def faults(page: str, *, may: frozenset[str] = frozenset()) -> list[str]:
    """The faults of a page."""
    parser = Faults(may=may)
    parser.feed(page)
    return parser.found


def shown(page: str) -> str:
    """The words that a reader of the page sees."""
    parser = Faults()
    parser.feed(page)
    return " ".join(parser.words)
