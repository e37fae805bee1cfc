"""What every page about a passport shows, put into plain values: the book, the look-up, the desk."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote
from uuid import UUID

from django.http import HttpResponse

from tiemchung.certificates.paper import Paper, passport_pdf
from tiemchung.certificates.paper.facts import FIELDS, country_name
from tiemchung.certificates.reads import PassportDose, PassportFields, PassportView
from tiemchung.certificates.reads.passport_views import GapView
from tiemchung.certificates.rules import Lack, PassportState
from tiemchung.core.clock import local
from tiemchung.people.reads import identity_states
from tiemchung.people.rules import IdentityState
from tiemchung.places.reads import facility_names
from tiemchung.web.shared.formats import format_date
from tiemchung.web.shared.qr import Drawing, qr_of
from tiemchung.web.shared.words import has_words, say, sentence

FIRST = {"vi": "en", "en": "vi"}
FILES = {"vi": "ho-chieu-vac-xin.pdf", "en": "vaccine-passport.pdf"}
# What a page calls the passport's standing: the states, two that only the clock makes, and one of a bad signature.
UNSEEN, EXPIRED, CHECKING = "UNSEEN", "EXPIRED", "CHECKING"
# How a gap is named to its holder while the police are asked: nothing that the facility reviews alone.
IN_REVIEW = "IDENTITY_IN_REVIEW"


@dataclass(frozen=True, slots=True)
class FieldLine:
    """One of the eleven fields: its number, its name in the page's language and in the other, what it says."""

    number: int
    key: str
    label: str
    other: str
    value: str


@dataclass(frozen=True, slots=True)
class GapLine:
    """One thing in the way, in the holder's words: what it is, what happens next and who does it."""

    code: str
    what: str
    then: str


@dataclass(frozen=True, slots=True)
class PassportPage:
    """A passport as pages show it; `qr` only while the certificate is in force, `step` is 0 to 3 of the three done.

    `since_on` is the day since which it stands so. `ends` is in Unix seconds, for a copy that is kept on a phone; empty
    where nothing is in force.
    """

    view: PassportView
    standing: str
    step: int
    qr: Drawing | None
    fields: tuple[FieldLine, ...]
    gaps: tuple[GapLine, ...]
    waits_for: tuple[str, ...]
    expires_on: dt.date | None
    since_on: dt.date | None
    ends: int | str
    made_at: str

    @property
    def never_by_itself(self) -> bool:
        """Tell whether a vaccine on record keeps the passport away, so that nothing is on its way."""
        return any(gap.code == Lack.PRODUCT_NOT_ACCEPTED for gap in self.gaps)

    @property
    def doses(self) -> tuple[PassportDose, ...]:
        """Give the doses in the order of injection."""
        return self.view.doses


def passport_page(view: PassportView, at: dt.datetime, lang: str) -> PassportPage:
    """Give what a page about this passport shows at this moment, in one language."""
    in_force = view.in_force(at)
    names = facility_names({*view.waits_for, *(gap.facility_id for gap in view.gaps if gap.facility_id)})
    return PassportPage(
        view=view,
        standing=standing_of(view, at),
        step=_step(view, in_force),
        qr=qr_of(view.hc1) if in_force else None,
        fields=tuple(_fields(view.fields, lang)) if view.fields and in_force else (),
        gaps=tuple(_gaps(view, names, lang)),
        waits_for=tuple(names[key] for key in view.waits_for if key in names),
        expires_on=local(view.expires_at).date() if view.expires_at else None,
        since_on=local(view.since).date() if view.since else None,
        ends=int(view.expires_at.timestamp()) if view.expires_at and in_force else "",
        made_at=f"{view.number}/{CHECKING if view.withheld else view.state or UNSEEN}/{int(view.name.confirmed)}",
    )


def standing_of(view: PassportView, at: dt.datetime) -> str:
    """Name where a passport stands as its holder understands it; a certificate in force comes first."""
    if view.withheld:
        return CHECKING
    if view.in_force(at):
        return str(PassportState.EXPIRING if view.state is PassportState.EXPIRING else PassportState.ISSUED)
    if view.state in (PassportState.ISSUED, PassportState.EXPIRING):
        return EXPIRED
    return str(view.state) if view.state else UNSEEN


def pdf_answer(view: PassportView, paper: str, lang: str) -> HttpResponse:
    """Answer with the PDF of a passport that has a certificate; `paper` THE asks for the wallet's size.

    Raises NothingToPrint. No cache keeps it, and its name names nobody.
    """
    made = passport_pdf(view, Paper.WALLET if paper == "THE" else Paper.A4, lang)
    response = HttpResponse(made, content_type="application/pdf")
    response.headers["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(FILES.get(lang, FILES['vi']))}"
    response.headers["Cache-Control"] = "no-store"
    return response


def _step(view: PassportView, in_force: bool) -> int:
    if in_force:
        return 3
    return {PassportState.ELIGIBLE: 1, PassportState.FACILITY_SIGNED: 2}.get(view.state, 0) if view.state else 0


def _fields(fields: PassportFields, lang: str) -> Iterable[FieldLine]:
    for number, key in enumerate(FIELDS, 1):
        value = getattr(fields, key)
        shown = format_date(value) if isinstance(value, dt.date) else str(value)
        shown = _nationality(value) if key == "nationality" else shown
        label = f"passport.field.{key}"
        yield FieldLine(number, key, sentence(label, lang), sentence(label, FIRST.get(lang, "en")), shown)


def _nationality(code: str) -> str:
    """Give a country in Vietnamese and in English, as the field's own name is; a code unknown here in English alone."""
    key, published = f"country.{code}", country_name(code)
    return f"{sentence(key, 'vi')} / {published}" if code != "VN" and has_words(key) else published


def _gaps(view: PassportView, names: Mapping[UUID, str], lang: str) -> Iterable[GapLine]:
    by_id = {dose.id: dose for dose in view.doses}
    seen = set()
    for gap in _worth_saying(_as_reviewed(view)):
        line = _gap(gap, by_id.get(gap.dose_id) if gap.dose_id else None, names, lang)
        if (line.what, line.then) not in seen:
            seen.add((line.what, line.then))
            yield line


def _worth_saying(gaps: Iterable[GapView]) -> list[GapView]:
    """Put a vaccine that is not accepted first; then no line promises a passport after the next dose."""
    found = sorted(gaps, key=lambda gap: gap.code != Lack.PRODUCT_NOT_ACCEPTED)
    never = bool(found) and found[0].code == Lack.PRODUCT_NOT_ACCEPTED
    return [gap for gap in found if not (never and gap.code == Lack.SERIES_INCOMPLETE)]


def _as_reviewed(view: PassportView) -> Iterable[GapView]:
    """Give the gaps, and where the register contradicts and the police are already asked, say that instead."""
    contradicted = any(gap.code == Lack.IDENTITY_MISMATCHED for gap in view.gaps)
    check = identity_states([view.person_id]).get(view.person_id) if contradicted else None
    asked = check is not None and check.state is IdentityState.LOCAL_REVIEW
    for gap in view.gaps:
        yield replace(gap, code=IN_REVIEW) if asked and gap.code == Lack.IDENTITY_MISMATCHED else gap


def _gap(gap: GapView, dose: PassportDose | None, names: Mapping[UUID, str], lang: str) -> GapLine:
    where = names.get(gap.facility_id, "") if gap.facility_id else ""
    facts = {
        "facility": where or sentence("passport.lack.some_facility", lang),
        "product": dose.product if dose else "",
        "day": format_date(dose.given_on) if dose else "",
    }
    key = f"passport.lack.{gap.code}"
    about = ".dose" if dose and gap.dose_id else ".text"
    what = say(key + about if has_words(key + about) else key + ".text", lang, **facts)
    then = say(f"{key}.next", lang, **facts)
    return GapLine(gap.code, what, then[:1].upper() + then[1:])  # a sentence may begin with a facility's name
