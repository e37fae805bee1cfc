"""Limits are exact, however many ask at once, and a right answer is given back."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builders import NOW
from tiemchung.access import actions
from tiemchung.access.limits import (
    Exhausted,
    give_back,
    is_full,
    minutes_of,
    sweep_buckets,
    take,
    take_country,
    take_or_refuse,
)
from tiemchung.access.models import RateBucket
from tiemchung.access.rules import Limit
from tiemchung.core.alarms import alarms
from tiemchung.core.verdict import Refused

FIVE = Limit("test:five", 5, 60)


def tries(limit: Limit, many: int, at: dt.datetime = NOW, subject: str = "x") -> int:
    """Count how many of so many events are let through."""
    done = 0
    for _ in range(many):
        try:
            take(limit, subject, at)
            done += 1
        except Exhausted:
            pass
    return done


@pytest.mark.django_db
def test_a_burst_ends_at_the_count_and_then_flows_evenly() -> None:
    assert tries(FIVE, 9) == 5
    assert tries(FIVE, 9, NOW + dt.timedelta(seconds=12)) == 1
    assert tries(FIVE, 9, NOW + dt.timedelta(seconds=400)) == 5


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 90), min_size=1, max_size=60))
def test_no_window_ever_lets_twice_the_count_through(gaps: list[int]) -> None:
    RateBucket.objects.all().delete()
    at, passed = NOW, []
    for gap in gaps:
        at += dt.timedelta(seconds=gap / 10)
        passed += [at] * tries(FIVE, 3, at)
    for start in passed:
        inside = [t for t in passed if start <= t < start + dt.timedelta(seconds=60)]
        assert len(inside) < 2 * FIVE.count


@pytest.mark.django_db
def test_what_is_given_back_can_be_taken_again() -> None:
    assert tries(FIVE, 5) == 5
    assert is_full(FIVE, "x", NOW)
    give_back(FIVE, "x")
    assert tries(FIVE, 3) == 1


@pytest.mark.django_db
def test_of_several_limits_one_that_is_full_counts_nothing_on_the_others() -> None:
    wide, narrow = Limit("test:wide", 10, 60), Limit("test:narrow", 1, 60)
    both = ((wide, "y"), (narrow, "y"))
    take_or_refuse(both, NOW)
    for _ in range(5):
        with pytest.raises(Refused):
            take_or_refuse(both, NOW)
    assert tries(wide, 20, subject="y") == 9


@pytest.mark.django_db
def test_a_wait_is_told_in_whole_minutes() -> None:
    tries(Limit("test:hour", 1, 3600), 1)
    with pytest.raises(Exhausted) as full:
        take(Limit("test:hour", 1, 3600), "x", NOW)
    assert minutes_of(full.value) == 60


@pytest.mark.django_db
def test_the_countrys_budget_is_kept_over_its_shares() -> None:
    limit, sent = Limit("test:country", 160, 3600), 0
    for _ in range(600):
        try:
            take_country(limit, NOW)
            sent += 1
        except Exhausted:
            pass
    assert 140 <= sent <= 160


@pytest.mark.django_db(transaction=True)
def test_a_limit_holds_exactly_under_many_callers() -> None:
    def one(_: int) -> int:
        try:
            return tries(FIVE, 2)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as crowd:
        assert sum(crowd.map(one, range(20))) == 5


PHONE_A, PHONE_B = "+84900000071", "+84900000072"


def passed(ask, many: int = 70) -> int:
    """Count how many of so many calls in one moment are let through."""
    refusals = []
    for n in range(many):
        try:
            ask(n)
        except Refused as refused:
            refusals += refused.verdict.refusals
    assert {reason.code for reason in refusals} == {"TOO_MANY_TRIES"}
    assert min(reason.facts["minutes"] for reason in refusals) >= 1
    return many - len(refusals)


def network(n: int) -> str:
    """Give an address in a network of its own."""
    return f"10.{n // 250}.{n % 250}.1"


@pytest.mark.django_db
def test_m17_a_network_asks_about_one_number_five_times_a_day() -> None:
    assert passed(lambda _: actions.take_lookup(at=NOW, about="holder:1", network=network(1))) == 5
    assert passed(lambda _: actions.take_lookup(at=NOW, about="holder:2", network=network(1))) == 5


@pytest.mark.django_db
def test_many_networks_cannot_use_up_a_holders_questions_and_somebody_is_alarmed_once() -> None:
    for n in range(60):
        actions.take_lookup(at=NOW, about="holder:1", network=network(n))
    assert [(alarm.code, alarm.subject_id) for alarm in alarms()] == [("LOOKUP_FLOOD", None)]


@pytest.mark.django_db
def test_a_known_device_is_counted_by_itself() -> None:
    for _ in range(25):
        with suppress(Refused):
            actions.take_lookup(at=NOW, about="holder:1", network=network(1))
    assert passed(lambda _: actions.take_lookup(at=NOW, about="holder:1", network=network(1), device="d")) == 5


@pytest.mark.django_db
def test_m17_a_phone_on_file_gets_five_codes_a_day_from_look_ups() -> None:
    assert passed(lambda _: actions.take_lookup_code(at=NOW, phone=PHONE_A)) == 5
    assert passed(lambda _: actions.take_lookup_code(at=NOW, phone=PHONE_B)) == 5


@pytest.mark.django_db
def test_m17_a_network_looks_up_twenty_times_an_hour_whatever_phone_is_given() -> None:
    assert passed(lambda n: actions.take_lookup(at=NOW, about=f"holder:{n}", network="10.0.0.7")) == 20
    assert passed(lambda n: actions.take_lookup(at=NOW, about="", network="10.0.1.7")) == 20


@pytest.mark.django_db
def test_a_network_asks_for_the_status_sixty_times_an_hour() -> None:
    assert passed(lambda _: actions.take_status(at=NOW, network="10.0.0.7")) == 60


@pytest.mark.django_db
def test_a_phone_sends_five_reports_a_day_and_a_network_three_hundred_an_hour() -> None:
    assert passed(lambda n: actions.take_report(at=NOW, phone=PHONE_A, network=network(n))) == 5
    assert passed(lambda n: actions.take_report(at=NOW, phone=f"+849000{n:05d}", network="10.9.0.7"), 320) == 300
    assert passed(lambda _: actions.take_report(at=NOW, phone="", network="10.9.1.7"), 320) == 300


@pytest.mark.django_db
def test_a_refused_try_uses_nothing_up_on_the_other_limit() -> None:
    passed(lambda _: actions.take_report(at=NOW, phone=PHONE_A, network="10.0.0.7"), 30)
    assert passed(lambda n: actions.take_report(at=NOW, phone=f"+849000{n:05d}", network="10.0.0.7"), 320) == 295


@pytest.mark.django_db
def test_only_empty_buckets_are_swept() -> None:
    tries(FIVE, 5)
    assert sweep_buckets(NOW + dt.timedelta(seconds=59)) == 0
    assert tries(FIVE, 1) == 0
    assert sweep_buckets(NOW + dt.timedelta(seconds=61)) == 1
