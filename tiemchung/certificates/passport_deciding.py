"""What becomes of each passport of a batch; nothing is written here."""

import datetime as dt
from dataclasses import dataclass, field
from uuid import UUID

from tiemchung.certificates.content import PersonFacts, dcc_parts, fingerprint, still_states
from tiemchung.certificates.models import Certificate, DoseSignature
from tiemchung.certificates.passport_batch import Known, OpenTask, PassportBatch, taken_away
from tiemchung.certificates.reads.set_aside import mark_in
from tiemchung.certificates.rules import (
    TO_ISSUE,
    TO_SIGN,
    CertificateState,
    Gap,
    Identity,
    Live,
    PassportState,
    SignatureFall,
    doubts,
    ends_soon,
    gaps_of,
    not_issuable,
    passport_dose,
    rests_on,
    standing,
)
from tiemchung.certificates.statements import moment_of, stated_moment, statement_of
from tiemchung.certificates.units import unit_of
from tiemchung.doses.rules import DoseState
from tiemchung.doses.values import DoseView

Work = tuple[UUID, UUID | None, UUID | None, str]  # unit, profile, dose, reason


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where one passport stands now."""

    state: PassportState
    reasons: list[dict[str, str | None]]
    content: bytes | None
    unit_id: UUID | None
    certificate_id: UUID | None


@dataclass(slots=True)
class Decided:
    """What a batch comes to: outcomes by person, the work that is left, what falls and what is taken back."""

    outcomes: dict[UUID, Outcome] = field(default_factory=dict)
    work: dict[UUID, set[Work]] = field(default_factory=dict)
    placeless: dict[UUID, list[Gap]] = field(default_factory=dict)
    fallen: dict[SignatureFall, list[DoseSignature]] = field(default_factory=dict)
    unsigned: dict[SignatureFall, list[tuple[UUID, UUID]]] = field(default_factory=dict)  # (profile, dose)
    revoked: dict[str, list[Certificate]] = field(default_factory=dict)


def decide_passports(batch: PassportBatch) -> Decided:
    """Say where every person's passport stands, and who was joined into another has none any more."""
    decided = Decided()
    for person_id, facts in batch.facts.items():
        _decide(batch, decided, person_id, facts)
    for former in batch.formers:
        for certificate in batch.live.get(former, ()):
            decided.revoked.setdefault("JOINED", []).append(certificate)
        if former in batch.known:
            state = PassportState.REVOKED if taken_away(batch.known.get(former)) else PassportState.NOT_ELIGIBLE
            decided.outcomes[former] = Outcome(state, [], None, None, None)
    return decided


def _decide(batch: PassportBatch, decided: Decided, person_id: UUID, facts: PersonFacts) -> None:
    course, doses = facts.record.course, facts.record.doses
    gaps = gaps_of(course, doses, _identity(batch, person_id, facts))
    signed = _standing_signatures(batch, decided, person_id, doses)
    stated = passport_dose(course)
    content, gaps = _content(batch.known.get(person_id), facts, stated, gaps)
    live = _still_true(batch, decided, person_id, facts, gaps)
    before = _before(batch, person_id, live)
    counted = {row.dose.id for row in course.counted}
    unsigned = [dose for dose in doses if dose.id in counted and dose.id not in signed]
    view = None if live is None else Live(bytes(live.content) == content, ends_soon(live.expires_at, batch.at))
    state = standing(before, lacking=bool(gaps), unsigned=bool(unsigned), live=view)
    unit = _unit(batch.on, doses, stated)
    reasons = [_plain(gap) for gap in gaps]
    decided.outcomes[person_id] = Outcome(state, reasons, content, unit, live.id if live else None)
    decided.work[person_id] = _work(batch, decided, person_id, state, gaps, unsigned, unit)


def _content(
    known: Known | None, facts: PersonFacts, stated: UUID | None, gaps: tuple[Gap, ...]
) -> tuple[bytes | None, tuple[Gap, ...]]:
    """Give what a certificate would state now, None where something is in its way, and the gaps with one more.

    What the centre's trial found that it cannot state is a gap, beside any other, until something else would be stated.
    """
    mark = mark_in(known.reasons) if known else None
    if stated is None or (gaps and mark is None):
        return None, gaps
    dose = next(dose for dose in facts.record.doses if dose.id == stated)
    content = fingerprint(dcc_parts(facts, dose))
    if mark is not None and known is not None and known.content == content:
        return content, (*gaps, not_issuable(facts.record.doses, mark))
    return None if gaps else content, gaps


def _before(batch: PassportBatch, person_id: UUID, live: Certificate | None) -> PassportState | None:
    """Give where the passport stood: what was taken away from somebody is taken away from the person they became."""
    if live is None and person_id in batch.heirs:
        return PassportState.REVOKED
    known = batch.known.get(person_id)
    return known.state if known else None


def _identity(batch: PassportBatch, person_id: UUID, facts: PersonFacts) -> Identity:
    holder, check = facts.holder, batch.identities.get(person_id)
    return Identity(
        full_name=holder.full_name,
        birth_precision=holder.birth_precision,
        sex=holder.sex,
        nationality=holder.nationality,
        state=check.state if check else None,
        why=check.why if check else "",
        has_passport=person_id in batch.with_passport,
        desk=check.desk if check else None,
    )


def _standing_signatures(
    batch: PassportBatch, decided: Decided, person_id: UUID, doses: tuple[DoseView, ...]
) -> set[UUID]:
    """Give the doses whose signature stands; one that does not falls here, with a code."""
    check = batch.identities.get(person_id)
    mark, now = check.fields if check else b"", {dose.id: dose for dose in doses}
    standing_ids: set[UUID] = set()
    for profile_id in batch.facts[person_id].holder.profile_ids:
        for signature in batch.signatures.get(profile_id, ()):
            why = _falls(batch, signature, now.get(signature.dose_id), mark)
            if why:
                decided.fallen.setdefault(why, []).append(signature)
                decided.unsigned.setdefault(why, []).append((profile_id, signature.dose_id))
            else:
                standing_ids.add(signature.dose_id)
    bare = [d for d in doses if d.state is DoseState.SIGNED and d.id not in standing_ids]
    decided.unsigned.setdefault(SignatureFall.NO_SIGNATURE, []).extend((d.profile_id, d.id) for d in bare)
    return standing_ids


def _falls(batch: PassportBatch, signature: DoseSignature, dose: DoseView | None, mark: bytes) -> SignatureFall | None:
    """Say why a signature no longer holds, None where it does."""
    if dose is None:
        return SignatureFall.DOSE_VOIDED
    if dose.state is not DoseState.SIGNED or dose.version != signature.version:
        return SignatureFall.DOSE_CHANGED
    statement = bytes(signature.statement)
    stated, since = stated_moment(statement), batch.fallen_keys.get(bytes(signature.kid))
    # What is signed counts, not the column beside it: whoever changes that cannot put a signature before `since`.
    if since is not None and moment_of(statement, signature.signed_at) >= since:
        return SignatureFall.KEY_REVOKED
    same = statement == statement_of(dose, signature.facility_id, mark, stated)
    return None if same else SignatureFall.IDENTITY_CHANGED


def _still_true(
    batch: PassportBatch, decided: Decided, person_id: UUID, facts: PersonFacts, gaps: tuple[Gap, ...]
) -> Certificate | None:
    """Give the certificate in force; whatever no longer states the truth is taken back, renewed ones too.

    One about an earlier dose stays: what it states is as true as before, until a new one takes its place. One that was
    issued on a signature of a key that is believed no more goes with it, in whatever way that signature fell.
    """
    doubtful, live = doubts(gaps), None
    fallen = [one for profile in facts.holder.profile_ids for one in batch.doubted.get(profile, ())]
    for certificate in batch.live.get(person_id, ()):
        if any(carried(s, certificate) for s in fallen):
            decided.revoked.setdefault("FACILITY_KEY", []).append(certificate)
        elif doubtful or not still_states(facts, certificate.dose_id, bytes(certificate.content)):
            because = "NO_LONGER_ELIGIBLE" if doubtful else "REPLACED"
            decided.revoked.setdefault(because, []).append(certificate)
        elif certificate.state == CertificateState.ISSUED and certificate.expires_at > batch.at:
            live = certificate
    return live


def carried(signature: DoseSignature, certificate: Certificate) -> bool:
    """Tell whether a certificate was issued on this signature."""
    made = moment_of(signature.statement, signature.signed_at)
    return rests_on(certificate.issued_at, signed_at=made, voided_at=signature.voided_at)


def _work(
    batch: PassportBatch,
    decided: Decided,
    person_id: UUID,
    state: PassportState,
    gaps: tuple[Gap, ...],
    unsigned: list[DoseView],
    unit: UUID | None,
) -> set[Work]:
    if state is PassportState.NOT_ELIGIBLE:
        placeless = [gap for gap in gaps if gap.facility_id is None and not _nothing_to_do(gap)]
        if placeless:
            decided.placeless[person_id] = placeless
        placed = [(unit_of(gap.facility_id, batch.on), gap) for gap in gaps if gap.facility_id is not None]
        profiles = {dose.id: dose.profile_id for dose in batch.facts[person_id].record.doses}
        return {(u, profiles[g.dose_id] if g.dose_id else None, g.dose_id, str(g.code)) for u, g in placed}
    if state is PassportState.ELIGIBLE:
        return {
            (unit_of(dose.facts.facility_id, batch.on), dose.profile_id, dose.id, TO_SIGN)
            for dose in unsigned
            if dose.facts.facility_id is not None
        }
    return {(unit, None, None, TO_ISSUE)} if state is PassportState.FACILITY_SIGNED and unit else set()


def _nothing_to_do(gap: Gap) -> bool:
    """Tell whether nobody can work on it: who never came for a dose is on no list."""
    return gap.code == "NO_DOSE"


def _unit(on: dt.date, doses: tuple[DoseView, ...], stated: UUID | None) -> UUID | None:
    for dose in (*(d for d in doses if d.id == stated), *reversed(doses)):
        if dose.facts.facility_id is not None:
            return unit_of(dose.facts.facility_id, on)
    return None


def _plain(gap: Gap) -> dict[str, str | None]:
    told: dict[str, str | None] = {"code": str(gap.code)}
    if gap.dose_id is not None:
        told["dose_id"] = str(gap.dose_id)
    if gap.facility_id is not None:
        told["facility_id"] = str(gap.facility_id)
    if gap.why:
        told["why"] = gap.why
    return told


__all__ = ["Decided", "OpenTask", "Outcome", "Work", "decide_passports"]
