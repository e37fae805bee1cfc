"""Identities in every state: what the population database said of the cast, and what the police said to that."""

import datetime as dt
from typing import Any
from uuid import UUID

from tiemchung.core.once import once
from tiemchung.demo import numbers
from tiemchung.demo.households import Kin
from tiemchung.demo.past_passports import HOLDERS, SINCE
from tiemchung.demo.people import BEN_NGHE
from tiemchung.demo.population import Citizen
from tiemchung.demo.stage import Stage, put_on_record
from tiemchung.people import actions as people
from tiemchung.people.actions.asking import claim_batch, settle_batch

_BORN = dt.date(1974, 4, 4)
# One card at two people: somebody typed a brother's number. Until that is settled neither is sent.
_BROTHERS = ("Đoàn Văn Lực", "Đoàn Văn Lượng")


def settle_identities(stage: Stage, played: dict[str, UUID], citizens: list[Citizen], *, at: dt.datetime) -> None:
    """Ask about the cast once, as the register of these citizens answers, and let the police answer for some."""
    once("demo:identities", "demo.identities", {}, at, lambda: _settle(stage, played, citizens, at))


def _settle(stage: Stage, played: dict[str, UUID], citizens: list[Citizen], at: dt.datetime) -> dict[str, Any]:
    brothers = [_brother(stage, n) for n in range(len(_BROTHERS))]
    long_ago, asked_at = at - SINCE - dt.timedelta(days=5), at - dt.timedelta(days=3)
    people.check_identities(person_ids=[played[key] for key in HOLDERS], at=long_ago)
    _answer(citizens, long_ago)
    people.check_identities(person_ids=[*played.values(), *brothers], at=asked_at)
    _answer(citizens, asked_at)
    lead, officer, later = stage.staff["lanh"], stage.staff["em"], at - dt.timedelta(minutes=20)
    for key in ("khai", "phuc", "y"):
        by = stage.staff["hien"] if key == "khai" else lead
        people.begin_review(by=by, at=later, person_id=played[key])
    people.confirm_identity(
        by=officer, at=later, person_id=played["phuc"], officer="Thiếu úy Nguyễn Hữu Thọ", minute_ref="07/BB-CAP",
        note="Giới tính trong CSDL dân cư nhập sai, công an phường đã đề nghị sửa",
    )  # fmt: skip
    people.note_nobody_found(
        by=lead, at=later, person_id=played["y"], note="Tổ dân phố và công an phường không tìm thấy người mang số này"
    )
    return {}


def _answer(citizens: list[Citizen], at: dt.datetime) -> None:
    known = {one["number"]: (one["full_name"], one["sex"], one["birth_date"]) for one in citizens}
    batch = claim_batch(at=at)
    if batch is not None:
        right = {
            one.request_id: known.get(one.number) == (one.full_name, one.sex, one.birth_date.isoformat())
            for one in batch.asked
        }
        settle_batch(batch=batch, answers=right, at=at)


def _brother(stage: Stage, n: int) -> UUID:
    site = stage.sites[BEN_NGHE]
    card = numbers.cccd(30, province=site.cccd, sex="MALE", born=_BORN)
    kin = Kin(_BROTHERS[n], _BORN, "DAY", "MALE", "VN", (("CCCD", card),), (), "30 Lê Lợi", guardian=None)
    return put_on_record(stage, kin, site=BEN_NGHE, at=stage.moment(9, n), key=f"brother:{n}")
