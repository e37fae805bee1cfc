"""The watch: every certificate and the log verified again each night, unknown codes, and a daily comparison.

A look is cut into ranges (`watch_ranges`) that any number of workers share; it goes on where it stopped. What it finds
is counted by code and raises an alarm; it changes nothing.
"""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from tiemchung.certificates.comparing import drift_of, sampled_persons
from tiemchung.certificates.formats import hc1
from tiemchung.certificates.log import LogBroken, SignedHead, publish_head
from tiemchung.certificates.merkle import WIDTH
from tiemchung.certificates.models import SampleDay, WatchDay, WatchRange
from tiemchung.certificates.ports import KeyStoreError
from tiemchung.certificates.reads.log import signed_head
from tiemchung.certificates.watch_certificates import faults_of
from tiemchung.certificates.watch_log import claim_faults, end_faults, head_faults, tile_faults
from tiemchung.certificates.watch_ranges import all_done, cut_range, free_range, rows_of
from tiemchung.core.alarms import alarms, raise_alarm
from tiemchung.core.clock import local

BATCH = 2000  # certificates a range: a second of work, a few megabytes
NIGHT = dt.timedelta(hours=20)  # the next look begins no sooner after the last one began
MOST_ALARMS = 20  # a look; a damaged disk would fill the page of alarms with one thing
UNKNOWN, MOST_OF_A_KEY = "UNKNOWN_CERTIFICATE", 5
_BEGIN = 0x5469656D57617463  # names the beginning of a look among this database's advisory locks


def watch_batch(*, at: dt.datetime, limit: int = BATCH, due: bool = False) -> int:
    """Look at the next range of this look, beginning one where none is open; give how many rows that were.

    `due` begins one only when the last is a day old. 0 means that nothing is left for this worker; several may work.
    """
    day = _open_day() or _begin_day(at, due)
    while day is not None:
        with transaction.atomic():
            part = free_range(day.id)
            seen = 0 if part is None else _look(day.id, part, at)
        if seen:
            return seen
        if part is None and not cut_range(day.id, limit):
            if all_done(day.id):
                WatchDay.objects.filter(id=day.id, ended_at=None).update(ended_at=at)
            return 0
    return 0


def compare_sample(*, at: dt.datetime) -> int:
    """Compare today's sample of people with what everybody says of them, once a day; give how many (peers G6).

    A worker that dies over it leaves the day to the next one.
    """
    row, _ = SampleDay.objects.get_or_create(day=local(at).date(), defaults={"began_at": at})
    with transaction.atomic():
        held = SampleDay.objects.select_for_update(skip_locked=True).filter(id=row.id, done_at=None).first()
        if held is None:
            return 0
        persons = sampled_persons(at)
        drift = drift_of(persons, at)
        held.reasons = dict(Counter(f"DRIFT_{code}" for codes in drift.values() for code in codes))
        held.sampled, held.done_at = len(persons), at
        held.save(update_fields=["reasons", "sampled", "done_at"])
        for person, found in list(drift.items())[:MOST_ALARMS]:
            raise_alarm("DRIFT", at=at, subject_id=person, codes=", ".join(found))
        return len(persons)


def note_unknown(*, hc1: str, at: dt.datetime) -> UUID:
    """Raise the alarm that a code carries our signature and is not in the register; the caller has verified it.

    Kept are the number's hash and the key: whoever looks finds the code again at the verifier that sent it.
    """
    kid, hash16 = _named(hc1)
    return note_unknown_number(kid=kid, hash16=hash16, at=at)


def note_unknown_number(*, kid: bytes, hash16: bytes, at: dt.datetime) -> UUID:
    """Raise that alarm about a code of any form, by its key and the hash under which the register would know it.

    Once a code, since one is shown at many gates, and for MOST_OF_A_KEY codes that nobody has looked at: whoever holds
    the key can make any number of them, and the alarm about another key must stay in sight.
    """
    rung = [one for one in alarms(unseen=True, code=UNKNOWN) if one.facts.get("kid") == kid.hex()]
    known = next((one for one in rung if one.facts.get("number_hash") == hash16.hex()), None)
    if known or len(rung) >= MOST_OF_A_KEY:
        return (known or rung[0]).id
    return raise_alarm(UNKNOWN, at=at, kid=kid.hex(), number_hash=hash16.hex())


def _named(text: str) -> tuple[bytes, bytes]:
    code = hc1.unpack(text)
    hashes = hc1.hashes(code)
    return code.message.kid, hashes.uci or hashes.signature


def _open_day() -> WatchDay | None:
    return WatchDay.objects.filter(ended_at=None).order_by("-began_at").first()


def _begin_day(at: dt.datetime, due: bool) -> WatchDay | None:
    """Begin a look, at the log's heads first; None where the last one is not a day old."""
    before = WatchDay.objects.order_by("-began_at").first()
    if due and before is not None and before.began_at > at - NIGHT:
        return None
    head, broken = _head_of_tonight(at)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_BEGIN])
        now_open = _open_day()
        if now_open is not None:
            return now_open  # another worker began it meanwhile
        size, root = (head.size, head.root) if head else (0, b"")
        claims = end_faults(size)
        faults = Counter([*broken, *head_faults(head, before)]) + _counted(claims)
        day = WatchDay(began_at=at, head_size=size, head_root=root, reasons=dict(faults))
        day.save(force_insert=True)
        _raise_log_alarms(faults, claims, at)
        return day


def _head_of_tonight(at: dt.datetime) -> tuple[SignedHead | None, list[str]]:
    """Give the log's end, signed just now; the newest signed one while the key store is away or the log is broken."""
    try:
        return publish_head(at), []
    except KeyStoreError:
        return signed_head(), []
    except LogBroken:
        return signed_head(), ["LOG_HEAD"]


def _look(day_id: UUID, part: WatchRange, at: dt.datetime) -> int:
    """Look at one range; what it found, its end and the alarms are one transaction, the caller's."""
    if part.tile_level is not None:
        # Leaves lie in the tiles of the lowest level.
        claims = {} if part.tile_level else claim_faults(part.tile_first * WIDTH, part.tile_end * WIDTH)
        found = Counter(tile_faults(part)) + _counted(claims)
        before = _note(day_id, part, reasons=found)
        _raise_log_alarms({code: n for code, n in found.items() if code not in before.reasons}, claims, at)
        return part.tile_end - part.tile_first
    rows = rows_of(part)
    wrong = faults_of(rows)
    before = _note(day_id, part, reasons=Counter(wrong.values()), seen=len(rows), wrong=len(wrong))
    for row in [one for one in rows if one.id in wrong][: max(0, MOST_ALARMS - before.wrong)]:
        raise_alarm("CERTIFICATE_WRONG", at=at, subject_id=row.person_id, why=wrong[row.id], certificate=str(row.id))
    return len(rows)


def _note(day_id: UUID, part: WatchRange, *, reasons: Mapping[str, int], seen: int = 0, wrong: int = 0) -> WatchDay:
    """Add what a range showed and take the range away; give the look as it stood before it.

    The look's row last: its lock is held until the caller's transaction ends, and all workers need it.
    """
    part.delete()
    before = WatchDay.objects.select_for_update().get(id=day_id)
    WatchDay.objects.filter(id=day_id).update(
        reasons=dict(Counter(before.reasons) + Counter(reasons)), seen=before.seen + seen, wrong=before.wrong + wrong
    )
    return before


def _counted(claims: Mapping[str, Sequence[int]]) -> Counter[str]:
    return Counter({code: len(places) for code, places in claims.items()})


def _raise_log_alarms(found: Mapping[str, int], claims: Mapping[str, Sequence[int]], at: dt.datetime) -> None:
    """Raise one alarm a code; of leaves it names the first."""
    for code in found:
        facts: dict[str, Any] = {"why": code}
        if code in claims:
            facts["leaves"] = ", ".join(str(place) for place in claims[code][:MOST_ALARMS])
        raise_alarm("LOG_BROKEN", at=at, **facts)
