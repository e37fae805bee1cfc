"""One suggestion of what each told dose needs: the whole of it, or this desk's own part with a desk for the rest."""

from collections.abc import Collection, Sequence
from uuid import UUID

from tiemchung.cases.kinds import SolutionKind
from tiemchung.cases.proposing.picture import Picture
from tiemchung.cases.rules import Desk
from tiemchung.cases.suggestions import Suggestion


def together(
    picture: Picture,
    fixes: Sequence[Suggestion],
    others: Sequence[UUID] = (),
    again: Collection[UUID | None] = (),
) -> Suggestion:
    """Make one suggestion of all fixes that are still to be done; what another desk has refused is done with.

    Where only some of them are this desk's, these, and the desk of the rest; where what it has is right already, that.
    `others` are the facilities of told doses for which nothing speaks here. Where no desk answers for the rest it is
    blocked as a whole. Nothing goes back to a desk that did its part, but where its part is to be done `again`.
    """
    nothing = [fix for fix in fixes if fix.kinds == (str(SolutionKind.NOTHING),)]
    doing = _doing(picture, fixes, nothing)
    blocked = [fix for fix in doing if fix.blocked]
    own = [fix for fix in doing if not fix.blocked] or [fix for fix in nothing[:1] if not fix.blocked]
    left = [fix.place for fix in blocked] + [place for place in others if not picture.rest.was_refused(place)]
    ahead = [place for place in left if place in again or not picture.rest.was_done(place)]
    rest = _desk(picture, ahead) if own else None
    if rest is not None:
        return _one(own, own, rest=rest)
    shown = [fix for fix in fixes if fix in doing or not fix.blocked]
    return _one(doing, shown, blocked=blocked[0].blocked if blocked else "")


def _doing(picture: Picture, fixes: Sequence[Suggestion], nothing: Sequence[Suggestion]) -> Sequence[Suggestion]:
    doing = [fix for fix in fixes if fix not in nothing]
    open_ = [fix for fix in doing if not (fix.blocked and picture.rest.was_refused(fix.place))]
    return open_ or nothing[:1] or doing


def _desk(picture: Picture, places: Sequence[UUID | None]) -> Desk | None:
    return next((desk for desk in map(picture.rest.desk_at, places) if desk is not None), None)


def _one(
    doing: Sequence[Suggestion], shown: Sequence[Suggestion], *, blocked: str = "", rest: Desk | None = None
) -> Suggestion:
    reasons = {(r.code, repr(r.facts)): r for fix in shown for r in fix.reasons}
    return Suggestion(
        solutions=() if blocked else tuple(s for fix in doing for s in fix.solutions),
        kinds=tuple(k for fix in doing for k in fix.kinds),
        reasons=tuple(reasons.values()),
        score=min(fix.score for fix in doing),
        person=shown[0].person,
        doses=tuple({d.id: d for fix in shown for d in fix.doses}.values()),
        cells=tuple(c for fix in shown for c in fix.cells),
        blocked=blocked,
        rest=rest,
    )
