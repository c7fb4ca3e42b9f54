from collections.abc import Callable

import pytest


@pytest.fixture
def addressed(configure: Callable[..., None]) -> None:
    """A company that says where it is: without it no policy can be proposed."""
    configure(company_address="Gäuggelistrasse 1, 7000 Chur", privacy_contact="privacy@candor.example")
