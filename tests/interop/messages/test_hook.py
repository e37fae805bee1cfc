"""Where a provider posts its receipts."""

import datetime as dt
import json
from typing import Any

import pytest
from django.test import RequestFactory, override_settings
from django.urls import reverse

from tiemchung.core import clock, outbox
from tiemchung.interop.messages.hook import receive_receipt
from tiemchung.interop.messages.signature import HEADER, sign_body

KEY = "the provider's key"
CALLS = list[dict[str, Any]]


def _body(state: str = "delivered", **fields: object) -> bytes:
    return json.dumps({"ref": "SG1", "state": state, "at": clock.now().isoformat(), **fields}).encode()


def _post(body: bytes, key: str = KEY, method: str = "post") -> int:
    header = sign_body(key.encode(), body, unix_s=int(clock.now().timestamp()))
    request = getattr(RequestFactory(), method)(
        "/hooks/sms", body, content_type="application/json", headers={HEADER: header}
    )
    with override_settings(SMS_RECEIPT_KEY=KEY):
        return receive_receipt(request).status_code


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> CALLS:
    noted: CALLS = []

    def note(**fields: Any) -> bool:
        noted.append(fields)
        return fields["provider_ref"] != "unknown"

    monkeypatch.setattr(outbox, "note_receipt", note)
    return noted


@pytest.mark.parametrize(("state", "delivered"), [("delivered", True), ("failed", False)])
def test_a_signed_receipt_settles_its_message(calls: CALLS, state: str, delivered: bool) -> None:
    assert _post(_body(state)) == 204
    assert [(call["provider_ref"], call["delivered"]) for call in calls] == [("SG1", delivered)]


def test_a_receipt_on_the_way_settles_nothing(calls: CALLS) -> None:
    assert _post(_body("on_the_way")) == 204
    assert calls == []


def test_a_receipt_that_overtook_its_sender_is_asked_for_again(calls: CALLS) -> None:
    assert _post(_body(ref="unknown")) == 503
    old = clock.now() - dt.timedelta(minutes=3)
    assert _post(_body(ref="unknown", at=old.isoformat())) == 204
    assert len(calls) == 2


def test_a_receipt_signed_by_another_key_is_refused(calls: CALLS) -> None:
    assert _post(_body(), key="guessed") == 403
    assert calls == []


def test_without_a_key_in_the_settings_every_receipt_is_refused(calls: CALLS) -> None:
    body = _body()
    header = sign_body(b"", body, unix_s=int(clock.now().timestamp()))
    request = RequestFactory().post("/hooks/sms", body, content_type="application/json", headers={HEADER: header})
    with override_settings(SMS_RECEIPT_KEY=""):
        assert receive_receipt(request).status_code == 403
    assert calls == []


def test_a_signed_but_unreadable_receipt_is_refused(calls: CALLS) -> None:
    assert _post(b"not json") == 400
    assert calls == []


def test_a_long_body_is_refused_before_it_is_looked_at(calls: CALLS) -> None:
    assert _post(b" " * 5_000) == 413
    assert calls == []


def test_its_address_is_the_one_that_providers_were_told() -> None:
    assert reverse("sms_receipt") == "/hooks/sms"


def test_only_posts_are_taken(calls: CALLS) -> None:
    assert _post(_body(), method="put") == 405
    assert calls == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "story", [["on_the_way", "delivered"], ["delivered", "on_the_way"], ["delivered", "delivered", "failed"]]
)
def test_duplicate_and_reordered_receipts_leave_the_message_delivered(story: list[str]) -> None:
    class Taken:
        def send(self, **_: object) -> outbox.Handed:
            return outbox.Handed("SG1")

    at = clock.now()
    outbox.put_message(to="+84900000001", text="Xin chào", kind="test", at=at)
    assert outbox.send_due(Taken(), at=at) == 1
    for state in story:
        _post(_body(state))
    (state,) = outbox.OutboxMessage.objects.values_list("state", flat=True)
    assert state == outbox.OutboxMessage.State.DELIVERED
