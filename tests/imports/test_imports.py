"""A file on its way into the tables: its columns, the check, the import, and what is refused."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from tests.imports.files import CUSTOMERS, confirm_columns, received, upload
from tests.pages import PageClient
from tests.people import Person, person
from webapp.access import Role
from webapp.db import db
from webapp.imports.models import ImportState
from webapp.products.models import CustomerRecord


@pytest.fixture
def olga(client: PageClient, sign_in: Callable[[Person], PageClient]) -> Person:
    olga = person("olga@example.net", role=Role.ADMINISTRATOR, given_name="Olga", family_name="Frei")
    sign_in(olga)
    return olga


def test_a_file_of_customers_comes_in(client: PageClient, olga: Person, run_jobs: Callable[[], None]) -> None:
    assert upload(client, CUSTOMERS.encode("cp1252")).status_code == 303
    found = received()
    assert (found.encoding, found.separator, found.state) == ("cp1252", ";", ImportState.RECEIVED)
    assert confirm_columns(client, found.id).status_code == 303
    run_jobs()
    page = client.get(f"/staff/imports/{found.id}")
    assert "Checked: nothing is kept yet" in page.text
    assert received().counts == {"created": 2}
    assert db.session.scalars(select(CustomerRecord)).all() == []
    client.submit(f"/staff/imports/{found.id}/start", page=f"/staff/imports/{found.id}")
    run_jobs()
    assert "Imported on" in client.get(f"/staff/imports/{found.id}").text
    assert received().counts == {"created": 2}
    assert set(db.session.scalars(select(CustomerRecord.external_id))) == {"K-1", "K-2"}
