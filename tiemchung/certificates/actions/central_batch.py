"""One batch of the centre's signature, from the ledger to the log.

Two transactions. The first keeps the intents: number and payload are on record before anything is signed. The second
looks again under the passports' locks and writes down what was signed. A worker that dies in between leaves intents,
which another takes up with the same number and payload if they still say what the ledger says.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from tiemchung.certificates import issuing_rows as rows
from tiemchung.certificates.actions.keys import central_key
from tiemchung.certificates.actions.passports import refresh_passports
from tiemchung.certificates.actions.revoking import certificates_in_force, revoke_certificates
from tiemchung.certificates.checking import unfit
from tiemchung.certificates.content import PersonFacts, facts_of_all, still_states
from tiemchung.certificates.facility_trust import FORGED
from tiemchung.certificates.formats import hc1, uvci
from tiemchung.certificates.issuing import (
    Draft,
    NotDrawn,
    claims_of,
    lint,
    passport_statement,
    seal_drafts,
)
from tiemchung.certificates.keys import signer_of
from tiemchung.certificates.models import DoseSignature, Passport, SigningKey
from tiemchung.certificates.ports import KeyStoreError
from tiemchung.certificates.rules import KeyPurpose, Lack, PassportState, SignatureFall, expiry
from tiemchung.core.actor import SYSTEM, Actor
from tiemchung.core.alarms import raise_alarm
from tiemchung.core.clock import local
from tiemchung.core.collecting import uncollected
from tiemchung.core.ids import new_id
from tiemchung.core.keyed import keyed_statements
from tiemchung.doses.actions import unsign_doses
from tiemchung.people.reads import holders_of

BATCH = 1000
# The passport's row has not heard yet of what the ledger says; it is brought up to date and waits its turn anew.
_BEHIND = frozenset({"NO_PERSON", "PASSPORT_BEHIND", "NO_DOSE", "DOSE_NOT_SIGNED"})


@dataclass(slots=True)
class Worked:
    """What one batch did: certificates issued, persons passed over, and why it could not sign, if it could not."""

    issued: int = 0
    refused: int = 0
    why: str = ""


def sign_batch(
    *, at: dt.datetime, limit: int = BATCH, renewals: bool = False, persons: Sequence[UUID] = (), by: Actor = SYSTEM
) -> Worked:
    """Take up what was left behind, else what is ready (or, with `renewals`, what ends), and issue it.

    `persons` names who is not to wait for their turn: the passport was given back just now.
    A key store that fails is answered with its code in `why`, and nothing of the batch is issued: the intents wait.
    """
    with uncollected():
        return _signed_batch(at, limit, renewals, persons, by)


def _signed_batch(at: dt.datetime, limit: int, renewals: bool, persons: Sequence[UUID], by: Actor) -> Worked:
    worked = Worked()
    try:
        key = central_key(KeyPurpose.PASSPORT, by=SYSTEM, at=at)
        drafts = [] if persons else _taken_up(key, at, limit, worked)
        drafts = drafts or _drawn(key, at, limit, worked, renewals=renewals, named=persons)
        drafts = _linted(drafts, worked, at)
        if drafts:
            # Outside any transaction: a slow token holds no lock.
            kid = bytes(key.kid)
            for draft in drafts:
                draft.signed_bytes = hc1.to_be_signed(draft.claims, kid)
            signatures = signer_of(kid, key.store).sign_many([draft.signed_bytes for draft in drafts])
            sealed = seal_drafts(drafts, signatures, kid, bytes(key.certificate))
            if len(sealed) < len(drafts):
                worked.why = "SIGNATURE_WRONG"
            _issue(sealed, key, at, worked, by=by)
    except KeyStoreError as problem:
        worked.why = problem.code
    return worked


def _drawn(
    key: SigningKey, at: dt.datetime, limit: int, worked: Worked, *, renewals: bool, named: Sequence[UUID]
) -> list[Draft]:
    """Draw up what is ready and keep it as intents, in a transaction of its own."""
    with keyed_statements():
        persons = list(named) or (rows.ending_persons(at, limit) if renewals else [])
        standings = rows.lock_standings(persons) if persons or renewals else rows.ready_standings(limit)
        if not standings:
            return []
        facts = facts_of_all(standings, local(at).date(), ahead=False)
        drafts, passed_over = _drafts(persons or list(standings), standings, facts, key, at)
        kept = rows.keep_intents(drafts, bytes(key.kid))
        _set_aside({person: code for person, code in passed_over.items() if code not in _BEHIND}, at)
    worked.refused += len(passed_over)
    _bring_up_to_date([person for person, code in passed_over.items() if code in _BEHIND], at)
    return [draft for draft in drafts if draft.person_id in kept]


def _drafts(
    persons: Sequence[UUID],
    standings: dict[UUID, rows.Standing],
    facts: dict[UUID, PersonFacts],
    key: SigningKey,
    at: dt.datetime,
) -> tuple[list[Draft], dict[UUID, str]]:
    drafts, passed_over, expires_at = [], {}, expiry(at, key.valid_to)
    for person in persons:
        held = standings[person]
        try:
            known = _of_person(facts.get(person), person)
            said = passport_statement(known)
            if said.content != held.content:
                raise NotDrawn("PASSPORT_BEHIND")
            number = uvci.new_uvci()
            claims = claims_of(said.parts, number, at, expires_at)
        except NotDrawn as problem:
            passed_over[person] = problem.code
            continue
        drafts.append(
            Draft(
                id=new_id(),
                person_id=person,
                number=number,
                claims=claims,
                content=said.content,
                dose_id=said.dose_id,
                issued_at=at,
                expires_at=expires_at,
                replaces_id=held.live_id or held.last_id,
                parts=said.parts,
                facts=known,
            )
        )
    return drafts, passed_over


def _of_person(known: PersonFacts | None, person: UUID) -> PersonFacts:
    if known is None or known.holder.person_id != person:
        raise NotDrawn("NO_PERSON")
    return known


def _taken_up(key: SigningKey, at: dt.datetime, limit: int, worked: Worked) -> list[Draft]:
    """Take up intents that a dead worker left, number and payload as they are; drop what is no longer true."""
    with keyed_statements():
        left = rows.left_intents(at, limit)
        if not left:
            return []
        facts = facts_of_all([draft.person_id for draft, _ in left], local(at).date(), ahead=False)
        whys = {draft.id: _no_longer(draft, kid, key, facts.get(draft.person_id), at) for draft, kid in left}
        dropped = [(draft.person_id, draft.id, whys[draft.id]) for draft, _ in left if whys[draft.id]]
        rows.drop_intents(dropped)
        good = [draft for draft, _ in left if not whys[draft.id]]
        rows.take_intents(good, at)
    worked.refused += len(dropped)
    _bring_up_to_date([person for person, *_ in dropped], at)
    return good


def _no_longer(draft: Draft, kid: bytes, key: SigningKey, known: PersonFacts | None, at: dt.datetime) -> str:
    """Give why an intent must not be signed any more, empty where it may; fills in what is needed to go on."""
    if kid != bytes(key.kid):
        return "OTHER_KEY"
    if draft.expires_at <= at:
        return "STALE"
    try:
        draft.facts = _of_person(known, draft.person_id)
        said = passport_statement(draft.facts)
        draft.parts = said.parts
        same = claims_of(said.parts, draft.number, draft.issued_at, draft.expires_at) == draft.claims
    except NotDrawn as problem:
        return problem.code
    return "" if same else "CHANGED"


def _linted(drafts: list[Draft], worked: Worked, at: dt.datetime) -> list[Draft]:
    """Give the drafts that the scratch key's trial finds right; the others are dropped, with an alarm each."""
    wrong = {draft.id: code for place, draft in enumerate(drafts) if (code := lint(draft, whole=place == 0))}
    if wrong:
        bad = [draft for draft in drafts if draft.id in wrong]
        with transaction.atomic():
            rows.drop_intents([(draft.person_id, draft.id, wrong[draft.id]) for draft in bad])
            _set_aside({draft.person_id: wrong[draft.id] for draft in bad}, at)
        worked.refused += len(bad)
    return [draft for draft in drafts if draft.id not in wrong]


def _issue(sealed: list[Draft], key: SigningKey, at: dt.datetime, worked: Worked, *, by: Actor) -> None:
    """Write down what was signed and still holds, in one transaction."""
    if not sealed:
        return
    with keyed_statements():
        standings = rows.lock_standings([draft.person_id for draft in sealed])
        whys = unfit(sealed, standings, key)
        # A twin that took the intent up and was quicker has issued it: nothing is to be dropped then.
        dropped = [(d.person_id, d.id, why) for d in sealed if (why := whys.get(d.id, "TAKEN")) != "TAKEN"]
        rows.drop_intents(dropped)
        _void_forged({person: why for person, _, why in dropped if why in FORGED}, at, by)
        fit = [draft for draft in sealed if draft.id not in whys]
        if fit:
            _let_go(fit, standings, at, by)
            rows.write_issued(fit, by, at)
    worked.issued += len(fit)
    worked.refused += len(dropped)
    _bring_up_to_date([person for person, *_ in dropped], at)


def _void_forged(found: Mapping[UUID, str], at: dt.datetime, by: Actor) -> None:
    """Let every signature of these persons fall: they are given again, and somebody looks at who wrote that row."""
    if not found:
        return
    profiles = [p for holder in holders_of(found).values() for p in holder.profile_ids]
    signed = DoseSignature.objects.filter(profile_id__in=profiles, voided_at=None)
    doses = list(signed.values_list("profile_id", "dose_id"))
    signed.update(voided_at=at, voided_because=SignatureFall.FORGED)
    unsign_doses(at=at, doses=doses, because=SignatureFall.FORGED, by=by)
    for person, why in found.items():
        raise_alarm("SIGNATURE_FORGED", at=at, subject_id=person, why=why)


def _let_go(fit: list[Draft], standings: dict[UUID, rows.Standing], at: dt.datetime, by: Actor) -> None:
    """Make room: a certificate that still says the truth runs out beside its successor, any other is replaced."""
    true: list[tuple[UUID, UUID]] = []
    untrue: list[tuple[UUID, UUID]] = []
    for draft in fit:
        held = standings[draft.person_id]
        if held.live_id is None:
            continue
        known = draft.facts
        still = known is not None and still_states(known, held.live_dose_id, held.live_content)
        (true if still else untrue).append((draft.person_id, held.live_id))
    rows.renew_former(true)
    if untrue:
        former = certificates_in_force([person for person, _ in untrue])
        revoke_certificates(certificates=former, because="REPLACED", at=at, by=by)


def _bring_up_to_date(persons: Sequence[UUID], at: dt.datetime) -> None:
    """Let the passports of those passed over hear of the ledger; who is ready all the same goes behind the others."""
    # An intent of nobody was written past this house; it is dropped, and there is no passport to hear of it.
    persons = list(holders_of(persons)) if persons else []
    if persons:
        refresh_passports(person_ids=persons, at=at)
        mine = Passport.objects.filter(person_id__in=persons, state=PassportState.FACILITY_SIGNED)
        mine.update(since=at, changed_at=at)


def _set_aside(found: dict[UUID, str], at: dt.datetime) -> None:
    """Take persons out of what is ready whose facts make no certificate; somebody must look at each.

    The mark stays as long as they would state the same, or until the ministry has them tried again (`retrying.py`);
    the refresh puts it on the list of their unit.
    """
    if not found:
        return
    for why in set(found.values()):
        persons = [person for person, code in found.items() if code == why]
        mark = {"code": str(Lack.NOT_ISSUABLE), "why": why}
        Passport.objects.filter(person_id__in=persons).update(reasons=[mark])
    refresh_passports(person_ids=found, at=at)
    for person, code in found.items():
        raise_alarm("PASSPORT_NOT_ISSUABLE", at=at, subject_id=person, why=code)
