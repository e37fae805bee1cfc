"""Passports of more than a year's standing: issued, renewed by themselves, about to end, taken away.

What happened is played in the order of time, by the same actions as at any other day: keys of then signed, and a
successor has come since.
"""

import datetime as dt
from uuid import UUID

from tiemchung.certificates import actions as certificates
from tiemchung.certificates.actions.central_signing import (
    move_central_run,
    start_central_run,
    start_renewal_run,
    work_central_batch,
)
from tiemchung.certificates.actions.renewing import note_endings, tell_endings
from tiemchung.certificates.reads import passport_of
from tiemchung.certificates.rules import OrderTarget, RunState
from tiemchung.core.actor import SYSTEM, Actor
from tiemchung.core.verdict import Refused
from tiemchung.demo.people import BEN_NGHE
from tiemchung.demo.stage import Stage

_LEAD, _MINISTRY, _CITY = "lanh", "yen", "phu"
# Days ago: a certificate lasts a year, and its holder is told in its last 28 days.
_ISSUED = {"diep": 400, "vinh": 350, "xuan": 339, "khoi": 200}
_RENEWED = (62, 12)  # Diệp's, then Vinh's
_LATELY = 1  # Xuân is told, and Khôi's is revoked
HOLDERS, SINCE = tuple(_ISSUED), dt.timedelta(days=max(_ISSUED.values()))
_HOUR = dt.timedelta(hours=1)


def live_the_past(stage: Stage, played: dict[str, UUID], *, at: dt.datetime) -> None:
    """Let these passports come and go, the earliest event first; the renewal of the last one waits for an officer."""
    officer, facility_id = stage.staff[_MINISTRY], stage.sites[BEN_NGHE].id
    certificates.make_facility_keys(facility_ids={facility_id}, at=at - SINCE)
    for days in sorted({*_ISSUED.values(), *_RENEWED}, reverse=True):
        moment = at - dt.timedelta(days=days)
        for key in (key for key, ago in _ISSUED.items() if ago == days):
            facility_signs(stage.staff[_LEAD], [played[key]], moment)
            centre_signs(officer, moment + _HOUR)
        if days in _RENEWED:
            note_endings(at=moment + _HOUR)
            _work(start_renewal_run(at=moment + _HOUR), moment + _HOUR)
            tell_endings(at=moment + _HOUR)
    _lately(stage, played, at - dt.timedelta(days=_LATELY) + _HOUR)


def facility_signs(lead: Actor, person_ids: list[UUID], at: dt.datetime) -> None:
    """Let a lead sign all that waits at the lead's facility, once these persons' passports are up to date."""
    certificates.refresh_passports(person_ids=person_ids, at=at)
    if lead.facility_id is None:
        return
    try:
        run_id = certificates.start_facility_run(by=lead, at=at, facility_id=lead.facility_id)
    except Refused:  # the register knew none of them: there is nothing to sign
        return
    while certificates.work_facility_batch(run_id, at + dt.timedelta(minutes=5)):
        pass


def centre_signs(officer: Actor, at: dt.datetime) -> None:
    """Let the centre sign everything that is ready."""
    _work(start_central_run(by=officer, at=at, standing=False), at)


def _work(run_id: UUID, at: dt.datetime) -> None:
    while work_central_batch(run_id, at):
        pass


def _lately(stage: Stage, played: dict[str, UUID], at: dt.datetime) -> None:
    """Tell Xuân of the end of hers and let an officer hold its renewal; take Khôi's back."""
    note_endings(at=at)
    tell_endings(at=at)
    move_central_run(run_id=start_renewal_run(at=at), to=RunState.PAUSED, by=stage.staff[_MINISTRY], at=at)
    certificates.order_revocation(
        target=OrderTarget.CERTIFICATE,
        person_id=played["khoi"],
        certificate_id=passport_of(SYSTEM, played["khoi"], at).certificate_id,
        by=stage.staff[_CITY],
        at=at,
        because="Mã QR bị người khác đưa lên mạng, công an phường đề nghị thu hồi",
    )
