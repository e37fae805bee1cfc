"""Whom the partner has still to be told of: noted by the followers, told by the sender, settled by the answer.

The network is never waited for inside a follower's transaction: one that stays open holds back every follower.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db import transaction

from tiemchung.core.alarms import raise_alarm
from tiemchung.core.distribution import allow_cross_shard
from tiemchung.core.receipts import note_receipts
from tiemchung.interop.pc_covid.content import news_of
from tiemchung.interop.pc_covid.models import Telling
from tiemchung.interop.pc_covid.ports import Answer, PartnerAway, PartnerPort, Said

CLAIM = dt.timedelta(seconds=60)
LONGEST_WAIT_S = 300.0
NOT_ASKED = "circuit_open"
BATCH = 100
_CHANGING = ["version", "told_version", "waiting", "tries", "next_try_at", "told_at", "problem"]


@transaction.atomic
def note_changes(
    *, person_ids: Iterable[UUID], corrections: Mapping[UUID, list[tuple[UUID, UUID]]], at: dt.datetime
) -> None:
    """Note that the partner has to hear of these persons; `corrections` are (profile id, entry id) by person.

    Each gets a new version, and what waits is told once however much happens meanwhile.
    """
    persons = sorted(set(person_ids))
    blank = [Telling(person_id=person_id, version=0) for person_id in persons]
    Telling.objects.bulk_create(blank, ignore_conflicts=True)
    rows = _locked(persons)
    for row in rows:
        row.version += 1
        row.next_try_at = at
        row.waiting += [[row.version, str(p), str(e)] for p, e in corrections.get(row.person_id, ())]
    _write(rows)


def tell_due(port: PartnerPort, *, at: dt.datetime, limit: int = BATCH) -> int:
    """Tell the partner of those whose time has come; give how many it took.

    While the partner is away nothing is claimed and nobody waits; a sender that dies leaves its claim to run out.
    """
    if port.is_away():
        return 0
    claimed = _claim(at, limit)
    if not claimed:
        return 0
    news = news_of(claimed, at)
    try:
        answers = port.tell(list(news.values()))
    except PartnerAway as away:
        _defer(claimed, away, at)
        return 0
    said = {person_id: answers[one.token] for person_id, one in news.items() if one.token in answers}
    _defer({p: v for p, v in claimed.items() if p not in said}, PartnerAway("no_answer"), at)
    return _settle(claimed, said, at)


@transaction.atomic
def _claim(at: dt.datetime, limit: int) -> dict[UUID, int]:
    with allow_cross_shard("the sender claims what is due on its whole node"):
        due = Telling.objects.select_for_update(skip_locked=True).filter(next_try_at__lte=at)
        rows = list(due.order_by("next_try_at")[:limit])
    Telling.objects.filter(person_id__in=[row.person_id for row in rows]).update(next_try_at=at + CLAIM)
    return {row.person_id: row.version for row in rows}


@transaction.atomic
def _settle(claimed: Mapping[UUID, int], said: Mapping[UUID, Answer], at: dt.datetime) -> int:
    rows = _locked(said)
    receipts: list[tuple[UUID, UUID]] = []
    for row in rows:
        sent, answer = claimed[row.person_id], said[row.person_id]
        if answer.said is Said.TAKEN:
            receipts += _taken(row, sent, at)
        elif answer.said is Said.STALE:
            # The partner is ahead of us, after a restore from a backup: go past what it has.
            row.version, row.next_try_at = max(row.version, answer.has) + 1, at
        else:
            row.problem, row.next_try_at = answer.code[:40] or "refused", None if row.version == sent else at
            raise_alarm("PC_COVID_REFUSED", at=at, subject_id=row.person_id, why=row.problem)
    _write(rows)
    note_receipts("pc_covid", receipts, at)
    return sum(answer.said is Said.TAKEN for answer in said.values())


def _taken(row: Telling, sent: int, at: dt.datetime) -> list[tuple[UUID, UUID]]:
    done = [(UUID(profile_id), UUID(entry_id)) for version, profile_id, entry_id in row.waiting if version <= sent]
    row.waiting = [one for one in row.waiting if one[0] > sent]
    row.told_version, row.told_at = max(row.told_version, sent), at
    row.tries, row.problem = 0, ""
    row.next_try_at = None if row.version == sent else at
    return done


@transaction.atomic
def _defer(claimed: Mapping[UUID, int], away: PartnerAway, at: dt.datetime) -> None:
    rows = _locked(claimed)
    for row in rows:
        if str(away) != NOT_ASKED:
            row.tries = min(row.tries + 1, 1000)
        wait_s = max(away.retry_after_s, min(2.0 ** min(row.tries, 10), LONGEST_WAIT_S))
        row.next_try_at, row.problem = at + dt.timedelta(seconds=wait_s), str(away)[:40]
    _write(rows)


def _locked(person_ids: Iterable[UUID]) -> list[Telling]:
    """Lock the rows of these persons, in the order of their ids."""
    wanted = sorted(person_ids)
    return list(Telling.objects.select_for_update().filter(person_id__in=wanted).order_by("person_id"))


def _write(rows: list[Telling]) -> None:
    Telling.objects.bulk_create(rows, update_conflicts=True, unique_fields=["person_id"], update_fields=_CHANGING)


def version_of(person_id: UUID) -> int:
    """Give the newest version of a person that the partner has or will be told; 0 where there is none."""
    return Telling.objects.filter(person_id=person_id).values_list("version", flat=True).first() or 0
