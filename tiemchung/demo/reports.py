"""What the cast reports in the demonstration week: each case at another point of its way, through the real actions."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

from tiemchung.cases import actions as cases
from tiemchung.cases.evidence.actions import attach_evidence
from tiemchung.cases.kinds import SolutionKind
from tiemchung.cases.rules import Claim, ClaimedDose, RefusalCode
from tiemchung.cases.solutions import Solution
from tiemchung.cases.values import OpenedCase
from tiemchung.core.actor import PUBLIC, Actor, Kind
from tiemchung.core.ids import new_id
from tiemchung.core.once import once
from tiemchung.demo.people import BEN_NGHE, the_cast
from tiemchung.demo.slips import slip
from tiemchung.demo.stage import Stage
from tiemchung.doses import reads as doses
from tiemchung.people.reads import profile_ids_of


@dataclass(frozen=True, slots=True)
class Told:
    """One report: who, what, so many hours before the load, and the words; `days` of the doses it names, ago."""

    who: str
    kind: str
    hours: float
    text: str = ""
    days: tuple[int, ...] = ()
    site: str = BEN_NGHE
    ending: str = ""
    lot: str = ""  # the last letter of the lot as the paper has it
    wanted: Mapping[str, str] = field(default_factory=dict)
    paper: bool = False


# One late and climbed, one nearly due, one warned, one asked back, one refused, one settled, a repeat, and new ones.
TOLD = (
    Told("son", "DOSE1_MISSING", 53, "Tôi tiêm mũi 1 buổi sáng, có giấy xác nhận.", days=(40,), paper=True),
    Told("lan", "DOSE_WRONG", 46, "Số lô mũi nhắc lại ghi sai so với giấy.", lot="B"),
    Told("chi", "DOSE2_MISSING", 30, "Con tôi đưa tôi đi tiêm mũi 2 ở trạm.", days=(12,), paper=True),
    Told("minh", "OTHER_PHONE_OR_NUMBER", 27, "Lúc tiêm tôi khai số chứng minh cũ.", ending="ASKED"),
    Told("oanh", "RECORD_VANISHED", 20, "Tuần trước thẻ của tôi có hai mũi.", days=(60, 32)),
    Told("oanh", "RECORD_VANISHED", 3, "Tôi gửi lại vì chưa thấy trả lời.", days=(60, 32)),
    Told("quang", "DOSE_WRONG", 28, "Số lô mũi 2 là FF8848, không phải FF8844.", site="long_truong", ending="SETTLED"),
    Told("kim", "NEVER_GIVEN", 24, "I had one dose only.", ending="REFUSED"),
    Told("khai", "DOSE_DECLARED", 9, site="hai_chau"),
    Told(
        "hoa",
        "PERSONAL_DATA",
        8,
        "Ngày sinh của tôi bị ghi sai một ngày.",
        site="hang_bac",
        wanted={"birth_date": "1988-08-08"},
    ),
    Told("nga", "PERSONAL_DATA", 2, "Tên của tôi thiếu dấu.", wanted={"full_name": "Huỳnh Thị Ngà"}),
)


def file_reports(stage: Stage, played: dict[str, UUID], *, at: dt.datetime) -> None:
    """Open every case of the list once, and bring it as far as its ending says."""
    for n, told in enumerate(TOLD):
        once(f"demo:report:{n}", "demo.report", {}, at, partial(_file, stage, played, n, told, at))


def _file(stage: Stage, played: dict[str, UUID], n: int, told: Told, at: dt.datetime) -> dict[str, Any]:
    began, profile_id = at - dt.timedelta(hours=told.hours), played[told.who]
    about = _dose_of(profile_id) if told.kind.startswith("DOSE_") else None
    case_id, claim = new_id(), _claim(stage, told, about)
    if told.paper:
        attach_evidence(by=PUBLIC, at=began, case_id=case_id, raw=_paper(stage, told, claim))
    citizen = Actor(kind=Kind.CITIZEN, person_ids=frozenset({profile_id}), trace="demo")
    opened = cases.open_case(
        by=citizen if about else PUBLIC,
        at=began,
        key=f"demo:case:{n}",
        kind=told.kind,
        door="BOOK" if about else "HOTLINE",
        claim=claim,
        case_id=case_id,
        phone=the_cast()[told.who].phone_number(),
        person_id=profile_id,
        dose_id=about.id if about else None,
    )
    if told.ending:
        _ENDINGS[told.ending](stage, opened, began + dt.timedelta(hours=1), about)
    return {"ref": opened.ref}


def _claim(stage: Stage, told: Told, about: doses.DoseView | None) -> Claim:
    role, site = the_cast()[told.who], stage.sites[told.site]
    given = [
        ClaimedDose(n + 1, "PFIZER", f"FP{1400 + n}", stage.today - dt.timedelta(days=ago), facility_id=site.id)
        for n, ago in enumerate(told.days)
    ]
    if about is not None:
        facts = about.facts
        lot = facts.lot_number[:-1] + told.lot if told.lot else facts.lot_number
        given = [
            ClaimedDose(
                1, facts.product, lot, facts.given_on, facts.facility_id, None, facts.place_name,
                about.id, about.profile_id,
            )
        ]  # fmt: skip
    elif told.kind == "NEVER_GIVEN":
        given = [ClaimedDose(1, facility_id=site.id)]
    return Claim(
        full_name=role.full_name,
        birth_date=role.birth_date(stage.today),
        birth_precision=role.precision,
        sex=role.sex,
        commune_id=site.area_id,
        doses=tuple(given),
        wanted=told.wanted,
        text=told.text,
    )


def _paper(stage: Stage, told: Told, claim: Claim) -> bytes:
    place = stage.sites[told.site].name
    given = [(d.product.title(), d.lot_number, d.given_on, place) for d in claim.doses if d.given_on is not None]
    born = claim.birth_date
    year_only = claim.birth_precision == "YEAR" or born is None
    return slip(claim.full_name, f"{born:%Y}" if year_only else f"{born:%d/%m/%Y}", given)


def _dose_of(profile_id: UUID) -> doses.DoseView:
    return doses.doses_of(profile_ids_of(profile_id))[-1]


_DESKS = {"FACILITY": "lanh", "COMMUNE": "em", "DISTRICT": "giang", "PROVINCE": "hien", "NATION": "yen"}


def _sits_at(stage: Stage, opened: OpenedCase) -> Actor:
    return stage.staff[_DESKS[opened.desk.level]]


def _is_asked_back(stage: Stage, opened: OpenedCase, at: dt.datetime, about: doses.DoseView | None) -> None:
    by = _sits_at(stage, opened)
    file = cases.claim_case(by=by, at=at, ref=opened.ref)
    text = "Xin gửi ảnh chứng minh nhân dân cũ của bạn, hoặc chín số ghi trên đó."
    cases.ask_back(by=by, at=at, ref=opened.ref, version=file.version, text=text)


def _is_refused(stage: Stage, opened: OpenedCase, at: dt.datetime, about: doses.DoseView | None) -> None:
    by = _sits_at(stage, opened)
    file = cases.claim_case(by=by, at=at, ref=opened.ref)
    cases.refuse_case(
        by=by,
        at=at,
        key=f"demo:refused:{opened.ref}",
        ref=opened.ref,
        version=file.version,
        refusal=RefusalCode.NO_DOSE_INFO,
        answer="Please say which dose was not given, with its day, or send a photo of your vaccination slip.",
    )


def _is_settled(stage: Stage, opened: OpenedCase, at: dt.datetime, about: doses.DoseView | None) -> None:
    by = _sits_at(stage, opened)
    file = cases.claim_case(by=by, at=at, ref=opened.ref)
    if about is None:
        raise LookupError(opened.ref)
    right = Solution(
        SolutionKind.AMEND,
        profile_id=about.profile_id,
        dose_id=about.id,
        version=about.version,
        changes={"lot_number": "FF8848"},
    )
    cases.settle_case(
        by=by,
        at=at,
        key=f"demo:settled:{opened.ref}",
        ref=opened.ref,
        version=file.version,
        solutions=[right],
        answer="Đã sửa số lô mũi 2 thành FF8848 theo sổ tiêm của trạm. Thẻ và mã QR của bạn đã được cập nhật.",
        because="Đối chiếu sổ tiêm của trạm, trang 8",
    )


_ENDINGS: dict[str, Callable[[Stage, OpenedCase, dt.datetime, doses.DoseView | None], None]] = {
    "ASKED": _is_asked_back,
    "REFUSED": _is_refused,
    "SETTLED": _is_settled,
}
