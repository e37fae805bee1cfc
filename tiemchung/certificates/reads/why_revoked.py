"""Why a holder's code was revoked, in a code that pages have words for."""

import datetime as dt
from collections.abc import Iterable

from tiemchung.certificates.content import PersonFacts, still_states
from tiemchung.certificates.formats import hc1
from tiemchung.certificates.models import Certificate
from tiemchung.certificates.reads.passport_views import PassportView, RevokedCertificate

# A holder reads of the old code as long as the old paper may still be in a pocket.
TOLD_FOR = dt.timedelta(days=28)
_WHY = {
    "NO_LONGER_ELIGIBLE": "IDENTITY",
    "FACILITY_KEY": "FACILITY_KEY",
    "KEY_COMPROMISED": "CENTRAL_KEY",
    "JOINED": "JOINED",
    "ORDERED": "ORDERED",
}


def last_revoked(
    facts: PersonFacts, revoked: Iterable[Certificate], view: PassportView, at: dt.datetime
) -> RevokedCertificate | None:
    """Give what was revoked last and is still worth a line: nothing came after it, or it was within four weeks."""
    good = [one for one in revoked if one.revoked_at and one.expires_at > one.revoked_at]
    last = max(good, key=lambda one: (one.revoked_at, one.issued_at), default=None)
    if last is None or last.revoked_at is None:
        return None
    followed = view.in_force(at) or (view.issued_at is not None and view.issued_at > last.issued_at)
    if followed and at - last.revoked_at >= TOLD_FOR:
        return None
    return RevokedCertificate(last.revoked_at, _why(facts, last))


def _why(facts: PersonFacts, one: Certificate) -> str:
    """Name why; a replaced one by what it states otherwise than the record does now."""
    if one.revoked_because != "REPLACED":
        return _WHY.get(one.revoked_because, "OTHER")
    if still_states(facts, one.dose_id, bytes(one.content)):
        return "REISSUED"
    stated, holder = hc1.unpack(one.hc1).content, facts.holder
    same = stated.holder_name == holder.full_name and holder.birth_date.isoformat().startswith(stated.birth_date)
    return "CORRECTED_DOSE" if same else "CORRECTED_NAME"
