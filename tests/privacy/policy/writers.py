"""Two people who look after the policy, and versions that they published."""

from datetime import date

from tests.people import Person, person
from webapp.access import Role
from webapp.clock import utc_now
from webapp.db import db
from webapp.privacy.policy import drafts, publishing, versions
from webapp.privacy.policy.models import PolicyVersion
from webapp.subjects.models import Subject

GENERATED = "{{ controller }}\n\n{{ what_we_hold }}\n\n{{ purposes }}\n\n{{ recipients }}"
TEXT = f"We at {{{{ company_name }}}} keep bees.\n\n## Honey\n\nIt is sweet and brown.\n\n{GENERATED}\n"
LANGUAGES = ("en", "de", "fr", "it")


def writer() -> Person:
    return person("olga@example.org", role=Role.ADMINISTRATOR, given_name="Olga", family_name="Ivanova")


def reader() -> Person:
    return person("pia@example.org", role=Role.PRIVACY_OFFICER, given_name="Pia", family_name="Meier")


def subject(who: Person) -> Subject:
    return db.session.get_one(Subject, who.id)


def written(by: Person, text: str = TEXT, news: str = "The honey is new.") -> PolicyVersion:
    """A draft that can be proposed."""
    now = utc_now()
    drafts.start(by=subject(by), now=now)
    for code in LANGUAGES:
        draft = drafts.hold()
        drafts.change(code, text, news, seen=drafts.mark(draft, code), by=subject(by), now=now)
    db.session.commit()
    return drafts.hold()


def proposed(by: Person, text: str = TEXT, news: str = "The honey is new.") -> PolicyVersion:
    draft = written(by, text, news)
    publishing.propose(content=publishing.content_of(draft), by=subject(by), now=utc_now())
    db.session.commit()
    return drafts.hold()


def published(
    by: Person, reader: Person, text: str = TEXT, *, news: str = "The honey is new.", valid_from: date | None = None
) -> int:
    version = proposed(by, text, news)
    content, now = publishing.content_of(version), utc_now()
    day = valid_from or publishing.earliest_day(now=now)
    number = publishing.publish(content=content, valid_from=day, by=subject(reader), now=now).number
    db.session.commit()
    assert versions.latest()
    return number
