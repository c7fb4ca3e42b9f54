"""A map in which two things cannot be true at once is refused, by name."""

from dataclasses import replace
from typing import Any

import pytest
from flask_babel import lazy_gettext as _l

from webapp.accounts.models import Profile
from webapp.app import create_app
from webapp.audit import AuditEntry
from webapp.config import Settings
from webapp.links import UsedToken
from webapp.privacy import data_map
from webapp.privacy.data_map.contradictions import contradictions
from webapp.privacy.data_map.purposes import USES
from webapp.privacy.data_map.retention import BOOKS, UNTIL_WITHDRAWN, Clock, Period, Retention
from webapp.privacy.data_map.vocabulary import Erasure, NotPersonal, OtherTable, Personal, Purpose, SubjectTable
from webapp.privacy.manifest import ContradictingMap


def city_with(**changes: Any) -> SubjectTable:
    profiles = data_map.table_of(Profile)
    city = profiles.personal[Profile.city]
    return replace(profiles, attributes={**profiles.attributes, Profile.city: replace(city, **changes)})


def found(*tables: SubjectTable | OtherTable) -> list[str]:
    return contradictions(tables, USES)


def test_the_map_of_the_house_has_none() -> None:
    assert contradictions(data_map.TABLES, USES) == []


@pytest.mark.parametrize(
    ("use", "said"),
    [
        (None, "purpose law: not declared"),
        (replace(USES[Purpose.LAW], retention=None), "purpose law: no clock"),  # type: ignore[arg-type]  # that is it
        (replace(USES[Purpose.LAW], bases=[]), "purpose law: no legal basis"),
        (
            replace(USES[Purpose.LAW], retention=Retention(Clock.RECORDED, Period(), "")),
            "purpose law: no time after recorded",
        ),
    ],
)
def test_a_purpose_without_a_clock_or_a_basis_is_named(use: Any, said: str) -> None:
    uses = {purpose: use if purpose is Purpose.LAW else held for purpose, held in USES.items()}
    uses = {purpose: held for purpose, held in uses.items() if held}
    assert contradictions([], uses) == [said]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"purposes": []}, "no purpose"),
        ({"keep": BOOKS}, "the law keeps it, but on erasure: delete"),
        ({"keep": UNTIL_WITHDRAWN}, "kept by a consent that no purpose of it asks for"),
        ({"keep": Retention(Clock.RECORDED, Period(), "")}, "kept: no time after recorded"),
        ({"on_erasure": Erasure.BLANK}, "on erasure: blank, but its row is deleted"),
        (
            {"on_erasure": Erasure.SHRED},
            "shredded on erasure, but not encrypted by the person's own key",
        ),
        (
            {"correct_at": "accounts.profile", "fixed": _l("It is so.")},
            "a page to correct it and a reason why it cannot be corrected",
        ),
    ],
)
def test_rules_of_a_column_that_contradict_each_other_are_named(changes: dict[str, Any], said: str) -> None:
    assert found(city_with(**changes)) == [f"profiles.city: {said}"]


def test_what_goes_with_the_account_cannot_stay_when_the_person_is_erased() -> None:
    profiles = replace(data_map.table_of(Profile), on_erasure=Erasure.KEEP)
    assert "profiles.city: goes with the account, but on erasure: keep" in found(profiles)


def test_a_column_cannot_be_deleted_out_of_a_row_that_stays() -> None:
    entries = data_map.table_of(AuditEntry)
    action = replace(entries.personal[AuditEntry.action], on_erasure=Erasure.DELETE)
    changed = replace(entries, attributes={**entries.attributes, AuditEntry.action: action}, about=())
    assert found(changed) == [
        "audit_entries: about nobody",
        "audit_entries.action: on erasure: deleted, but its row stays (keep)",
    ]


def test_a_person_who_gave_something_can_correct_it_or_reads_why_not() -> None:
    assert found(replace(data_map.table_of(Profile), correct_at=None))[0].startswith(
        "profiles.given_name: provided by the person, but neither"
    )


def test_json_names_its_parts() -> None:
    entries = data_map.table_of(AuditEntry)
    details = replace(entries.personal[AuditEntry.details], parts=None)
    changed = replace(entries, attributes={**entries.attributes, AuditEntry.details: details})
    assert found(changed) == ["audit_entries.details: JSON without parts"]


def test_a_column_with_two_declarations_is_named() -> None:
    profiles = data_map.table_of(Profile)
    only_city = replace(profiles, attributes={Profile.subject_id: NotPersonal("a number"), Profile.city: city()})
    assert found(profiles, only_city) == [
        "profiles.city: declared 2 times",
        "profiles.subject_id: declared 2 times",
    ]


def city() -> Personal:
    return data_map.table_of(Profile).personal[Profile.city]


def test_a_table_has_a_way_to_its_subject_or_a_reason_why_not() -> None:
    lost = replace(data_map.table_of(Profile), reach=None)  # type: ignore[arg-type]  # what it is about
    unexplained = OtherTable(UsedToken, "", attributes={})
    assert found(lost, unexplained) == [
        f"{name}: neither a way to its subject nor a reason why it has none" for name in ("profiles", "used_tokens")
    ]


def test_a_table_that_leads_to_nobody_holds_nothing_personal() -> None:
    hidden = OtherTable(Profile, "says nothing", attributes={Profile.city: city()})
    assert found(hidden) == ["profiles.city: personal, in a table that leads to nobody"]


def test_the_app_refuses_to_start_with_a_map_that_contradicts_itself(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data_map, "TABLES", [city_with(purposes=[], correct_at="accounts.horoscope")])
    wrong = settings.model_copy(update={"recipients": {"fortune_tellers": "Madame Soleil"}})
    with pytest.raises(ContradictingMap) as refused:
        create_app(wrong)
    assert str(refused.value).splitlines() == [
        "profiles.city: no purpose",
        "profiles: no page accounts.horoscope",
        "RECIPIENTS: no recipient 'fortune_tellers'",
    ]
