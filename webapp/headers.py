"""Response headers that protect the reader: a Content-Security-Policy with a nonce, no framing, no sniffing."""

import secrets

from flask import Flask, Response, g

from webapp.config import Settings

UNUSED = (
    *("accelerometer", "camera", "display-capture", "geolocation", "gyroscope"),
    *("magnetometer", "microphone", "midi", "payment", "usb"),
)
PERMISSIONS = ", ".join(f"{feature}=()" for feature in UNUSED)


def init_app(app: Flask, settings: Settings) -> None:
    app.jinja_env.globals["csp_nonce"] = csp_nonce
    app.after_request(_add_headers)
    if settings.https:
        app.after_request(_only_https)


def csp_nonce() -> str:
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    nonce: str = g.csp_nonce
    return nonce


def email_preview_policy(response: Response) -> Response:
    """For an email shown in a sandboxed frame: its own inline styles, nothing that runs, nothing from elsewhere."""
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; "
        "sandbox allow-popups allow-popups-to-escape-sandbox"  # a page that a link opens is a page like any other
    )
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _add_headers(response: Response) -> Response:
    nonce = csp_nonce()
    policy = (
        "default-src 'none'; object-src 'none'; "
        f"script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src 'self' data:; "
        "connect-src 'self'; font-src 'self'; frame-src 'self'; manifest-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    response.headers.setdefault("Content-Security-Policy", policy)
    response.headers.setdefault("X-Frame-Options", "DENY")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    # Flask-WTF compares the Referer of HTTPS forms, so it must reach ourselves, and nobody else.
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    response.headers.setdefault("Permissions-Policy", PERMISSIONS)
    # Also for visitors: behind an emailed link stands somebody's address, and every form holds a token.
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _only_https(response: Response) -> Response:
    response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return response
