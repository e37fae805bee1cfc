"""The desk's door for programs: one dose by one POST, the same rules, the same words, always a typed answer."""

from functools import wraps
from typing import Annotated, Any
from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from tiemchung.core import clock
from tiemchung.core.verdict import Reason, Refused, Verdict
from tiemchung.people.reads import NotFound
from tiemchung.visits.actions import LONGEST_REASON, Injection, inject
from tiemchung.visits.rules import Screening, Vitals
from tiemchung.web.facility.fields import POSSIBLE
from tiemchung.web.facility.frame import actor_of, open_to_desk
from tiemchung.web.shared.gate import View
from tiemchung.web.shared.words import has_words, reason_key, say, say_reason

MOST_BYTES = 16_384
CONFLICTS = frozenset({"SAME_DAY", "KEY_REUSED", "POSSIBLE_DUPLICATE"})

Code = Annotated[str, msgspec.Meta(pattern=r"^[A-Z0-9_]{1,40}$")]
Key = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9-]{8,64}$")]
NoNul = Annotated[str, msgspec.Meta(max_length=LONGEST_REASON, pattern=r"^[^\x00]*$")]


class VitalsBody(msgspec.Struct, forbid_unknown_fields=True):
    """What was measured: degrees Celsius, mmHg, beats and breaths a minute."""

    temperature: float | None = None
    pulse: int | None = None
    systolic: int | None = None
    diastolic: int | None = None
    breaths: int | None = None
    usual_systolic: int | None = None


class ScreeningBody(msgspec.Struct, forbid_unknown_fields=True):
    """The answers: the form that was shown, the items that are true, consent."""

    form: Code
    consented: bool
    items: Annotated[list[Code], msgspec.Meta(max_length=20)] = []
    vitals: VitalsBody = msgspec.field(default_factory=VitalsBody)
    reacted_to: Annotated[str, msgspec.Meta(pattern=r"^[A-Z0-9_]{0,30}$")] = ""


class DoseBody(msgspec.Struct, forbid_unknown_fields=True):
    """One injection that is given now; `key` is made by the client and the same at every retry."""

    key: Key
    profile_id: UUID
    product: Code
    lot_id: UUID
    screening: ScreeningBody
    because: NoNul = ""


_body = msgspec.json.Decoder(DoseBody)
_encode = msgspec.json.Encoder().encode


def speaks_json(view: View) -> View:
    """Answer every refusal as JSON: unknown person 404, rules 422, a twin 409, an unreadable body 400."""

    @wraps(view)
    def speaking(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except NotFound:
            return problem(404, "NO_SUCH_PERSON")
        except Refused as refused:
            code = next(iter(refused.verdict.refusals)).code
            return problem(409 if code in CONFLICTS else 422, code, refused.verdict)

    return speaking


@require_POST
@open_to_desk
@speaks_json
def doses(request: HttpRequest) -> HttpResponse:
    """Record a dose: 201 with the dose and the card, 200 when the key was here before, else why not."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        return problem(413, "BODY_TOO_LARGE")
    try:
        body = _body.decode(request.body)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError, RecursionError):
        return problem(400, "BODY_UNREADABLE")
    if not _possible(body.screening.vitals):
        return problem(400, "VITALS_IMPOSSIBLE")
    done = inject(
        by=actor_of(request),
        at=clock.now(),
        key=body.key,
        profile_id=body.profile_id,
        screening=_screening(body.screening),
        product=body.product,
        lot_id=body.lot_id,
        because=body.because,
    )
    return _json(200 if done.recorded.repeated else 201, _answer(done))


def problem(status: int, code: str, verdict: Verdict | None = None) -> HttpResponse:
    """Give the answer of a refusal: its code, its words, and every reason with its own."""
    if verdict is None:
        return _json(status, {"code": code, "words": say(f"desk.api.{code}"), "needs_reason": False, "reasons": []})
    reasons = [_reason(r) for r in verdict.reasons]
    words = next((r["words"] for r in reasons if r["code"] == code), "")
    return _json(status, {"code": code, "words": words, "needs_reason": verdict.needs_override, "reasons": reasons})


def _possible(vitals: VitalsBody) -> bool:
    figures = ((name, getattr(vitals, name)) for name in POSSIBLE)
    return all(value is None or POSSIBLE[name][0] <= value <= POSSIBLE[name][1] for name, value in figures)


def _screening(body: ScreeningBody) -> Screening:
    vitals = Vitals(**{name: getattr(body.vitals, name) for name in POSSIBLE})
    return Screening(
        form=body.form,
        answered=True,
        consented=body.consented,
        true_items=frozenset(body.items),
        vitals=vitals,
        reacted_to=body.reacted_to,
    )


def _answer(done: Injection) -> dict[str, Any]:
    dose, card = done.recorded.dose, done.recorded.record.card
    number = next((n for n, d in done.recorded.record.numbered() if d.id == dose.id), None)
    due = card.next_due
    return {
        "dose_id": dose.id,
        "visit_id": done.visit.id,
        "profile_id": done.visit.profile_id,
        "number": number,
        "colour": card.colour,
        "reason": say(f"card.reason.{card.reason}", **dict(card.facts)),
        "next_step": say(f"card.step.{card.next_step}", **dict(card.facts)),
        "next_due_on": due.recommended_on if due else None,
        "observed_until": done.visit.observed_until,
        "repeated": done.recorded.repeated,
        "reasons": [_reason(r) for r in done.verdict.reasons],
    }


def _reason(reason: Reason) -> dict[str, Any]:
    words = say_reason(reason) if has_words(reason_key(reason.code)) else reason.code
    return {"code": reason.code, "severity": reason.severity, "overridable": reason.overridable, "words": words}


def _json(status: int, content: dict[str, Any]) -> HttpResponse:
    return HttpResponse(_encode(content), status=status, content_type="application/json")
