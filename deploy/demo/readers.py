"""People who get the demo's newsletter without being customers: most by its form, one from a list of earlier times."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select

from webapp.consents import imports, newsletter, wordings
from webapp.consents.models import NewsletterRequest, Topic
from webapp.db import db
from webapp.subjects import subjects
from webapp.subjects.models import Subject

READERS = {
    "seraina.planta@example.org": ("de", ("news", "tips")),
    "jules.monnier@example.com": ("fr", ("events",)),
    "p.bernasconi@example.net": ("it", ("news", "stories")),
    "harriet.lowe@example.org": ("en", ("tips", "events", "stories")),
}
UNDECIDED = "gian.tuor@example.org"
VISITOR_OF_OPEN_DAY = "ladina.casutt@example.net"


def subscribe(*, now: datetime) -> None:
    """In the last hour, after everything else. Whoever is not here yet has not pressed the button in the email."""
    topics = {topic.slug: topic for topic in db.session.scalars(select(Topic))}
    for number, (address, (language, slugs)) in enumerate(READERS.items()):
        asked_at = now - timedelta(minutes=41 - 8 * number)
        request = _ask(address, language, [topics[slug] for slug in slugs], asked_at)
        newsletter.accept(request, network="203.0.113.40", now=asked_at + timedelta(minutes=4))
    _ask(UNDECIDED, "de", [topics["news"]], now - timedelta(minutes=6))
    _take_over(topics["events"], given_at=now - timedelta(minutes=2))


def _ask(address: str, language: str, topics: Iterable[Topic], at: datetime) -> NewsletterRequest:
    request = NewsletterRequest(
        subject=_subject(address, language, at),
        topics={str(topic.id): wordings.topic_box(topic, language).text for topic in topics},
        language=language,
        network="203.0.113.40",
        asked_at=at,
    )
    db.session.add(request)
    return request


def _take_over(topic: Topic, *, given_at: datetime) -> None:
    language = "de"
    imports.take_over(
        _subject(VISITOR_OF_OPEN_DAY, language, given_at),
        topic,
        wording="Ja, laden Sie mich auch nächstes Jahr ein.",
        language=language,
        evidence="Tag der offenen Tür, Karte 112, unterschrieben",
        given_at=given_at,
    )


def _subject(address: str, language: str, at: datetime) -> Subject:
    subject = subjects.find_or_create(address, language=language)
    subject.created_at = at
    return subject
