"""Accounts as their keepers see them: no secret, no posting ended twice or in the past, nobody out by a stranger."""

import datetime as dt
from uuid import UUID

import pytest

from tests import builders
from tests.builders import NOW, country  # noqa: F401 - a fixture
from tiemchung.access import actions, factors, reads, rules
from tiemchung.access.models import Posting
from tiemchung.core.actor import SYSTEM, Actor, Role
from tiemchung.core.audit import looks_at
from tiemchung.core.verdict import Refused

TODAY = NOW.date()
WHY = "Điều dưỡng chuyển sang bệnh viện khác"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def nurse(country: None, db: None) -> Actor:
    """Give a nurse of a station."""
    return builders.a_nurse()


def posting_of(nurse: Actor) -> UUID:
    return reads.postings_of(nurse.id, TODAY)[0].id


def end(by: Actor, nurse: Actor, on: dt.date = TODAY, because: str = WHY) -> str:
    """End the nurse's posting and give the code of the refusal, or nothing."""
    try:
        actions.end_posting(by=by, at=NOW, posting_id=Posting.objects.get(staff_id=nurse.id).id, on=on, because=because)
    except Refused as refused:
        return str(refused)
    return ""


@pytest.mark.parametrize(
    ("valid_to", "on", "refused"),
    [
        (None, 0, None),
        (None, 30, None),
        (None, -1, "POSTING_END_PAST"),
        (10, 5, None),
        (10, 10, None),
        (10, 11, "POSTING_ENDS_SOONER"),
        (0, 0, "POSTING_OVER"),
        (-3, 5, "POSTING_OVER"),
    ],
)
def test_a_posting_ends_from_today_on_and_never_later_than_it_does_already(
    valid_to: int | None, on: int, refused: str | None
) -> None:
    until = None if valid_to is None else TODAY + dt.timedelta(days=valid_to)
    verdict = rules.may_end_posting(until, TODAY + dt.timedelta(days=on), TODAY)
    assert [reason.code for reason in verdict.refusals] == ([refused] if refused else [])


def test_an_ended_posting_opens_nothing_and_leaves_its_reason(nurse: Actor) -> None:
    admin = builders.a_staff_member(Role.ADMIN)
    assert end(admin, nurse) == ""
    assert reads.postings_of(nurse.id, TODAY) == []
    (line,) = looks_at([nurse.id], actions=["end_posting"])
    assert (line.because, line.actor_id) == (WHY, admin.id)
    assert "POSTING_OVER" in end(admin, nurse)


def test_nobody_ends_a_posting_without_a_reason_or_their_own(nurse: Actor) -> None:
    admin = builders.a_staff_member(Role.ADMIN)
    assert "REASON_MISSING" in end(admin, nurse, because="  ngắn  ")
    assert "NOT_YOUR_ROLE" in end(admin, admin)
    assert "NOT_YOUR_ROLE" in end(nurse, nurse)
    assert reads.postings_of(admin.id, TODAY)


@pytest.mark.parametrize("role", [Role.MINISTRY_OFFICER, Role.HOTLINE_AGENT])
def test_only_an_administrator_ends_the_sign_ins_of_somebody_else(nurse: Actor, role: Role) -> None:
    before = reads.staff_account(nurse.id)
    with pytest.raises(Refused, match="NOT_YOUR_ROLE"):
        actions.end_sign_ins(by=builders.a_staff_member(role), at=NOW, staff_id=nurse.id, because=WHY)
    admin = builders.a_staff_member(Role.ADMIN)
    with pytest.raises(Refused, match="REASON_MISSING"):
        actions.end_sign_ins(by=admin, at=NOW, staff_id=nurse.id)
    assert reads.staff_account(nurse.id) == before
    actions.end_sign_ins(by=admin, at=NOW, staff_id=nurse.id, because=WHY)
    assert reads.staff_account(nurse.id) != before


def test_everybody_ends_their_own_sign_ins_without_a_reason(nurse: Actor) -> None:
    before = reads.staff_account(nurse.id)
    actions.end_sign_ins(by=nurse, at=NOW, staff_id=nurse.id)
    assert reads.staff_account(nurse.id) != before


def test_an_account_tells_its_factors_and_none_of_their_secrets(nurse: Actor) -> None:
    codes = actions.enrol_totp(at=NOW, staff_id=nurse.id, secret=SECRET, code=factors.code_at(SECRET, NOW))
    file = reads.account_file(builders.a_staff_member(Role.ADMIN), nurse.id)
    assert file is not None
    assert (file.factors.totp, file.factors.recovery_left, file.factors.passkeys) == (True, 10, ())
    assert not [word for word in (SECRET, *codes) if word in repr(file)]


@pytest.mark.parametrize("role", [Role.PROVINCE_OFFICER, Role.FACILITY_LEAD, Role.HOTLINE_AGENT])
def test_no_other_role_sees_an_account(nurse: Actor, role: Role) -> None:
    place = {"facility": builders.a_facility()} if role is Role.FACILITY_LEAD else {}
    place = {"area": builders.an_area()} if role is Role.PROVINCE_OFFICER else place
    assert reads.account_file(builders.a_staff_member(role, **place), nurse.id) is None
    assert reads.account_file(SYSTEM, nurse.id) is None
