"""A copy says which policy held when it was made."""

import json

from tests.people import person
from tests.privacy.policy.writers import published, reader, writer
from tests.privacy.test_copy import copy_of


def test_a_copy_names_the_policy_that_held_when_it_was_made(addressed: None) -> None:
    anna = person()
    assert json.loads(copy_of(anna)["manifest.json"])["policy_version"] is None
    number = published(writer(), reader())
    files = copy_of(anna)
    assert json.loads(files["manifest.json"])["policy_version"] == number
    assert f"http://localhost/privacy-policy/{number}" in files["index.html"]
