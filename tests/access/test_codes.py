"""One-time codes: bound to phone, browser and purpose, used once, and stopped when the country is attacked (M15)."""

import contextlib
import datetime as dt
import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOW
from tiemchung.access import rules
from tiemchung.access.actions import send_code, use_code
from tiemchung.access.limits import take
from tiemchung.access.models import OneTimeCode, PrefixTally
from tiemchung.access.rules import Purpose
from tiemchung.core.actor import PUBLIC
from tiemchung.core.verdict import Refused

PHONE, HERE = "+84900000077", "browser-one"


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch):
    """Ask for a code and give it: what the phone would read."""

    def go(phone: str = PHONE, at: dt.datetime = NOW, network: str = "203.0.113.7", bound_to: str = HERE) -> str:
        said: list[str] = []
        monkeypatch.setattr("tiemchung.access.codes.put_message", lambda **message: said.append(message["text"]))
        send_code(
            by=PUBLIC, at=at, phone=phone, purpose=Purpose.CITIZEN_SIGN_IN, bound_to=bound_to, network=network,
            text="{code}",
        )  # fmt: skip
        return said[0]

    return go


def use(code: str, *, phone: str = PHONE, at: dt.datetime = NOW, **other: Any) -> bool:
    """Try a code where it was asked for, unless told otherwise."""
    where = {"purpose": Purpose.CITIZEN_SIGN_IN, "bound_to": HERE} | other
    return use_code(by=PUBLIC, at=at, phone=phone, code=code, **where).allowed


@pytest.mark.django_db
def test_a_code_opens_once(ask) -> None:
    code = ask()
    assert [use(code), use(code)] == [True, False]


@pytest.mark.django_db
@pytest.mark.parametrize("elsewhere", [
    {"bound_to": "browser-two"}, {"phone": "+84900000078"}, {"purpose": Purpose.CLAIM_PERSON},
    {"at": NOW + dt.timedelta(minutes=5)},
])  # fmt: skip
def test_a_code_opens_nothing_elsewhere_or_later(ask, elsewhere: dict[str, Any]) -> None:
    code = ask()
    assert not use(code, **elsewhere)
    assert use(code)


@pytest.mark.django_db
def test_after_three_wrong_tries_the_right_code_is_dead(ask) -> None:
    code = ask()
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    assert [use(wrong), use(wrong), use(wrong), use(code)] == [False] * 4


@pytest.mark.django_db
def test_only_the_latest_code_counts(ask) -> None:
    old = ask()
    new = ask(at=NOW + dt.timedelta(minutes=2))
    later = NOW + dt.timedelta(minutes=3)
    assert old == new or not use(old, at=later)
    assert use(new, at=later)


@pytest.mark.django_db
def test_no_code_is_kept_readable(ask) -> None:
    code = ask()
    row = OneTimeCode.objects.get()
    assert code.encode() not in bytes(row.code_hash)
    assert len(bytes(row.code_hash)) == 32


@pytest.mark.django_db
def test_a_phone_gets_one_code_a_minute_and_five_in_an_hour(ask) -> None:
    sent = 0
    for minute in range(12):
        with contextlib.suppress(Refused):
            ask(at=NOW + dt.timedelta(minutes=minute))
            sent += 1
    assert sent == 5
    with pytest.raises(Refused, match="TOO_MANY_CODES"):
        ask(at=NOW + dt.timedelta(minutes=11, seconds=30))


@pytest.mark.django_db
def test_a_network_gets_thirty_codes_an_hour(ask) -> None:
    for n in range(30):
        ask(phone=f"+849000{n:05d}")
    with pytest.raises(Refused, match="TOO_MANY_CODES"):
        ask(phone="+84900000999", network="203.0.113.250")
    ask(phone="+84900000999", network="198.51.100.1")


@pytest.mark.django_db
def test_a_refused_code_counts_against_no_limit(ask) -> None:
    for _ in range(30):
        with pytest.raises(Refused, match="PHONE_NOT_MOBILE"):
            ask(phone="+442071838750")
    assert use(ask())


@pytest.mark.django_db
def test_an_attack_over_many_phones_stops_the_country_before_a_thousand_guesses() -> None:
    stopped = None
    for n in range(1000):
        verdict = use_code(
            by=PUBLIC, at=NOW, phone=f"+849000{n:05d}", purpose=Purpose.CITIZEN_SIGN_IN, bound_to=HERE,
            code=f"{secrets.randbelow(10**6):06d}",
        )  # fmt: skip
        if "CODES_PAUSED" in [reason.code for reason in verdict.refusals]:
            stopped = n
            break
    assert stopped is not None
    assert stopped <= rules.COUNTRY_FAILURES.count
    later = NOW + dt.timedelta(minutes=10)
    verdict = use_code(by=PUBLIC, at=later, phone=PHONE, purpose=Purpose.CITIZEN_SIGN_IN, bound_to=HERE, code="1")
    assert [reason.code for reason in verdict.refusals] == ["CODE_WRONG"]


@pytest.mark.django_db
def test_a_range_of_numbers_that_never_answers_is_paused_and_others_are_not(ask) -> None:
    hour = NOW.replace(minute=0)
    PrefixTally.objects.create(prefix=rules.prefix_of(PHONE), hour=hour, sent=200, verified=39)
    with pytest.raises(Refused, match="CODES_PAUSED"):
        ask()
    ask(phone="+84901234567")


@pytest.mark.django_db
def test_each_send_and_each_right_answer_is_tallied_for_its_range(ask) -> None:
    use(ask())
    tally = PrefixTally.objects.get(prefix=rules.prefix_of(PHONE))
    assert (tally.sent, tally.verified) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_of_fifty_parallel_right_answers_exactly_one_wins(ask) -> None:
    code = ask()

    def one(_: int) -> bool:
        try:
            return use(code)
        finally:
            connection.close()

    with ThreadPoolExecutor(12) as crowd:
        won = sum(crowd.map(one, range(50)))
    assert won == 1


@pytest.mark.django_db
@pytest.mark.parametrize("other", [purpose for purpose in Purpose if purpose is not Purpose.CITIZEN_SIGN_IN])
def test_a_code_for_one_purpose_is_worthless_for_any_other(ask, other: Purpose) -> None:
    assert not use(ask(), purpose=other)


@pytest.mark.django_db(transaction=True)
def test_counters_survive_the_end_of_every_connection() -> None:
    limit = rules.Limit("test:kept", 3, 3600)
    for _ in range(3):
        take(limit, "somebody", NOW)
    connection.close()
    with pytest.raises(Exception, match="test:kept"):
        take(limit, "somebody", NOW)


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_range_is_paused_only_when_many_go_and_few_come_back(sent: int, verified: int) -> None:
    assert rules.prefix_paused(sent, verified) == (sent >= 200 and verified * 5 < sent)


@given(st.ip_addresses())
def test_every_address_of_a_network_counts_as_one(address) -> None:
    first, bits = rules.network_of(str(address)).split("/")
    assert bits == ("24" if address.version == 4 else "56")
    assert rules.network_of(first) == rules.network_of(str(address))


@pytest.mark.parametrize("phone", ["+84212345678", "+8490000000", "+1900000000", "0900000000", "+84900000000x", ""])
def test_codes_go_to_vietnamese_mobiles_only(phone: str) -> None:
    assert not rules.may_receive_code(phone).allowed
