"""Handing a copy over, whole or in part, so that a broken download goes on where it broke (RFC 9110, 14)."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from flask import Response, request
from werkzeug.datastructures import ContentRange

from webapp import storage
from webapp.accounts.sessions import LONGEST_USER_AGENT
from webapp.db import db
from webapp.privacy import copy_downloads
from webapp.privacy.copy_downloads import Fetching, Visitor
from webapp.privacy.models import DataExport
from webapp.storage import Store, StoredFile


def visitor() -> Visitor:
    return Visitor(request.remote_addr or "", request.user_agent.string[:LONGEST_USER_AGENT])


def hand_over(export: DataExport, fetching: Fetching, *, now: datetime) -> Response:
    """Commits, for a download is written down before its first byte leaves. Raises FileNotFoundError."""
    stored = storage.look_at(Store.EXPORTS, export.id)
    etag = hashlib.sha256(stored.version.encode()).hexdigest()[:32]
    span = _span(stored, etag)
    response = _part(export, span) if span else _no_such_part(stored)
    response.set_etag(etag)
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    if span and request.method == "GET":  # and not HEAD
        copy_downloads.record(export, replace(fetching, goes_on=fetching.goes_on or span.start > 0), now=now)
    db.session.commit()
    return response


@dataclass(frozen=True)
class Span:
    """`start` counts, `stop` does not. `length` is that of the file."""

    start: int
    stop: int
    length: int
    asked_for: bool


def _span(stored: StoredFile, etag: str) -> Span | None:
    """None if there is no such part. Who asks for several parts at once gets the whole, as the RFC allows."""
    wanted, size = request.range, stored.size
    if wanted is None or wanted.units != "bytes" or len(wanted.ranges) != 1 or not _has_part_of_this(etag):
        return Span(0, size, size, asked_for=False)
    found = wanted.range_for_length(size)
    return Span(*found, size, asked_for=True) if found else None


def _has_part_of_this(etag: str) -> bool:
    """Otherwise the parts would not fit together. A date is too coarse to tell."""
    condition = request.if_range
    return condition.date is None and condition.etag in {None, etag}


def _part(export: DataExport, span: Span) -> Response:
    body = storage.read(Store.EXPORTS, export.id, span=(span.start, span.stop)) if request.method == "GET" else None
    response = Response(body, 206 if span.asked_for else 200, mimetype="application/zip")
    response.headers["Content-Length"] = str(span.stop - span.start)
    name = f"my-data-{export.ready_at:%Y-%m-%d}.zip"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    if span.asked_for:
        response.content_range = ContentRange("bytes", span.start, span.stop, span.length)
    return response


def _no_such_part(stored: StoredFile) -> Response:
    response = Response(status=416)
    response.content_range = ContentRange("bytes", None, None, stored.size)
    return response
