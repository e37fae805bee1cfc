"""Password and second factor: uniform words, exact limits, no code twice, and an end for every sign-in."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection

from tests.builders import NOW
from tiemchung.access import factors, reads, rules
from tiemchung.access.actions import (
    change_password,
    end_sign_ins,
    enrol_totp,
    give_password,
    hire_staff,
    prove_factor,
    prove_password,
    reset_factors,
    sign_in_staff,
)
from tiemchung.access.models import Staff
from tiemchung.core.actor import SYSTEM, Actor, Kind, Role
from tiemchung.core.audit import looks_at
from tiemchung.core.verdict import Refused

WORD = "một mật khẩu rất dài"
NETWORK = "203.0.113.9"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def staff_id(db: None):
    """Hire Dũng."""
    return hire_staff(by=SYSTEM, at=NOW, username="dung", full_name="Nguyễn Văn Dũng", password=WORD)


def try_password(password: str, username: str = "dung", network: str = NETWORK, at: dt.datetime = NOW):
    """Try a password at the door and give who it was, or the code of the refusal."""
    try:
        return prove_password(at=at, username=username, password=password, network=network)
    except Refused as refused:
        return str(refused)


def enrolled(staff_id, at: dt.datetime = NOW) -> list[str]:
    """Enrol the app and give the recovery codes."""
    return enrol_totp(at=at, staff_id=staff_id, secret=SECRET, code=factors.code_at(SECRET, at))


def test_the_right_password_names_its_owner(staff_id) -> None:
    assert try_password(WORD) == staff_id


def test_passwords_are_kept_as_argon2(staff_id) -> None:
    assert Staff.objects.get(id=staff_id).password.startswith("argon2$argon2id$")


def test_a_wrong_password_an_unknown_name_and_the_dismissed_get_one_answer(staff_id) -> None:
    hire_staff(by=SYSTEM, at=NOW, username="gone", full_name="Đã nghỉ", password=WORD)
    Staff.objects.filter(username="gone").update(is_active=False)
    answers = {try_password("sai"), try_password(WORD, "nobody"), try_password(WORD, "gone")}
    assert answers == {"SIGN_IN_FAILED"}


def test_ten_wrong_tries_shut_this_network_out_and_no_other(staff_id) -> None:
    assert [try_password("sai") for _ in range(10)] == ["SIGN_IN_FAILED"] * 10
    assert try_password(WORD) == "TOO_MANY_TRIES"
    assert try_password(WORD, network="198.51.100.4") == staff_id
    assert try_password(WORD, at=NOW + dt.timedelta(minutes=15)) == staff_id


def test_an_unknown_name_is_limited_like_a_known_one(staff_id) -> None:
    known = [try_password("sai") for _ in range(12)]
    assert known == [try_password("sai", "nobody", "192.0.2.1") for _ in range(12)]


def test_many_networks_together_are_limited_too(staff_id, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "PASSWORD_ACCOUNT", rules.Limit("password:account", 6, 3600))
    answers = [try_password("sai", network=f"10.0.{n}.1") for n in range(7)]
    assert answers == ["SIGN_IN_FAILED"] * 6 + ["TOO_MANY_TRIES"]


def test_right_passwords_use_nothing_up(staff_id) -> None:
    assert {try_password(WORD) for _ in range(15)} == {staff_id}


def test_a_missed_password_leaves_a_line_without_it(staff_id) -> None:
    try_password("bí mật gõ nhầm")
    line = looks_at([staff_id], actions=["miss_password"])[0]
    assert "bí mật" not in f"{line.because}{line.facts}"


def test_a_totp_code_opens_once_and_its_neighbours_in_time_too(staff_id) -> None:
    enrolled(staff_id)
    later = NOW + dt.timedelta(minutes=2)
    code = factors.code_at(SECRET, later)
    assert prove_factor(at=later, staff_id=staff_id, code=f"{code[:3]} {code[3:]}") == "TOTP"
    with pytest.raises(Refused, match="FACTOR_WRONG"):
        prove_factor(at=later, staff_id=staff_id, code=code)


def test_the_code_that_enrolled_the_app_opens_nothing_more(staff_id) -> None:
    enrolled(staff_id)
    with pytest.raises(Refused, match="FACTOR_WRONG"):
        prove_factor(at=NOW, staff_id=staff_id, code=factors.code_at(SECRET, NOW))


def test_an_old_code_is_too_old(staff_id) -> None:
    enrolled(staff_id)
    later = NOW + dt.timedelta(minutes=9)
    with pytest.raises(Refused, match="FACTOR_WRONG"):
        prove_factor(at=later, staff_id=staff_id, code=factors.code_at(SECRET, later - dt.timedelta(minutes=2)))


def test_each_recovery_code_opens_once(staff_id) -> None:
    codes = enrolled(staff_id)
    assert len(set(codes)) == 10
    assert prove_factor(at=NOW, staff_id=staff_id, code=codes[3]) == "RECOVERY"
    with pytest.raises(Refused, match="FACTOR_WRONG"):
        prove_factor(at=NOW, staff_id=staff_id, code=codes[3])
    assert factors.factors_of(staff_id).recovery_left == 9


def test_six_guesses_in_five_minutes_are_one_too_many(staff_id) -> None:
    codes = enrolled(staff_id)
    for _ in range(5):
        with pytest.raises(Refused, match="FACTOR_WRONG"):
            prove_factor(at=NOW, staff_id=staff_id, code="000000")
    with pytest.raises(Refused, match="TOO_MANY_TRIES"):
        prove_factor(at=NOW, staff_id=staff_id, code=codes[0])


def test_an_enrolled_app_cannot_be_replaced_by_enrolling_again(staff_id) -> None:
    enrolled(staff_id)
    with pytest.raises(Refused, match="FACTOR_KNOWN"):
        enrolled(staff_id)


def test_no_secret_and_no_recovery_code_lies_open_in_the_database(staff_id) -> None:
    codes = enrolled(staff_id)
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert SECRET not in kept
    assert [code for code in codes if code in kept] == []


def test_a_secret_moved_to_somebody_else_opens_nothing(staff_id) -> None:
    enrolled(staff_id)
    other = hire_staff(by=SYSTEM, at=NOW, username="lan", full_name="Lê Thị Lan", password=WORD)
    Authenticator.objects.filter(type="totp").update(user_id=other)
    with pytest.raises(Exception, match=r"second_factor"):
        factors.use_totp(other, "123456", NOW)


def test_signing_out_everywhere_and_a_new_password_end_every_sign_in(staff_id) -> None:
    first = sign_in_staff(at=NOW, staff_id=staff_id, how="TOTP").auth_hash
    end_sign_ins(by=SYSTEM, at=NOW, staff_id=staff_id)
    second = reads.staff_account(staff_id).auth_hash
    change_password(by=SYSTEM, at=NOW, staff_id=staff_id, old=WORD, new="câu khác hẳn, cũng dài", network=NETWORK)
    third = reads.staff_account(staff_id).auth_hash
    assert len({first, second, third}) == 3


@pytest.mark.parametrize("weak", ["ngắn", "password1234"])
def test_a_weak_password_is_refused(staff_id, weak: str) -> None:
    with pytest.raises(Refused, match="PASSWORD_WEAK"):
        change_password(by=SYSTEM, at=NOW, staff_id=staff_id, old=WORD, new=weak, network=NETWORK)


WHY = "Mất điện thoại, đã gặp tận nơi"


def admin(staff_id=None) -> Actor:
    """Give an administrator."""
    return Actor(kind=Kind.STAFF, id=staff_id, role=Role.ADMIN)


def test_after_a_lost_factor_is_reset_every_sign_in_is_over_and_the_app_is_enrolled_anew(staff_id) -> None:
    codes = enrolled(staff_id)
    before = sign_in_staff(at=NOW, staff_id=staff_id, how="TOTP").auth_hash
    reset_factors(by=admin(), at=NOW, staff_id=staff_id, because=WHY)
    assert not factors.factors_of(staff_id).totp
    assert reads.staff_account(staff_id).auth_hash != before
    with pytest.raises(Refused, match="FACTOR_WRONG"):
        prove_factor(at=NOW, staff_id=staff_id, code=codes[0])
    assert len(enrolled(staff_id)) == 10
    (line,) = looks_at([staff_id], actions=["reset_factors"])
    assert line.because == WHY


def test_factors_and_passwords_are_reset_by_an_administrator_for_somebody_else_and_with_a_reason(staff_id) -> None:
    for by in (admin(staff_id), Actor(kind=Kind.STAFF, role=Role.MINISTRY_OFFICER), Actor(kind=Kind.CITIZEN)):
        with pytest.raises(Refused, match="NOT_YOUR_ROLE"):
            reset_factors(by=by, at=NOW, staff_id=staff_id, because=WHY)
        with pytest.raises(Refused, match="NOT_YOUR_ROLE"):
            give_password(by=by, at=NOW, staff_id=staff_id, password=WORD)
    with pytest.raises(Refused, match="REASON_MISSING"):
        reset_factors(by=admin(), at=NOW, staff_id=staff_id, because="   ")


def test_a_given_password_opens_and_ends_what_the_old_one_opened(staff_id) -> None:
    before = reads.staff_account(staff_id).auth_hash
    give_password(by=admin(), at=NOW, staff_id=staff_id, password="một câu khác hẳn")
    assert (try_password("một câu khác hẳn"), try_password(WORD)) == (staff_id, "SIGN_IN_FAILED")
    assert reads.staff_account(staff_id).auth_hash != before


@pytest.mark.django_db(transaction=True)
def test_of_many_parallel_uses_of_one_code_exactly_one_wins() -> None:
    staff_id = hire_staff(by=SYSTEM, at=NOW, username="dung", full_name="Dũng", password=WORD)
    enrolled(staff_id)
    later = NOW + dt.timedelta(minutes=2)
    code = factors.code_at(SECRET, later)

    def one(_: int) -> bool:
        try:
            return factors.use_totp(staff_id, code, later)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as crowd:
        assert sum(crowd.map(one, range(30))) == 1
