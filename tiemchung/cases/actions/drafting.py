"""Writing a report over days, on any page of it: one sealed row, opened by a secret that only the browser has."""

import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import transaction

from tiemchung.access import actions as access
from tiemchung.access.reads import known_device
from tiemchung.access.rules import Purpose
from tiemchung.cases.actions.opening import open_case
from tiemchung.cases.drafts import (
    LIFE,
    Asked,
    Draft,
    DraftState,
    Question,
    Receipt,
    first_missing,
    with_dose,
    with_kind,
    with_room,
    without_dose,
)
from tiemchung.cases.evidence.actions import drop_evidence_of
from tiemchung.cases.kinds import KINDS, Door
from tiemchung.cases.models import CaseDraft, Evidence
from tiemchung.cases.receiving import may_receive
from tiemchung.cases.rules import Claim, ClaimedDose
from tiemchung.cases.sealed import open_values, seal_values
from tiemchung.core.actor import SYSTEM, Actor
from tiemchung.core.clock import local
from tiemchung.core.distribution import allow_cross_shard
from tiemchung.core.ids import new_id
from tiemchung.core.verdict import YES, Refused, Verdict, refuse

_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The answer to a code: the receipt, or why there is none; `first` for the one call that opened the case."""

    verdict: Verdict
    receipt: Receipt | None = None
    first: bool = False


def begin_draft(*, at: dt.datetime) -> tuple[UUID, str]:
    """Begin an empty draft; give its id and the secret that opens it, of which only a hash is kept."""
    draft, secret = Draft(new_id()), secrets.token_urlsafe(32)
    row = CaseDraft(id=draft.id, token_hash=_hash(secret), state=draft.state, made_at=at)
    _put(row, draft, at)
    row.save(force_insert=True)
    return draft.id, f"{draft.id.hex}.{secret}"


def draft_of(token: str, at: dt.datetime) -> Draft | None:
    """Give the draft that this secret opens; None for a wrong, expired or forgotten one."""
    row = _row(token, at)
    return None if row is None else _draft(row)


def keep_person(
    *, token: str, at: dt.datetime, claim: Claim, phone: str, plain_name: bool = False
) -> Draft:
    """Keep who the person is: `claim` gives name, birth, sex, numbers and workplace, `phone` is E.164."""

    def change(draft: Draft) -> Draft:
        mine = replace(
            draft.claim,
            full_name=claim.full_name,
            birth_date=claim.birth_date,
            birth_precision=claim.birth_precision,
            sex=claim.sex,
            numbers=claim.numbers,
            workplace=claim.workplace,
        )
        return draft.with_answer(Asked(Question.PERSON), claim=mine, phone=phone, plain_name=plain_name)

    return _change(token, at, change)


def keep_typed(*, token: str, at: dt.datetime, asked: Asked, form: Mapping[str, Any]) -> Draft:
    """Keep the form of a page as it was typed while its answer cannot be taken; the claim stays as it was."""
    return _change(token, at, lambda draft: replace(draft, typed={**draft.typed, asked.key: dict(form)}))


def keep_area(
    *,
    token: str,
    at: dt.datetime,
    province_id: UUID,
    district_id: UUID | None = None,
    commune_id: UUID | None = None,
    answered: bool = True,
) -> Draft:
    """Keep where the person lives; not yet an answer while the smaller areas are still to be asked."""

    def change(draft: Draft) -> Draft:
        where = replace(draft.claim, province_id=province_id, district_id=district_id, commune_id=commune_id)
        kept = draft.with_answer(Asked(Question.AREA), claim=where)
        return kept if answered else replace(kept, answered=kept.answered - {Question.AREA})

    return _change(token, at, change)


def keep_kind(*, token: str, at: dt.datetime, kind: str) -> Draft:
    """Keep what is wrong; raise Refused with CLAIM_KIND_NOT_HERE for a kind that the portal does not offer."""
    if kind not in KINDS or Door.PORTAL not in KINDS[kind].doors:
        raise Refused(refuse("CLAIM_KIND_NOT_HERE"))
    return _change(token, at, lambda draft: with_kind(draft, kind))


def keep_dose(*, token: str, at: dt.datetime, dose: ClaimedDose, question: Question) -> Draft:
    """Keep one dose after its question DOSE or PLACE; raise Refused with CLAIM_DOSES_COUNT beyond the kind's most."""

    def change(draft: Draft) -> Draft:
        kind = draft.kind_rules
        fits = kind is not None and (draft.dose(dose.order) or len(draft.claim.doses) < kind.doses[1])
        if kind is None or not fits:
            least, most = kind.doses if kind else (0, 0)
            raise Refused(refuse("CLAIM_DOSES_COUNT", least=least, most=most))
        return with_dose(draft, dose, question)

    return _change(token, at, change)


def add_dose(*, token: str, at: dt.datetime) -> Draft:
    """Make room for one more dose, still to be told; nothing changes where the kind takes no more."""
    return _change(token, at, with_room)


def drop_dose(*, token: str, at: dt.datetime, order: int) -> Draft:
    """Take a dose out again where the kind does not need it."""
    return _change(token, at, lambda draft: without_dose(draft, order))


def keep_wanted(*, token: str, at: dt.datetime, wanted: dict[str, str], other_phone: str = "") -> Draft:
    """Keep what the personal data should be, or under which other phone the doses lie."""

    def change(draft: Draft) -> Draft:
        claim = replace(draft.claim, wanted=wanted, other_phone=other_phone)
        return draft.with_answer(Asked(Question.WANTED), claim=claim)

    return _change(token, at, change)


def keep_text(*, token: str, at: dt.datetime, text: str) -> Draft:
    """Keep what the citizen adds in their own words, after the papers were attached."""

    def change(draft: Draft) -> Draft:
        return draft.with_answer(Asked(Question.PAPER), claim=replace(draft.claim, text=text))

    return _change(token, at, change)


def may_send(draft: Draft, at: dt.datetime) -> Verdict:
    """Say whether the draft is whole and possible, as the case would be judged; DRAFT_NOT_WHOLE where a step lacks."""
    if first_missing(draft).question not in {Question.CHECK, Question.CODE} or not draft.kind_rules:
        return refuse("DRAFT_NOT_WHOLE")
    pages = Evidence.objects.filter(case_id=draft.id).count()
    return may_receive(draft.kind_rules, Door.PORTAL, draft.claim, local(at).date(), evidence=pages)


def send_draft(*, by: Actor, at: dt.datetime, token: str, network: str, text: str, device: str = "") -> Draft:
    """Send the code that confirms a whole draft to its phone; `text` has `{code}`, `device` is as in `send_code`.

    Raises Refused with the codes of `may_send`, of `access.take_report` and of `access.send_code`; then nothing was
    counted and no code is on its way.
    """
    with transaction.atomic():
        row = _locked(token, at)
        draft = _writable(row)
        may_send(draft, at).or_raise()
        if draft.state is DraftState.DRAFT:  # a code asked again is no further report
            known = known_device(draft.phone, device, at) is not None
            access.take_report(at=at, phone=draft.phone, network=network, proved=known)
        sent = access.send_code(
            by=by, at=at, phone=draft.phone, purpose=Purpose.REPORT, bound_to=draft.phone_key, network=network,
            text=text, device=device,
        )  # fmt: skip
        draft = replace(draft, state=DraftState.CODE_PENDING, again_at=sent.again_at)
        _save(row, draft, at)
    return draft


def confirm_draft(
    *, by: Actor, at: dt.datetime, token: str, code: str, language: str = "vi", device: str = ""
) -> Confirmed:
    """Use the code and open the case, both or neither; whoever asks again gets the same receipt.

    Of many calls at once with the right code one opens the case. A wrong code is counted and said in the verdict.
    Raises Refused with DRAFT_GONE, DRAFT_NOT_SENT, and as `open_case` does.
    """
    with transaction.atomic():
        row = _locked(token, at)
        draft = _draft(row)
        if draft.receipt is not None:
            return Confirmed(YES, draft.receipt)
        if draft.state is not DraftState.CODE_PENDING:
            raise Refused(refuse("DRAFT_NOT_SENT"))
        verdict = access.use_code(
            by=by, at=at, phone=draft.phone, purpose=Purpose.REPORT, bound_to=draft.phone_key, code=code,
            device=device,
        )  # fmt: skip
        if not verdict.allowed:
            return Confirmed(verdict)
        opened = open_case(
            by=by, at=at, key=draft.phone_key, kind=draft.kind, door=Door.PORTAL, claim=draft.claim, phone=draft.phone,
            case_id=draft.id, language=language,
        )  # fmt: skip
        receipt = Receipt(opened.ref, opened.desk, opened.due_at, opened.joined)
        # What was said lies with the case now; the row stays for who asks again.
        _save(row, Draft(draft.id, DraftState.SENT, kind=draft.kind, receipt=receipt), at)
    return Confirmed(YES, receipt, first=True)


def drop_draft(*, by: Actor, at: dt.datetime, token: str) -> None:
    """Forget a draft and its photos at its writer's wish; of a sent one only the browser's secret is forgotten."""
    with transaction.atomic():
        _forget(by, at, _locked(token, at))


def drop_expired_drafts(at: dt.datetime) -> int:
    """Forget drafts whose week has passed, with their photos; give how many."""
    with allow_cross_shard("drafts expire on every shard; an index of each answers"):
        due = list(CaseDraft.objects.filter(expires_at__lte=at).order_by("expires_at")[:_AT_ONCE])
    for stale in due:
        with transaction.atomic():
            mine = CaseDraft.objects.select_for_update().filter(id=stale.id, expires_at__lte=at).first()
            if mine is not None:
                _forget(SYSTEM, at, mine)
    return len(due)


def _forget(by: Actor, at: dt.datetime, row: CaseDraft) -> None:
    CaseDraft.objects.filter(id=row.id).delete()
    if row.state != DraftState.SENT:
        drop_evidence_of(by=by, at=at, case_id=row.id)


def _change(token: str, at: dt.datetime, change: Callable[[Draft], Draft]) -> Draft:
    with transaction.atomic():
        row = _locked(token, at)
        draft = change(_writable(row))
        _save(row, draft, at)
    return draft


def _locked(token: str, at: dt.datetime) -> CaseDraft:
    row = _row(token, at, lock=True)
    if row is None:
        raise Refused(refuse("DRAFT_GONE"))
    return row


def _writable(row: CaseDraft) -> Draft:
    if row.state == DraftState.SENT:
        raise Refused(refuse("DRAFT_SENT"))
    return _draft(row)


def _row(token: str, at: dt.datetime, *, lock: bool = False) -> CaseDraft | None:
    number, _, secret = token.partition(".")
    try:
        draft_id = UUID(hex=number)
    except ValueError:
        return None
    rows = CaseDraft.objects.select_for_update() if lock else CaseDraft.objects.all()
    row = rows.filter(id=draft_id, expires_at__gt=at).first()
    good = row is not None and hmac.compare_digest(bytes(row.token_hash), _hash(secret))
    return row if good else None


def _draft(row: CaseDraft) -> Draft:
    return Draft.from_json(row.id, row.state, open_values(row.id, row.sealed_content))


def _put(row: CaseDraft, draft: Draft, at: dt.datetime) -> None:
    row.state = draft.state
    row.sealed_content = seal_values(row.id, draft.as_json())
    row.changed_at, row.expires_at = at, at + LIFE


def _save(row: CaseDraft, draft: Draft, at: dt.datetime) -> None:
    _put(row, draft, at)
    row.save(update_fields=["state", "sealed_content", "changed_at", "expires_at"])


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
