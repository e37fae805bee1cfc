"""2021: all fields but the ID number could be left out, and the state of vaccination still came back [press].

The certificate's look-up is proved in tests/web/portal/test_holder_lookup.py, all subsets of its five facts. Here is
the other look-up that a stranger may use, of a report by its number and phone.
"""

import itertools
import re
from typing import Any

import pytest
from django.test import Client

from tests.builders import a_phone
from tests.incidents.conftest import Known
from tiemchung.cases.rules import shown_ref
from tiemchung.core.models import OutboxMessage

SPOILED: dict[str, Any] = {
    "blank": "", "null": "null", "type": "\u0661\u0662x{}", "nul": "a\0b", "list": ["a", "b"], "spaces": "   ",
    "other": "1234567890", "long": "9" * 5000,
}  # fmt: skip


def bare(answer: Any) -> tuple[Any, ...]:
    """Give an answer without what was typed and what differs between any two: the nonce, the token, the padding."""
    body = re.sub(rb'\s?(value|nonce)="[^"]*"', b"", answer.content)
    headers = {k: v for k, v in answer.headers.items() if k not in {"Content-Security-Policy", "Content-Length"}}
    return answer.status_code, body, tuple(sorted(headers.items()))


@pytest.mark.parametrize("how", ["missing", *SPOILED])
def test_no_subset_of_number_and_phone_answers_otherwise_than_nonsense(known: Known, how: str) -> None:
    truth = {"ref": shown_ref(known.case.ref), "phone": "0" + known.phone[3:]}
    nothing = bare(Client().post("/phan-anh/tra-cuu", {}))
    sent_before = OutboxMessage.objects.count()
    for kept in itertools.product((True, False), repeat=2):
        if all(kept):
            continue
        sent = {name: value for (name, value), whole in zip(truth.items(), kept, strict=True) if whole}
        if how != "missing":
            sent |= {name: SPOILED[how] for name, whole in zip(truth, kept, strict=True) if not whole}
        assert bare(Client().post("/phan-anh/tra-cuu", sent)) == nothing, sorted(sent)
    assert Client().post("/phan-anh/tra-cuu", truth)["Location"] == "/phan-anh/tien-do"
    assert OutboxMessage.objects.count() == sent_before


def test_the_right_number_with_anybody_elses_phone_is_nonsense_too(known: Known) -> None:
    answers = {
        bare(Client().post("/phan-anh/tra-cuu", {"ref": known.case.ref, "phone": phone}))
        for phone in (a_phone(), "0900000000", known.phone + "9")
    }
    assert answers == {bare(Client().post("/phan-anh/tra-cuu", {}))}
