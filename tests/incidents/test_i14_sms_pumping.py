"""One shop lost 18,000 euros to 240,000 messages in four hours, asked for from addresses of private homes [press].

Limits by address alone don't help. Ten thousand requests, each from an address of its own and to a number of its own,
in neighbouring ranges and to foreign ones: few leave, none to abroad, and who has a code already still gets in.
"""

import datetime as dt
import random
from collections import Counter

import pytest

from tests.builders import NOW
from tiemchung.access import codes, rules
from tiemchung.access.actions import send_code, use_code
from tiemchung.access.rules import Purpose
from tiemchung.core.actor import PUBLIC
from tiemchung.core.models import OutboxMessage
from tiemchung.core.verdict import Refused

REQUESTS, RANGES, FOREIGN = 10_000, 4, 8_000
pytestmark = pytest.mark.django_db


def ask(phone: str, network: str, at: dt.datetime, bound_to: str = "b", text: str = "{code}") -> str:
    """Ask for a code; give "" where it went, else why it did not."""
    try:
        send_code(by=PUBLIC, at=at, phone=phone, purpose=Purpose.REPORT, bound_to=bound_to, network=network, text=text)
    except Refused as refused:
        return str(refused.verdict.refusals[0].code)
    return ""


def home_of(n: int) -> str:
    """Give the n-th address, each in a network of its own (limits count the first three parts)."""
    return f"100.{64 + n // 256}.{n % 256}.7"


def requests() -> list[tuple[str, str]]:
    """Give number and address of each request: neighbours of four ranges, and what pumping earns most from, abroad."""
    rng = random.Random(14)
    home = [f"+84900{n % RANGES}{n:05}" for n in range(REQUESTS - FOREIGN)]
    codes_abroad = ("882", "99370", "22507", "44", "1900")
    abroad = [f"+{rng.choice(codes_abroad)}{rng.randrange(10**7):07}" for _ in range(FOREIGN)]
    asked = [(phone, home_of(n)) for n, phone in enumerate(home + abroad)]
    rng.shuffle(asked)
    return asked


def test_ten_thousand_requests_from_as_many_addresses_send_a_handful_and_none_abroad() -> None:
    answers = Counter(
        ask(phone, network, NOW + dt.timedelta(seconds=n // 3)) for n, (phone, network) in enumerate(requests())
    )
    sent = OutboxMessage.objects.count()
    assert answers[""] == sent == RANGES * rules.PREFIX_WATCH_SENDS
    assert answers["PHONE_NOT_MOBILE"] == FOREIGN
    assert answers["CODES_PAUSED"] == REQUESTS - FOREIGN - sent


def test_the_countrys_budget_of_an_hour_holds_whatever_the_ranges_say(monkeypatch: pytest.MonkeyPatch) -> None:
    few = rules.Limit(rules.COUNTRY_SMS.name, 64, rules.COUNTRY_SMS.seconds)
    monkeypatch.setattr(codes.rules, "COUNTRY_SMS", few)
    answers = Counter(ask(f"+8490{n:07}", home_of(n), NOW) for n in range(200))
    assert 0 < answers[""] <= 64
    assert OutboxMessage.objects.count() == answers[""]


def test_who_already_has_a_code_still_gets_in_while_a_range_is_paused(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(codes, "put_message", lambda **message: said.append(message["text"]))
    assert ask("+84900012345", "203.0.113.9", NOW) == ""
    for n in range(rules.PREFIX_WATCH_SENDS + 20):
        ask(f"+849000{50_000 + n:05}", home_of(n), NOW)
    assert ask("+84900012399", "203.0.113.10", NOW) == "CODES_PAUSED"
    elsewhere = f"+8491{1_112_399}"  # the reserved numbers are one range
    assert ask(elsewhere, "203.0.113.10", NOW) == ""
    verdict = use_code(by=PUBLIC, at=NOW, phone="+84900012345", purpose=Purpose.REPORT, bound_to="b", code=said[0])
    assert verdict.allowed
