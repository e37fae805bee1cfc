"""What the ledger, the changes of persons and passports trigger here: the partner is told how the person stands now."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings

from tiemchung.certificates.reads import News
from tiemchung.core.follow import follow, retry_parked
from tiemchung.core.worker import Loop
from tiemchung.doses.reads import Entry, corrections_in
from tiemchung.interop.pc_covid.http_partner import partner_port
from tiemchung.interop.pc_covid.nonces import forget_nonces
from tiemchung.interop.pc_covid.telling import note_changes, tell_due
from tiemchung.people.reads import Change, current_persons

FOLLOWER = "pc_covid"
FOLLOWER_OF_PEOPLE = "pc_covid.people"
FOLLOWER_OF_PASSPORTS = "pc_covid.passports"
Handle = Callable[[Sequence[Any]], None]


def _of_doses(at: dt.datetime) -> Handle:
    def handle(entries: Sequence[Any]) -> None:
        now = current_persons(entry.profile_id for entry in entries)
        _note(now, set(now.values()), corrections_in(entries), at)

    return handle


def _of_people(at: dt.datetime) -> Handle:
    # Who was joined is told of by the former name too, which from then on points at the kept person.
    def handle(changes: Sequence[Any]) -> None:
        now = current_persons(change.profile_id for change in changes)
        _note(now, {*now, *now.values()}, [(change.profile_id, change.id) for change in changes], at)

    return handle


def _of_passports(at: dt.datetime) -> Handle:
    def handle(news: Sequence[Any]) -> None:
        now = current_persons(one.person_id for one in news)
        _note(now, set(now.values()), [], at)

    return handle


def _note(
    now: dict[UUID, UUID], persons: set[UUID], corrections: Sequence[tuple[UUID, UUID]], at: dt.datetime
) -> None:
    by_person: dict[UUID, list[tuple[UUID, UUID]]] = {}
    for profile_id, entry_id in corrections:
        by_person.setdefault(now[profile_id], []).append((profile_id, entry_id))
    note_changes(person_ids=persons, corrections=by_person, at=at)


def note_case(person_id: UUID, at: dt.datetime) -> None:
    """Note, in the caller's transaction, that a report of this person made through the partner has come on."""
    if settings.PC_COVID:
        note_changes(person_ids=current_persons([person_id]).values(), corrections={}, at=at)


def follow_ledger(at: dt.datetime) -> int:
    """Note all whose doses changed since the bookmark; give how many entries were read, 0 while the partner is off."""
    return follow(Entry, FOLLOWER, _of_doses(at), at=at) if settings.PC_COVID else 0


def follow_people(at: dt.datetime) -> int:
    """Note all who were renamed, joined or parted; give how many changes were read, 0 while the partner is off."""
    return follow(Change, FOLLOWER_OF_PEOPLE, _of_people(at), at=at) if settings.PC_COVID else 0


def follow_passports(at: dt.datetime) -> int:
    """Note all whose passport was issued, renewed or revoked; give how many were read, 0 while the partner is off."""
    return follow(News, FOLLOWER_OF_PASSPORTS, _of_passports(at), at=at) if settings.PC_COVID else 0


def retry_failed(at: dt.datetime) -> int:
    """Try again what could not be noted; give how many succeeded."""
    doses = retry_parked(Entry, FOLLOWER, _of_doses(at), at=at)
    people = retry_parked(Change, FOLLOWER_OF_PEOPLE, _of_people(at), at=at)
    return doses + people + retry_parked(News, FOLLOWER_OF_PASSPORTS, _of_passports(at), at=at)


def send_news(at: dt.datetime) -> int:
    """Tell the partner what is due; give how many persons' news it took."""
    port = partner_port()
    return tell_due(port, at=at) if port else 0


def forget_old_nonces(at: dt.datetime) -> int:
    """Forget the requests whose signature is no longer fresh anyway."""
    forget_nonces(at)
    return 0


LOOPS = [
    Loop("pc_covid.follow_ledger", follow_ledger, every=1.0),
    Loop("pc_covid.follow_people", follow_people, every=1.0),
    Loop("pc_covid.follow_passports", follow_passports, every=1.0),
    Loop("pc_covid.retry", retry_failed, every=10.0),
    Loop("pc_covid.send", send_news, every=1.0),
    Loop("pc_covid.nonces", forget_old_nonces, every=300.0),
]
