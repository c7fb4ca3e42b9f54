import time

from tests.people import person, subscribe, topic
from webapp.clock import utc_now
from webapp.db import db
from webapp.privacy.erasure import planning
from webapp.subjects.models import Subject


def test_try(app):
    anna = person()
    subscribe(anna, topic())
    s = db.session.get_one(Subject, anna.id)
    for i in range(4):
        t = time.time()
        p = planning.plan(s, on=utc_now().date())
        print(time.time() - t)
    for l in p.lines:
        print(l.table_name, l.treatment.value, l.reason.value, l.rows, l.kept_until, l.reference[:40], l.fields[:3])
    print(p.hash)
