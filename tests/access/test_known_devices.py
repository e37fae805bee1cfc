"""A stranger who knows a number uses up what strangers get for it, and nothing of its holder's (M15, I14)."""

import contextlib
import datetime as dt
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builders import NOW
from tiemchung.access import reads, rules
from tiemchung.access.actions import forget_devices, remember_device, send_code, sweep_devices, take_report, use_code
from tiemchung.access.models import KnownDevice, PrefixTally, RateBucket
from tiemchung.access.rules import Purpose, Trust
from tiemchung.core.actor import PUBLIC, Actor, Kind, Role
from tiemchung.core.ids import new_id
from tiemchung.core.models import AuditLine, OutboxMessage
from tiemchung.core.outbox import contact_key
from tiemchung.core.verdict import Refused

PHONE, OTHER = "+84900000077", "+84900000078"
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
AGENT = Actor(kind=Kind.STAFF, id=new_id(), role=Role.HOTLINE_AGENT, name="Tổng đài viên")
WHERE: dict[str, Any] = {"purpose": Purpose.CITIZEN_SIGN_IN, "bound_to": "b"}
ALL_A_DAY = 10 + 6 + 20 + 5  # strangers, their reserve, known devices together, staff


def ask(device: str = "", *, at: dt.datetime = NOW, network: str = "203.0.113.7", **other: Any) -> str:
    """Ask for a code; give "" where it went, else the code of the refusal."""
    values = {"by": PUBLIC, "phone": PHONE, **WHERE} | other
    try:
        send_code(at=at, network=network, text="{code}", device=device, **values)
    except Refused as refused:
        return str(refused.verdict.refusals[0].code)
    return ""


def known(phone: str = PHONE, at: dt.datetime = NOW, token: str = "") -> str:
    """Know a device of this phone."""
    return remember_device(by=PUBLIC, at=at, phone=phone, token=token)


def use_up(at: dt.datetime = NOW) -> dt.datetime:
    """Let a stranger with many networks take every code of the phone that there is, and give the moment after."""
    for minute in range(9):
        ask(at=at + minute * MINUTE, network=f"100.{64 + minute}.0.1", bound_to="stranger")
    assert ask(at=at + 9 * MINUTE, network="192.0.2.1", bound_to="stranger") == "TOO_MANY_CODES"
    return at + 9 * MINUTE


@pytest.mark.django_db
def test_a_stranger_who_uses_up_the_codes_of_a_phone_does_not_shut_out_the_holders_own_phone() -> None:
    device = known()
    at = use_up()
    assert ask(at=at) == "TOO_MANY_CODES"
    assert ask(device, at=at) == ""
    strangers = rules.PHONE_LIMITS[1].count + rules.RESERVE_LIMITS[0].count
    assert OutboxMessage.objects.filter(contact_key=contact_key(PHONE)).count() == strangers + 1


@pytest.mark.django_db
def test_who_uses_up_a_phones_codes_from_one_network_leaves_some_for_everybody_elsewhere() -> None:
    for minute in range(40):
        ask(at=NOW + minute * MINUTE, network=f"198.51.{minute}.7", bound_to="stranger")
    at = NOW + 40 * MINUTE
    assert ask(at=at, network="198.51.200.1") == "TOO_MANY_CODES", "the same provider, another street"
    assert ask(at=at, network="203.0.113.7", bound_to="holder") == ""
    assert ask(at=at + MINUTE, network="203.0.113.7", bound_to="holder") == "TOO_MANY_CODES"
    assert ask(at=at + MINUTE, network="2001:db8::1", bound_to="holder") == ""


@pytest.mark.django_db
def test_the_networks_of_one_provider_are_one_to_the_reserve() -> None:
    for minute in range(6):
        ask(at=NOW + minute * MINUTE, network="198.51.100.1", bound_to="stranger")
    at = NOW + 6 * MINUTE
    sent = [ask(at=at + n * MINUTE, network=f"2001:db8:{n:x}::1", bound_to="stranger") for n in range(5)]
    assert sent == [""] + ["TOO_MANY_CODES"] * 4


@pytest.mark.django_db
def test_using_up_a_phones_whole_day_takes_many_networks_and_has_an_end() -> None:
    at, sent = NOW, Counter[str]()
    for n in range(400):
        at = NOW + n * 3 * MINUTE
        provider = f"100.{n % 60}.0.1"
        if ask(at=at, network=provider, bound_to="stranger") == "":
            sent[provider] += 1
    ordinary, reserve = rules.PHONE_LIMITS[2].count, rules.RESERVE_LIMITS[1].count
    assert ordinary + reserve <= sent.total() <= 2 * (ordinary + reserve)
    assert ask(at=at, network="192.0.2.1") == "TOO_MANY_CODES"


@pytest.mark.django_db
def test_the_reserve_stops_where_strangers_are_stopped() -> None:
    for minute in range(6):
        ask(at=NOW + minute * MINUTE, network="198.51.100.1", bound_to="stranger")
    PrefixTally.objects.update(sent=200, verified=39)
    assert ask(at=NOW + 6 * MINUTE) == "CODES_PAUSED"


@pytest.mark.django_db
def test_neither_a_known_device_nor_staff_takes_from_the_reserve() -> None:
    device = known()
    asks: list[dict[str, Any]] = [{"device": device}, {"by": AGENT, "purpose": Purpose.CALLER}]
    for more in asks:
        for minute in range(12):
            ask(at=NOW + minute * MINUTE, **more)
    assert not RateBucket.objects.filter(key__startswith="code:reserve").exists()


@pytest.mark.django_db
def test_the_holders_own_phone_does_not_use_up_what_a_new_device_gets() -> None:
    device = known()
    assert [ask(device, at=NOW + n * MINUTE) for n in range(6)] == [""] * 5 + ["TOO_MANY_CODES"]
    assert ask(at=NOW + 6 * MINUTE) == ""


@pytest.mark.django_db
def test_a_device_is_known_for_its_own_phone_alone() -> None:
    device = known(OTHER)
    at = use_up()
    assert ask(device, at=at) == "TOO_MANY_CODES"
    assert ask("0" * 32, at=at) == "TOO_MANY_CODES"
    assert known(PHONE, token=device) == device, "one device serves a household's phones"
    assert ask(device, at=at) == ""


@pytest.mark.django_db
def test_one_stolen_device_leaves_another_its_codes_and_the_day_has_an_end() -> None:
    stolen, devices = known(), [known() for _ in range(4)]
    sent = Counter(ask(stolen, at=NOW + n * 13 * MINUTE) for n in range(30))
    assert sent[""] >= rules.KNOWN_LIMITS[2].count
    assert ask(devices[0], at=NOW + 31 * 13 * MINUTE) == ""
    later = NOW + 2 * DAY
    taken = Counter(ask(one, at=later + n * MINUTE) for n, one in enumerate(devices * 10))
    assert taken[""] == rules.KNOWN_PHONE.count


@pytest.mark.django_db
def test_guesses_of_strangers_stop_strangers_and_no_known_device(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr("tiemchung.access.codes.put_message", lambda **message: said.append(message["text"]))
    device = known()
    assert ask(device) == ""
    for n in range(rules.COUNTRY_FAILURES.count):
        use_code(by=PUBLIC, at=NOW, phone=PHONE, purpose=Purpose.CITIZEN_SIGN_IN, bound_to=f"s{n % 7}", code="x")
    assert ask(network="192.0.2.9") == "CODES_PAUSED"
    verdict = use_code(by=PUBLIC, at=NOW, phone=PHONE, code=said[0], **WHERE)
    assert [reason.code for reason in verdict.refusals] == ["CODES_PAUSED"]
    assert ask(device, at=NOW + MINUTE) == ""
    assert use_code(by=PUBLIC, at=NOW + MINUTE, phone=PHONE, code=said[1], device=device, **WHERE).allowed


@pytest.mark.django_db
def test_a_known_device_guesses_three_times_a_code_like_anybody(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr("tiemchung.access.codes.put_message", lambda **message: said.append(message["text"]))
    device = known()
    ask(device)
    wrong = f"{(int(said[0]) + 1) % 10**6:06d}"
    tried = [use_code(by=PUBLIC, at=NOW, phone=PHONE, code=c, device=device, **WHERE).allowed for c in (wrong,) * 3]
    assert tried == [False] * 3
    assert not use_code(by=PUBLIC, at=NOW, phone=PHONE, code=said[0], device=device, **WHERE).allowed


@pytest.mark.django_db
def test_neither_a_paused_range_nor_a_crowded_network_stops_a_known_device() -> None:
    device = known()
    for n in range(rules.NETWORK_LIMIT.count):
        assert ask(phone=f"+849000{1000 + n:05d}") == ""
    assert ask() == "TOO_MANY_CODES"
    PrefixTally.objects.update(sent=200, verified=39)
    assert ask(network="192.0.2.8") == "CODES_PAUSED"
    assert ask(device) == ""


@pytest.mark.django_db
def test_i14_who_is_known_signs_in_from_a_reserve_when_the_country_has_used_up_its_hour(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tiemchung.access.limits.SPREAD", 1)  # of several rows a random one would be asked
    monkeypatch.setattr(rules, "COUNTRY_SMS", rules.Limit("code:country", 3, 3600))
    monkeypatch.setattr(rules, "COUNTRY_RESERVE", rules.Limit("code:country:reserve", 1, 3600))
    device, second = known(), known()
    assert [ask(phone=f"+849000{1000 + n:05d}") for n in range(4)] == ["", "", "", "CODES_PAUSED"]
    assert [ask(device), ask(second)] == ["", "CODES_PAUSED"]


@pytest.mark.django_db
def test_an_agent_with_the_caller_on_the_line_is_not_shut_out_and_has_five_a_day() -> None:
    at = use_up()
    sent = [ask(at=at + n * MINUTE, by=AGENT, purpose=Purpose.CALLER, network="seat") for n in range(8)]
    assert sent == [""] * 5 + ["TOO_MANY_CODES"] * 3


@pytest.mark.django_db
def test_strangers_who_use_up_a_phones_reports_leave_its_holder_theirs() -> None:
    for n in range(9):
        with contextlib.suppress(Refused):
            take_report(at=NOW, phone=PHONE, network=f"100.64.{n}.1")
    with pytest.raises(Refused, match="TOO_MANY_TRIES"):
        take_report(at=NOW, phone=PHONE, network="192.0.2.1")
    for _ in range(rules.REPORT_PROVED.count):
        take_report(at=NOW, phone=PHONE, network="192.0.2.1", proved=True)
    with pytest.raises(Refused, match="TOO_MANY_TRIES"):
        take_report(at=NOW, phone=PHONE, network="192.0.2.1", proved=True)


@pytest.mark.django_db
def test_forgetting_a_phones_devices_ends_them_all_and_those_of_no_other_phone() -> None:
    mine, second, theirs = known(), known(), known(OTHER)
    assert forget_devices(by=PUBLIC, at=NOW, contact_key=contact_key(PHONE)) == 2
    assert [reads.known_device(PHONE, token, NOW) for token in (mine, second)] == [None, None]
    assert reads.known_device(OTHER, theirs, NOW) is not None
    assert forget_devices(by=PUBLIC, at=NOW, contact_key=contact_key(PHONE)) == 0
    assert AuditLine.objects.filter(action="forget_devices").count() == 1


@pytest.mark.django_db
def test_a_device_is_known_for_half_a_year_from_its_last_code_and_swept_afterwards() -> None:
    device = known()
    assert known(at=NOW + 100 * DAY, token=device) == device
    assert reads.known_device(PHONE, device, NOW + 279 * DAY) is not None
    assert reads.known_device(PHONE, device, NOW + 280 * DAY) is None
    assert sweep_devices(NOW + 279 * DAY) == 0
    assert sweep_devices(NOW + 280 * DAY) == 1


@pytest.mark.django_db
def test_a_phone_has_five_devices_and_the_one_used_least_lately_is_forgotten() -> None:
    first, *rest = [known(at=NOW + n * HOUR) for n in range(5)]
    known(at=NOW + 5 * HOUR, token=first)
    newest = known(at=NOW + 6 * HOUR)
    still = [token for token in (first, *rest, newest) if reads.known_device(PHONE, token, NOW + 7 * HOUR)]
    assert still == [first, *rest[1:], newest]


@pytest.mark.django_db
def test_what_a_device_holds_is_kept_as_a_hash_and_names_nobody() -> None:
    device = known()
    row = KnownDevice.objects.get()
    assert device.encode() not in bytes(row.token_hash)
    assert PHONE[3:] not in str(AuditLine.objects.filter(action="remember_device").values_list())
    assert AuditLine.objects.get(action="remember_device").subject_id == row.id


@given(
    st.lists(st.tuples(st.sampled_from(Trust), *[st.text("abc123", min_size=1, max_size=4)] * 2), max_size=30),
    st.ip_addresses(),
)
def test_no_subject_that_strangers_use_up_is_one_of_anybody_else(askers: list[Any], address: Any) -> None:
    counted: dict[bool, set[str]] = {True: set(), False: set()}
    for trust, phone, device in askers:
        budget = rules.code_budget(trust, phone=phone, device=device, network=str(address))
        assert any(limit.seconds == DAY.total_seconds() and phone == subject for limit, subject in budget)
        if trust is Trust.STRANGER:
            budget = (*budget, *rules.reserve_budget(phone=phone, network=str(address)))
        names = {f"{limit.name}:{subject}" for limit, subject in budget if limit is not rules.NETWORK_LIMIT}
        counted[trust is Trust.STRANGER] |= names
    assert counted[True].isdisjoint(counted[False])


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 9000)), min_size=1, max_size=60))
def test_whoever_asks_and_however_often_a_phones_day_has_an_end(asked: list[tuple[int, int]]) -> None:
    RateBucket.objects.all().delete()
    devices = [known() for _ in range(3)]
    asks: list[Callable[[dt.datetime], str]] = [
        lambda at: ask(at=at, network=f"100.{at.minute}.0.1"),
        lambda at: ask(at=at, by=AGENT, network="seat"),
        *(lambda at, device=one: ask(device, at=at) for one in devices),
    ]
    at, sent = NOW, []
    for who, gap in asked:
        at += dt.timedelta(seconds=gap)
        if asks[who](at) == "":
            sent.append((at, min(who, 2)))
    bounds = {0: 10 + 6, 1: 5, 2: 20}
    for start, _ in sent:
        day = Counter(who for moment, who in sent if start <= moment < start + DAY)
        # A bucket that was empty lets its count through at once and as many again in the course of the day.
        assert [who for who, many in day.items() if many > 2 * bounds[who]] == []
        assert day.total() <= 2 * ALL_A_DAY


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("many", "most"), [(0, 1), (1, 1), (4, 4)])
def test_of_fifty_parallel_requests_no_more_go_out_than_there_are_askers(many: int, most: int) -> None:
    devices = [known() for _ in range(many)] or [""]

    def one(n: int) -> str:
        try:
            return ask(devices[n % len(devices)], network=f"100.64.{n}.1")
        finally:
            connection.close()

    with ThreadPoolExecutor(12) as crowd:
        answers = Counter(crowd.map(one, range(50)))
    assert answers == {"": most, "TOO_MANY_CODES": 50 - most}
    assert OutboxMessage.objects.filter(contact_key=contact_key(PHONE)).count() == most
