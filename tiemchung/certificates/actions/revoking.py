"""Taking certificates out of force, many in a few statements."""

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from tiemchung.certificates.actions.emitting import list_emissions
from tiemchung.certificates.formats.revocation import hash_of_number
from tiemchung.certificates.models import Certificate
from tiemchung.certificates.news import note_news
from tiemchung.certificates.rules import CertificateKind, CertificateState
from tiemchung.core.actor import SYSTEM, Actor
from tiemchung.core.ids import new_id
from tiemchung.core.models import AuditLine
from tiemchung.core.rows import copy_rows

_IN_FORCE = (CertificateState.ISSUED, CertificateState.RENEWED)
_REVOKE = """
UPDATE certificates_certificate SET state = 'REVOKED', revoked_at = %s, revoked_because = %s
WHERE person_id = ANY(%s) AND id = ANY(%s) AND state IN ('ISSUED', 'RENEWED') RETURNING id
"""
_LIST = """
INSERT INTO certificates_revocation (id, hash, hash_type, kid, revoked_at, expires_at)
SELECT u.id, u.hash, 'UCI', u.kid, %s, u.expires FROM unnest(%s::uuid[], %s::bytea[], %s::bytea[], %s::timestamptz[])
AS u (id, hash, kid, expires) ON CONFLICT (hash, kid) DO NOTHING
"""
_LINE = (
    "id", "subject_id", "at", "action", "actor_kind", "actor_id", "actor_role", "facility_id", "trace", "object_id",
    "because", "facts",
)  # fmt: skip


def revoke_certificates(
    *,
    certificates: Sequence[Certificate],
    because: str,
    at: dt.datetime,
    by: Actor = SYSTEM,
    with_renewed: bool = True,
) -> int:
    """Take these certificates out of force and put their numbers into the public list; give how many it were.

    `because` is a code. What a passport was renewed from says the same and falls with it, unless `with_renewed` is
    False: then it is the code itself that must not be believed, and not what it says. What is no longer in force is
    passed over. The caller moves the passports.
    """
    with transaction.atomic():
        named = {one.id: one for one in certificates}
        if with_renewed:
            named |= {one.id: one for one in _renewed_before(certificates, at)}
        if not named:
            return 0
        with connection.cursor() as cursor:
            persons = list({one.person_id for one in named.values()})
            cursor.execute(_REVOKE, [at, because, persons, list(named)])
            gone = [named[row[0]] for row in cursor.fetchall()]
        list_certificates(gone, at)
        facts = json.dumps({"because": because})
        lines = (
            (new_id(), one.person_id, at, "revoke_certificate", by.kind, by.id, by.role or "", by.facility_id, by.trace,
             one.id, "", facts)
            for one in gone
        )  # fmt: skip
        copy_rows(AuditLine, _LINE, lines)
        note_news([one.person_id for one in gone if one.kind == CertificateKind.PASSPORT], at)
        return len(gone)


def list_certificates(certificates: Sequence[Certificate], at: dt.datetime) -> int:
    """Put the numbers of revoked certificates and the forms beside them into the public list; give how many are new.

    `at` is the moment from which on they are handed out: what is listed late is handed out late, and not passed over.
    """
    if not certificates:
        return 0
    lists: list[list[Any]] = [
        [new_id() for _ in certificates],
        [hash_of_number(one.uvci) for one in certificates],
        [bytes(one.kid) for one in certificates],
        [one.expires_at for one in certificates],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_LIST, [at, *lists])
        return cursor.rowcount + list_emissions(certificates, at)


def certificates_in_force(
    person_ids: Sequence[UUID], kind: CertificateKind = CertificateKind.PASSPORT
) -> list[Certificate]:
    """Give the certificates of these persons that are in force, those included that were renewed."""
    return list(Certificate.objects.filter(person_id__in=list(person_ids), kind=kind, state__in=_IN_FORCE))


def _renewed_before(certificates: Sequence[Certificate], at: dt.datetime) -> list[Certificate]:
    persons = [one.person_id for one in certificates if one.kind == CertificateKind.PASSPORT]
    if not persons:
        return []
    return list(
        Certificate.objects.filter(
            person_id__in=persons,
            kind=CertificateKind.PASSPORT,
            state=CertificateState.RENEWED,
            expires_at__gt=at,
        )
    )
