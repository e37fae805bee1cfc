"""The solution that a member of staff chooses and fills in; each ends on the page that shows before and after."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from tiemchung.cases.kinds import SolutionKind
from tiemchung.cases.rules import ClaimedDose
from tiemchung.cases.solutions import Solution
from tiemchung.core.verdict import Refused
from tiemchung.doses.values import DoseView
from tiemchung.people.actions import find_people
from tiemchung.people.actions.opening import PhoneView
from tiemchung.people.rules import IdSystem, PhoneRelation, Sex
from tiemchung.web.cases.decide import Decision, check_page
from tiemchung.web.cases.dose_form import (
    changes_of,
    facility_items,
    facts_from,
    product_items,
    read_dose,
    typed_from_facts,
    typed_from_paper,
    typed_from_told,
)
from tiemchung.web.cases.file import found_lines
from tiemchung.web.cases.frame import Opened, open_to_desks, opened, over_words
from tiemchung.web.cases.papers import papers_of
from tiemchung.web.cases.person_form import first_values, read_person, told_values
from tiemchung.web.cases.preview import phones_of, who_words
from tiemchung.web.cases.sides import DOSE_CELLS, dose_line, place_names, told_facts
from tiemchung.web.cases.whose import Whose, whose_record
from tiemchung.web.cases.wire import BadPacket, pack, unpack
from tiemchung.web.shared.staff_page import staff_page, tell
from tiemchung.web.shared.typed import line_in, number_in, uuid_in
from tiemchung.web.shared.words import say, say_reason

_K = SolutionKind


@dataclass(frozen=True, slots=True)
class Desk:
    """What every form stands on: the case, whose record, and what was decided before this one."""

    request: HttpRequest
    case: Opened
    whose: Whose
    kind: SolutionKind
    before: tuple[Solution, ...]

    @property
    def step(self) -> str:
        """Give the button that was pressed, empty when the form is opened."""
        return self.request.POST.get("step", "")


@open_to_desks
@require_http_methods(["GET", "POST"])
def manual(request: HttpRequest, ref: str, kind: str) -> HttpResponse:
    """Show the form of one kind of solution, or take it in and show before and after."""
    case = opened(request, ref)
    if kind.upper() not in set(SolutionKind):
        raise Http404
    if case.over and request.method == "POST":
        tell(request, "cases.over.told", what=over_words(case), went=False)
    if not case.own_desk or case.over:
        return redirect("cases:file", ref=case.file.ref)
    try:
        before = unpack(request.POST.get("what", ""))
    except BadPacket:
        return redirect("cases:file", ref=case.file.ref)
    desk = Desk(request, case, whose_record(request, case), SolutionKind(kind.upper()), before)
    if desk.kind is _K.NOTHING:
        return _check(desk, Solution(_K.NOTHING))
    return _FORMS[desk.kind](desk)


def _check(desk: Desk, what: Solution) -> HttpResponse:
    version = number_in(desk.request.POST, "version") or desk.case.file.version
    return check_page(desk.request, desk.case, Decision((*desk.before, what), version))


def _page(desk: Desk, status: int = 200, **facts: Any) -> HttpResponse:
    frame = {
        "case": desk.case, "file": desk.case.file, "whose": desk.whose, "kind": desk.kind.lower(),
        "title": say(f"case.solution.{desk.kind}.label"), "what": pack(desk.before),
        "version": number_in(desk.request.POST, "version") or desk.case.file.version,
        "who": who_words(desk.whose.person), "claim": desk.case.file.claim, "typed": {}, "dose": None, "choices": [],
        "papers": papers_of(desk.case) if desk.case.mine else None,
    }  # fmt: skip
    return staff_page(desk.request, "cases/manual.html", status, **{**frame, **facts})


def _record(desk: Desk) -> HttpResponse:
    if desk.whose.person is None:
        return _page(desk, form="nobody")
    if desk.step in ("check", "find_place"):
        read = read_dose(desk.request.POST)
        if desk.step == "check" and not read.errors:
            profile_id = desk.whose.person.main.profile_id
            return _check(desk, Solution(_K.RECORD, profile_id=profile_id, facts=facts_from(read.facts)))
        return _dose_page(desk, read.typed, read.errors if desk.step == "check" else {}, None)
    told = typed_from_told(_told_dose(desk))
    return _dose_page(desk, typed_from_paper(desk.request, told) if desk.step == "paper" else told, {}, None)


def _told_dose(desk: Desk) -> ClaimedDose | None:
    asked = desk.request.GET.get("khai") or desk.request.POST.get("khai") or ""
    doses = desk.case.file.claim.doses
    return next((dose for dose in doses if str(dose.order) == asked), doses[0] if doses else None)


def _dose_page(desk: Desk, typed: dict[str, Any], errors: Mapping[str, str], dose: DoseView | None) -> HttpResponse:
    words = line_in(desk.request.POST, "place_words", 100) if desk.step == "find_place" else ""
    told = next((told for told in desk.case.file.claim.doses if dose and told.dose_id == dose.id), None)
    return _page(
        desk,
        422 if errors else 200,
        form="dose",
        typed=typed,
        dose=dose,
        line=dose_line(dose.facts) if dose else "",
        told_words=_told_words(told or _told_dose(desk)),
        products=product_items(typed.get("product", "")),
        facilities=facility_items(desk.case, typed, words),
        place_words=words,
        errors=dict(errors),
    )


def _told_words(told: ClaimedDose | None) -> dict[str, str]:
    return told_facts(told, place_names((), (told,))) if told else dict.fromkeys(DOSE_CELLS, "")


def _amend(desk: Desk) -> HttpResponse:
    dose = _dose_of(desk)
    if dose is None:
        return _choose_dose(desk)
    if desk.step in ("check", "find_place"):
        read = read_dose(desk.request.POST)
        changes = {} if read.errors else changes_of(read.facts, dose.facts)
        errors = read.errors or ({} if changes else {"product": say("verdict.NOTHING_CHANGED")})
        if desk.step == "check" and not errors:
            version = number_in(desk.request.POST, "seen") or dose.version
            return _check(desk, Solution(_K.AMEND, dose.profile_id, dose.id, version, changes=changes))
        return _dose_page(desk, read.typed, errors if desk.step == "check" else {}, dose)
    return _dose_page(desk, typed_from_facts(dose.facts), {}, dose)


def _dose_of(desk: Desk) -> DoseView | None:
    data = desk.request.POST if desk.request.method == "POST" else desk.request.GET
    return desk.whose.dose(uuid_in(data, "mui"))


def _choose_dose(desk: Desk, error: str = "") -> HttpResponse:
    """Ask which dose; only those to which the step may come are offered."""
    if desk.whose.person is None:
        return _page(desk, form="nobody")
    states = {"DECLARED"} if desk.kind is _K.VERIFY else {"DECLARED", "CONFIRMED", "SIGNED"}
    choices = [(str(dose.id), dose_line(dose.facts)) for dose in desk.whose.doses if dose.state in states]
    errors = {"mui": error} if error else {}
    return _page(desk, 422 if error else 200, form="doses", choices=choices, errors=errors)


def _verify_or_void(desk: Desk) -> HttpResponse:
    dose = _dose_of(desk)
    if dose is None:
        return _choose_dose(desk, say("cases.decide.choose_one") if desk.step == "check" else "")
    return _check(desk, Solution(desk.kind, dose.profile_id, dose.id, dose.version))


def _amend_person(desk: Desk) -> HttpResponse:
    if desk.whose.person is None:
        return _page(desk, form="nobody")
    asked = uuid_in(desk.request.POST, "profile")
    profiles = desk.whose.person.profiles
    profile = next((p for p in profiles if p.profile_id == asked), profiles[0])
    facts: dict[str, Any] = {"form": "person", "profile": profile, "sexes": [(s, say(f"people.sex.{s}")) for s in Sex]}
    facts["told"] = told_values(desk.case.file.claim)
    if desk.step != "check":
        return _page(desk, typed=first_values(profile), **facts)
    typed, changes, errors = read_person(desk.request.POST, profile)
    if errors:
        return _page(desk, 422, typed=typed, errors=errors, **facts)
    version = number_in(desk.request.POST, "seen") or profile.version
    return _check(desk, Solution(_K.AMEND_PERSON, profile.profile_id, version=version, changes=changes))


def _add_number(desk: Desk) -> HttpResponse:
    claim = desk.case.file.claim
    first = claim.numbers[0] if claim.numbers else (IdSystem.CCCD, "")
    typed = {"system": str(first[0]), "number": claim.wanted.get("number", "") or first[1]}
    items = [(system, say(f"people.id_system.{system}")) for system in IdSystem]
    return _add(desk, typed, items, "number")


def _add_phone(desk: Desk) -> HttpResponse:
    claim = desk.case.file.claim
    typed = {"system": str(PhoneRelation.OWN), "number": claim.other_phone or claim.wanted.get("phone", "")}
    items = [(one, say(f"people.phone_relation.{one}")) for one in PhoneRelation]
    return _add(desk, typed, items, "phone")


def _add(desk: Desk, typed: dict[str, str], items: list[tuple[Any, str]], form: str) -> HttpResponse:
    if desk.whose.person is None:
        return _page(desk, form="nobody")
    if desk.step != "check":
        return _page(desk, form=form, typed=typed, choices=items)
    data = desk.request.POST
    typed = {"system": line_in(data, "system", 20), "number": line_in(data, "number", 40)}
    if typed["system"] not in {str(code) for code, _ in items} or not typed["number"]:
        return _page(desk, 422, form=form, typed=typed, choices=items, errors={"number": say("cases.decide.fill_in")})
    profile_id = desk.whose.person.main.profile_id
    return _check(desk, Solution(desk.kind, profile_id, system=typed["system"], number=typed["number"]))


def _move_phone(desk: Desk) -> HttpResponse:
    """Ask which phone is theirs no more, and which is now."""
    phones = [(str(phone.contact_id), _phone_words(phone)) for phone in phones_of(desk.whose.person)]
    if desk.whose.person is None:
        return _page(desk, form="nobody")
    claim, data = desk.case.file.claim, desk.request.POST
    facts: dict[str, Any] = {"form": "move_phone", "phones": phones,
             "choices": [(one, say(f"people.phone_relation.{one}")) for one in PhoneRelation]}  # fmt: skip
    if desk.step != "check":
        first = {"contact": phones[0][0] if len(phones) == 1 else "", "system": str(PhoneRelation.OWN),
                 "number": claim.other_phone or claim.wanted.get("phone", "")}  # fmt: skip
        return _page(desk, typed=first, **facts)
    typed = {name: line_in(data, name, 40) for name in ("contact", "number", "system")}
    errors = {} if typed["number"] else {"number": say("cases.decide.fill_in")}
    if typed["contact"] not in dict(phones) or typed["system"] not in set(PhoneRelation):
        errors["contact"] = say("cases.decide.choose_one")
    if errors:
        return _page(desk, 422, typed=typed, errors=errors, **facts)
    profile_id = desk.whose.person.main.profile_id
    return _check(desk, Solution(_K.MOVE_PHONE, profile_id, contact_id=UUID(typed["contact"]),
                                 system=typed["system"], number=typed["number"]))  # fmt: skip


def _phone_words(phone: PhoneView) -> str:
    return f"{phone.shown} ({say(f'people.phone_relation.{phone.relation}')})"


def _link(desk: Desk) -> HttpResponse:
    keep = desk.whose.person_id
    if keep is None:
        return _page(desk, form="nobody")
    join = uuid_in(desk.request.POST, "kia") or _uuid(desk.request.GET.get("kia", ""))
    if join is not None and join != keep:
        return _check(desk, Solution(_K.LINK, keep_person=keep, join_person=join))
    text = line_in(desk.request.POST, "text") or desk.case.file.claim.full_name
    if desk.step != "find":
        return _page(desk, form="link", text=text, found=None)
    try:
        found = find_people(by=desk.case.by, at=desk.case.at, text=text, purpose=desk.case.purpose)
    except Refused as refused:
        words = " ".join(say_reason(reason) for reason in refused.verdict.refusals)
        return _page(desk, 422, form="link", text=text, found=None, errors={"text": words})
    lines = [line for line in found_lines(found) if line["person_id"] != keep]
    return _page(desk, form="link", text=text, found=lines)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text[:40]) if text else None
    except ValueError:
        return None


_FORMS: Mapping[SolutionKind, Callable[[Desk], HttpResponse]] = {
    _K.LINK: _link,
    _K.RECORD: _record,
    _K.AMEND: _amend,
    _K.VERIFY: _verify_or_void,
    _K.VOID: _verify_or_void,
    _K.AMEND_PERSON: _amend_person,
    _K.ADD_NUMBER: _add_number,
    _K.ADD_PHONE: _add_phone,
    _K.MOVE_PHONE: _move_phone,
}
