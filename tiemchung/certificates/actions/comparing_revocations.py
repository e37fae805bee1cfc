"""Every night: what was taken back is in the public list, and what is in the list was handed out; the rest follows.

Nothing that took a certificate out of force may leave a verifier believing it. Whatever is missing was lost by a fault
of ours or by somebody's hand in the tables, so it is mended at once and told.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q

from tiemchung.certificates.actions.emitting import list_forms
from tiemchung.certificates.actions.revocation_lists import publish_overlooked
from tiemchung.certificates.actions.revoking import list_certificates
from tiemchung.certificates.models import Certificate, Emission, SigningKey
from tiemchung.certificates.rules import CertificateState
from tiemchung.core.alarms import raise_alarm
from tiemchung.core.distribution import allow_cross_shard

BATCH = 2000
ALARM = "REVOCATIONS_OVERLOOKED"
_NEEDED = ("id", "person_id", "uvci", "kid", "revoked_at", "expires_at")


@dataclass(frozen=True, slots=True)
class Overlooked:
    """How many revoked certificates and forms were in no list, and how many entries had not been handed out."""

    unlisted: int
    unpublished: int


def compare_revocations(*, at: dt.datetime) -> Overlooked:
    """Compare everything that is revoked with what others are told, mend what is missing, and raise one alarm."""
    unlisted = sum(list_certificates(some, at) for some in _revoked(at))
    unlisted += sum(list_forms(some, at) for some in _forms_of_fallen_keys(at))
    # What was listed just now is handed out at the next turn like every revocation of now.
    found = Overlooked(unlisted, publish_overlooked(at=at))
    if found.unlisted or found.unpublished:
        raise_alarm(ALARM, at=at, unlisted=found.unlisted, unpublished=found.unpublished)
    return found


def _revoked(at: dt.datetime) -> Iterator[list[Certificate]]:
    """Give every revoked certificate that has not ended, in the order in which they were revoked."""
    every = Certificate.objects.filter(state=CertificateState.REVOKED, expires_at__gt=at).only(*_NEEDED)
    found = every
    while True:
        with allow_cross_shard("what was revoked lies on every node; certificate_revoked answers"):
            some = list(found.order_by("revoked_at", "person_id", "id")[:BATCH])
        if not some:
            return
        yield some
        last = some[-1]
        same = Q(revoked_at=last.revoked_at)
        behind = Q(person_id__gt=last.person_id) | Q(person_id=last.person_id, id__gt=last.id)
        found = every.filter(Q(revoked_at__gt=last.revoked_at) | same & behind, revoked_at__gte=last.revoked_at)


def _forms_of_fallen_keys(at: dt.datetime) -> Iterator[list[Emission]]:
    fallen = SigningKey.objects.filter(compromised_since__isnull=False, valid_to__gt=at)
    for kid in fallen.values_list("kid", flat=True):
        after = None
        while True:
            made = Emission.objects.filter(kid=kid, expires_at__gt=at)
            if after is not None:
                behind = Q(emitted_at__gt=after[0]) | Q(emitted_at=after[0], id__gt=after[1])
                made = made.filter(behind, emitted_at__gte=after[0])
            with allow_cross_shard("forms of a key lie with all their persons; emission_key answers"):
                some = list(made.order_by("emitted_at", "id")[:BATCH])
            if not some:
                break
            yield some
            after = (some[-1].emitted_at, some[-1].id)
