"""The phone of somebody who comes to the desk: theirs once they read out the code that was sent to it."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from tiemchung.access.actions import send_code, use_code
from tiemchung.access.rules import Purpose
from tiemchung.core import clock
from tiemchung.core.verdict import YES, Refused, Verdict, refuse
from tiemchung.people.rules.phones import normalise_phone
from tiemchung.web.shared.gate import network_address
from tiemchung.web.shared.staff_page import actor_of, tell
from tiemchung.web.shared.words import sentence

Typed = dict[str, Any]
KEPT = "intake_phone"  # the form whose phone was proved, so that sending it twice asks for no second code


@dataclass(frozen=True, slots=True)
class ProvedPhone:
    """The phone in E.164, empty for none, and why it may not be used."""

    phone: str = ""
    verdict: Verdict = YES


def send_intake_code(request: HttpRequest, typed: Typed, key: str) -> Verdict:
    """Send a code to the phone of the form; give what refuses it."""
    phone = normalise_phone(typed["phone"])[0]
    if phone is None:
        return refuse("INTAKE_PHONE_UNREADABLE")
    try:
        send_code(
            by=actor_of(request), at=clock.now(), phone=phone, purpose=Purpose.REPORT, bound_to=_bound(key),
            network=network_address(request), text=sentence("cases.intake.sms", typed["spoken"]),
        )  # fmt: skip
    except Refused as refused:
        return refused.verdict
    tell(request, "cases.intake.code_sent")
    return Verdict()


def prove_phone(request: HttpRequest, typed: Typed, key: str) -> ProvedPhone:
    """Give the phone of the form as proved by its code; no phone at all for who has none."""
    if not typed["phone"]:
        return ProvedPhone()
    phone = normalise_phone(typed["phone"])[0]
    if phone is None:
        return ProvedPhone(verdict=refuse("INTAKE_PHONE_UNREADABLE"))
    if request.session.get(KEPT) == [key, phone]:
        return ProvedPhone(phone)
    code = typed["code"].replace(" ", "")
    if not code:
        return ProvedPhone(verdict=refuse("INTAKE_CODE_MISSING"))
    verdict = use_code(
        by=actor_of(request), at=clock.now(), phone=phone, purpose=Purpose.REPORT, bound_to=_bound(key), code=code
    )
    if verdict.allowed:
        request.session[KEPT] = [key, phone]
    return ProvedPhone(phone if verdict.allowed else "", verdict)


def _bound(key: str) -> str:
    return f"intake:{key}"
