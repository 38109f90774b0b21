"""Headers on every answer: nothing runs that is not ours, nothing is framed, cached or leaked to other sites.

A plain ASGI wrapper: it also covers error answers and files.
"""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FIXED = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), clipboard-read=()",
}


def content_security_policy(hub_url: str) -> str:
    """Return the policy: own styles, images and scripts; forms to us, or to the hub after signing out."""
    return "; ".join(
        [
            "default-src 'none'",
            "style-src 'self'",
            "img-src 'self'",
            "script-src 'self'",
            "connect-src 'self'",
            f"form-action 'self' {hub_url}",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        ]
    )


class SecurityHeaders:
    """Adds the headers to whatever `app` answers."""

    def __init__(self, app: ASGIApp, hub_url: str) -> None:
        self.app = app
        self.headers = {**FIXED, "content-security-policy": content_security_policy(hub_url)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        cache = "private, max-age=3600" if scope["path"].startswith("/static/") else "no-store"

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in {**self.headers, "cache-control": cache}.items():
                    headers[name] = value
            await send(message)

        await self.app(scope, receive, send_with_headers)
