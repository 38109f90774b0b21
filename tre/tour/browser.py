"""A browser without a screen: cookies, redirects and forms, against the edge as any visitor meets it.

Names under ``.localhost`` are known to real browsers but not to the C library, so the transport dials
loopback and keeps the name in the Host header; cookies still belong to the name.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx

TIMEOUT_S = 30
VOID = frozenset({"br", "hr", "img", "input", "link", "meta"})


class _Loopback(httpx.HTTPTransport):
    """Send every request to this machine, whatever the name in its address."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        dialled = httpx.Request(
            request.method,
            request.url.copy_with(host="127.0.0.1"),
            headers=request.headers,  # Host among them: the name the edge goes by
            stream=request.stream,
            extensions=request.extensions,
        )
        return super().handle_request(dialled)


@dataclass
class Form:
    """One form of a page: where it goes and what it would send."""

    action: str
    method: str = "get"
    fields: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, list[str]] = field(default_factory=dict)


class _FormReader(HTMLParser):
    """Collect a page's forms with the values a browser would send untouched."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._open: Form | None = None
        self._textarea: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = Form(values.get("action", ""), values.get("method", "get").lower())
            self.forms.append(self._open)
        elif self._open is not None:
            self._read_control(self._open, tag, values)

    def _read_control(self, form: Form, tag: str, values: dict[str, str]) -> None:
        name = values.get("name", "")
        if tag == "button" and name:
            form.buttons.setdefault(name, []).append(values.get("value", ""))
        elif tag == "textarea" and name:
            form.fields[name] = ""
            self._textarea = name
        elif tag == "input" and name:
            chosen = values.get("type") not in {"checkbox", "radio"} or "checked" in values
            if chosen:
                form.fields[name] = values.get("value", "on" if values.get("type") == "checkbox" else "")

    def handle_data(self, data: str) -> None:
        if self._open is not None and self._textarea is not None:
            self._open.fields[self._textarea] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "textarea":
            self._textarea = None


def read_forms(html: str) -> list[Form]:
    """Return the forms of a page in their order."""
    reader = _FormReader()
    reader.feed(html)
    return reader.forms


class _AlertReader(HTMLParser):
    """Collect the words of the first element with ``role="alert"``."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._depth or ("role", "alert") in attrs:
            self._depth += tag not in VOID

    def handle_endtag(self, tag: str) -> None:
        self._depth -= bool(self._depth) and tag not in VOID

    def handle_data(self, data: str) -> None:
        if self._depth and data.strip():
            self.words.append(data.strip())


def read_alert(html: str) -> str | None:
    """Return what a page's alert says, or None when it has none."""
    reader = _AlertReader()
    reader.feed(html)
    return " ".join(reader.words) or None


class Browser:
    """One person's visit: what they see, and the forms they send."""

    def __init__(self) -> None:
        self._client = httpx.Client(transport=_Loopback(), follow_redirects=True, timeout=TIMEOUT_S)

    @property
    def cookies(self) -> httpx.Cookies:
        """The cookie jar, by host."""
        return self._client.cookies

    def cookie(self, name: str, host: str, path: str) -> str | None:
        """Return the value a browser would send to `host` and `path` under `name`: the longest path wins."""
        fitting = [
            cookie
            for cookie in self._client.cookies.jar
            if cookie.name == name and cookie.domain == host and path.startswith(cookie.path)
        ]
        return max(fitting, key=lambda cookie: len(cookie.path)).value if fitting else None

    def cookie_header(self, host: str, path: str) -> str:
        """Return the Cookie header for one address, as needed to open a websocket."""
        names = {cookie.name for cookie in self._client.cookies.jar if cookie.domain == host}
        values = {name: self.cookie(name, host, path) for name in sorted(names)}
        return "; ".join(f"{name}={value}" for name, value in values.items() if value is not None)

    def get(self, url: str) -> httpx.Response:
        """Open a page, following redirects."""
        return self._client.get(url)

    def request(self, method: str, url: str, **options: object) -> httpx.Response:
        """Send any request, as a page's script would."""
        return self._client.request(method, url, **options)  # type: ignore[arg-type]

    def send(self, page: httpx.Response, form: Form, changes: Mapping[str, str]) -> httpx.Response:
        """Fill `form` of `page` with `changes` and send it."""
        target = urljoin(str(page.url), form.action)
        return self._client.request(form.method.upper(), target, data={**form.fields, **changes})

    @contextmanager
    def stream(self, method: str, url: str, *, timeout_s: float) -> Iterator[Iterator[str]]:
        """Read an answer line by line while it is being sent."""
        with self._client.stream(method, url, timeout=timeout_s) as answer:
            yield answer.iter_lines()

    def close(self) -> None:
        """End the visit."""
        self._client.close()
