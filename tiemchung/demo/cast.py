"""Puts the cast on record and lets happen to each what their story says, all through the real actions."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from tiemchung.core.actor import Actor, Kind
from tiemchung.core.once import once
from tiemchung.core.outbox import contact_key
from tiemchung.demo import numbers
from tiemchung.demo.courses import Shot
from tiemchung.demo.households import household, rng_of
from tiemchung.demo.people import BEN_NGHE, CROWDED_PHONE, FAMILY_OF_NINE, Role, the_cast
from tiemchung.demo.places import area_of
from tiemchung.demo.stage import Stage, give_dose, moment_of, put_on_record
from tiemchung.doses import actions as doses
from tiemchung.doses.actions import RecordedDose
from tiemchung.doses.rules import DoseSource
from tiemchung.doses.values import DoseFacts
from tiemchung.people import actions as people

_NINE, _SHELTER = 9, 400  # the phones of the family of nine and of the shelter


@dataclass(frozen=True, slots=True)
class Played:
    """One of the cast on record: the profile, which is also the person unless it was joined."""

    role: Role
    profile_id: UUID


def play_cast(stage: Stage, *, at: dt.datetime) -> dict[str, UUID]:
    """Put the whole cast on record, each once, and give the profiles by key."""
    played: dict[str, UUID] = {}
    for key in the_cast():
        play(stage, key, played, at=at)
    return played


def play(stage: Stage, key: str, played: dict[str, UUID], *, at: dt.datetime) -> Played:
    """Put one of the cast on record, after those whom the story needs, and add it to `played`."""
    role = the_cast()[key]
    for needed in _NEEDS.get(key, ()):
        if needed not in played:
            play(stage, needed, played, at=at)

    def act() -> dict[str, Any]:
        profile_id = _on_record(stage, role)
        given = [_given(stage, role, profile_id, n, shot) for n, shot in enumerate(role.shots)]
        if role.guardian:
            _guarded(stage, role, profile_id, played[role.guardian])
        if key in _STORIES:
            _STORIES[key](stage, role, profile_id, given, played)
        return {"profile_id": str(profile_id)}

    answer = once(f"demo:cast:{key}", "demo.cast", {}, at, act)
    played[key] = UUID(answer["profile_id"])
    return Played(role, played[key])


def fill_shared_phones(stage: Stage, *, at: dt.datetime, crowded: int = CROWDED_PHONE) -> None:
    """Put a family of nine on one phone, and a shelter's people on another: there only staff can prove."""

    def family() -> dict[str, Any]:
        return {"people": _share(stage, "nine", FAMILY_OF_NINE, _NINE, "FAMILY")}

    def shelter() -> dict[str, Any]:
        return {"people": _share(stage, "shelter", crowded, _SHELTER, "FACILITY")}

    once("demo:nine", "demo.shared_phone", {}, at, family)
    once("demo:shelter", "demo.shared_phone", {}, at, shelter)


def _share(stage: Stage, name: str, count: int, phone: int, relation: str) -> int:
    """Register so many people of crowd households from far behind in the numbering, without papers, on one phone."""
    made, number = 0, rng_of(name).randint(10_000, 11_000)
    site = stage.sites[BEN_NGHE]
    while made < count:
        for kin in household(number, today=stage.today, region=site.region, province=site.cccd):
            if made < count:
                shared = replace(kin, numbers=(), phones=((numbers.phone(phone), relation),))
                put_on_record(stage, shared, site=BEN_NGHE, at=stage.moment(30, made), key=f"{name}:{made}")
                made += 1
        number += 1
    return made


def _on_record(stage: Stage, role: Role) -> UUID:
    first = max((shot.ago for shot in role.shots), default=15)
    area_id, at = None, stage.moment(first, -20)
    if role.key == "quang":
        at = moment_of(_QUANG[0][1], -20)
        area_id = area_of("26860", _QUANG[0][1])
    return put_on_record(stage, role.as_kin(stage.today), site=role.site, at=at, key=role.key, area_id=area_id)


def _given(stage: Stage, role: Role, profile_id: UUID, n: int, shot: Shot) -> RecordedDose:
    letter = "D" if role.key == "y" else ""
    at = stage.moment(shot.ago, 30 + role.n * 7)
    key = f"{role.key}:{n}"
    return give_dose(
        stage, profile_id, shot.product, site=role.site, at=at, key=key, dose=shot.dose, letter=letter
    )


def _guarded(stage: Stage, role: Role, profile_id: UUID, guardian_id: UUID) -> None:
    people.set_guardian(
        by=stage.nurse(role.site),
        at=stage.moment(max(shot.ago for shot in role.shots)),
        dependant_id=profile_id,
        guardian_id=guardian_id,
        relation=role.guardian_relation,
    )


def _declares(stage: Stage, role: Role, profile_id: UUID, given: list[RecordedDose], played: dict[str, UUID]) -> None:
    at, key = stage.moment(3), contact_key(role.phone_number())
    nobody = Actor(kind=Kind.CITIZEN)
    proved = people.prove_person(
        by=nobody, at=at, contact_key=key, full_name=role.full_name, birth_date=role.birth_date(stage.today)
    )
    proved.verdict.or_raise()
    doses.declare_dose(
        by=Actor(kind=Kind.CITIZEN, name=role.full_name, person_ids=frozenset(proved.person_ids)),
        at=at,
        key=f"demo:{role.key}:declared",
        profile_id=profile_id,
        facts=DoseFacts(
            product="PFIZER",
            given_on=stage.today - dt.timedelta(days=28),
            lot_number="FP1430",
            place_name="Trạm Y tế Hải Châu",
            facility_id=stage.sites["hai_chau"].id,
        ),
    )


def _is_voided(stage: Stage, role: Role, profile_id: UUID, given: list[RecordedDose], played: dict[str, UUID]) -> None:
    last = given[-1].dose
    doses.void_dose(
        by=stage.staff["lanh"],
        at=stage.moment(12),
        key=f"demo:{role.key}:void",
        profile_id=profile_id,
        dose_id=last.id,
        version=last.version,
        because="Ghi nhầm hồ sơ: mũi tiêm của người cùng tên",
        evidence="Sổ tiêm của trạm, trang 14",
    )


def _is_amended(stage: Stage, role: Role, profile_id: UUID, given: list[RecordedDose], played: dict[str, UUID]) -> None:
    last, right = given[-1].dose, stage.shelf["PFIZER", "", "B"]
    doses.amend_dose(
        by=stage.staff["hien"],
        at=stage.moment(9),
        key=f"demo:{role.key}:amend",
        profile_id=profile_id,
        dose_id=last.id,
        version=last.version,
        changes={"lot_id": right.id, "lot_number": right.number},
        because="Số lô gõ sai, đối chiếu với phiếu xuất kho",
        evidence="Phiếu xuất kho số 27",
    )


_QUANG = (("ASTRAZENECA", dt.date(2021, 7, 20)), ("PFIZER", dt.date(2021, 10, 5)))


def _was_given_in_2021(
    stage: Stage, role: Role, profile_id: UUID, given: list[RecordedDose], played: dict[str, UUID]
) -> None:
    nurse = stage.nurse(role.site)
    for n, (product, day) in enumerate(_QUANG):
        facts = DoseFacts(
            product=product,
            given_on=day,
            lot_number=("ABX2021", "FF8844")[n],
            facility_id=nurse.facility_id,
            place_name=stage.sites[role.site].name,
        )
        doses.record_dose(
            by=nurse,
            at=moment_of(day + dt.timedelta(days=4)),
            key=f"demo:{role.key}:{n}",
            profile_id=profile_id,
            facts=facts,
            source=DoseSource.BACKLOG,
        )


def _is_joined(stage: Stage, role: Role, profile_id: UUID, given: list[RecordedDose], played: dict[str, UUID]) -> None:
    people.link_profiles(
        by=stage.staff["hien"],
        at=stage.moment(5),
        key=f"demo:{role.key}",
        keep_person=played["thu"],
        join_person=profile_id,
        because="Cùng số điện thoại, ngày sinh và nơi tiêm; đã gọi xác nhận",
    )


def _is_parted(stage: Stage, role: Role, profile_id: UUID, given: list[RecordedDose], played: dict[str, UUID]) -> None:
    linked = people.link_profiles(
        by=stage.staff["hien"],
        at=stage.moment(8),
        key=f"demo:{role.key}",
        keep_person=played["hung"],
        join_person=profile_id,
        because="Trùng họ tên và ngày sinh, cùng trạm",
    )
    people.undo_link(
        by=stage.staff["hien"],
        at=stage.moment(6),
        profile_id=profile_id,
        link_id=linked.link_id,
        because="Hai người khác nhau: đã đối chiếu căn cước tại trạm",
    )


_Story = Callable[[Stage, Role, UUID, list[RecordedDose], dict[str, UUID]], None]
_NEEDS = {"binh": ("an",), "thu_again": ("thu",), "hung_other": ("hung",)}
_STORIES: dict[str, _Story] = {
    "khai": _declares,
    "oanh": _is_voided,
    "phuc": _is_amended,
    "quang": _was_given_in_2021,
    "thu_again": _is_joined,
    "hung_other": _is_parted,
}
