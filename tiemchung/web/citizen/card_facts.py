"""What a card page shows, gathered through reads and put into plain values; no words are chosen here."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from tiemchung.certificates.reads import CardView, card_of_person
from tiemchung.core import clock
from tiemchung.core.actor import Actor
from tiemchung.doses.reads import DoseRecord, birth_of, doses_of, history_of, record_from
from tiemchung.doses.rules import DoseState, EntryKind
from tiemchung.doses.values import DoseView, EntryView
from tiemchung.people.reads import Holder, holder_of
from tiemchung.people.rules.births import birth_text
from tiemchung.vaccines.rules import CardState, the_book
from tiemchung.web.shared.qr import Drawing, qr_of

# A card is made anew within seconds of a new ledger entry; for this long the page says so.
FOLLOWING = dt.timedelta(seconds=60)
_SHOWN_CHANGES = ("product", "given_on", "lot_number", "place_name", "component")
SIGN = {"GREEN": "yes", "YELLOW": "wait", "NONE": "none"}
# Steps that name the vaccines that fit; whoever waits for somebody else is not sent to choose one.
NAMES_PRODUCTS = frozenset({"NEXT_DOSE_NOW", "NEXT_DOSE_LATER", "BOOSTER_NOW", "BOOSTER_LATER"})


@dataclass(frozen=True, slots=True)
class Change:
    """One later entry about a dose: what kind, when, by which role, why, and which facts it changed."""

    kind: str
    at: dt.datetime
    role: str
    because: str
    changed: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class DoseLine:
    """One dose as the card lists it; `flags` are the codes of what keeps it from counting."""

    id: UUID
    version: int
    number: int | None
    role: str
    product: str
    full_name: str
    given_on: dt.date
    place: str
    lot: str
    source: str
    state: str
    counted: bool
    flags: tuple[str, ...]
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class CardPage:
    """One person's card: `signing` is NONE, WAITING, READY, EXPIRED, or CHECKING where it does not verify.

    `late`: a new code has been due for longer than the page's patience, because nothing can be signed now.
    """

    person_id: UUID
    profile_ids: tuple[UUID, ...]
    name: str
    birth: str
    card: CardState
    sign: str
    doses: tuple[DoseLine, ...]
    signing: str
    updating: bool
    late: bool
    certificate: CardView | None
    qr: Drawing | None
    made_at: str
    products: tuple[str, ...]


def card_page(by: Actor, person_id: UUID, at: dt.datetime) -> CardPage:
    """Give all that the card page of this person shows; raise people's NotFound unless it is theirs."""
    card = card_of_person(by, person_id, at)
    holder = holder_of(person_id)
    every = doses_of(holder.profile_ids, voided=True)
    standing = tuple(dose for dose in every if dose.state is not DoseState.VOIDED)
    birth = birth_of(holder.birth_date, holder.birth_precision)
    record = record_from(standing, birth=birth, on=clock.local(at).date())
    signing = signing_of(record.card, card, at)
    due, names = record.card.next_due, record.card.next_step in NAMES_PRODUCTS
    return CardPage(
        person_id=holder.person_id,
        profile_ids=holder.profile_ids,
        name=holder.full_name,
        birth=birth_text(holder.birth_date, holder.birth_precision),
        card=record.card,
        sign="wait" if signing == "CHECKING" else sign_of(record.card),
        doses=_lines(holder, every, record),
        signing=signing,
        updating=signing not in ("WAITING", "CHECKING") and is_updating(record.card, card, every, at),
        late=card is not None and card.waits_since is not None and at - card.waits_since > FOLLOWING,
        certificate=card,
        qr=qr_of(card.hc1) if card and signing == "READY" else None,
        made_at=card.made_at if card and not card.withheld else "",
        products=tuple(product_name(code) for code in due.products) if due and names else (),
    )


def sign_of(card: CardState) -> str:
    """Give the sign beside the words, so that colour is never alone."""
    return "wait" if card.reason == "BEING_VERIFIED" else SIGN[card.colour]


def signing_of(state: CardState, card: CardView | None, at: dt.datetime) -> str:
    """Say how the certificate stands: none is due, one is being signed, it is ready, expired, or does not verify."""
    if card is not None and card.withheld:
        return "CHECKING"
    if state.colour == "NONE":
        return "NONE"
    if card is None or not card.hc1:
        return "WAITING"
    return "EXPIRED" if card.expires_at is not None and card.expires_at <= at else "READY"


def is_updating(state: CardState, card: CardView | None, doses: tuple[DoseView, ...], at: dt.datetime) -> bool:
    """Tell whether a change has not reached the signed card: one of the last minute, or one whose code must wait."""
    if card is not None and card.waits_since is not None:
        return True
    latest = max((dose.changed_at for dose in doses), default=None)
    if card is None or latest is None or at - latest > FOLLOWING:
        return False
    return card.colour != state.colour or card.changed_at < latest


def product_name(code: str) -> str:
    """Give the name on the vial, or the code where the catalogue does not know it."""
    product = the_book().products.get(code)
    return product.label if product else code


def full_product_name(code: str) -> str:
    """Give the name as it was approved where it says more than the short one, else nothing."""
    product = the_book().products.get(code)
    return product.name_vi if product and product.name_vi != product.label else ""


def _lines(holder: Holder, every: tuple[DoseView, ...], record: DoseRecord) -> tuple[DoseLine, ...]:
    history: dict[UUID, list[EntryView]] = {}
    if any(dose.version > 1 for dose in every):
        for entry in history_of(holder.profile_ids):
            history.setdefault(entry.dose_id, []).append(entry)
    rows = {row.dose.id: row for row in record.course.doses}
    lines = []
    for dose in every:
        row = rows.get(dose.id)
        flags = tuple(flag.code for flag in row.flags) if row and not row.counted else ()
        lines.append(
            DoseLine(
                id=dose.id,
                version=dose.version,
                number=row.number if row else None,
                role=row.role or "" if row else "",
                product=product_name(dose.facts.product),
                full_name=full_product_name(dose.facts.product),
                given_on=dose.facts.given_on,
                place=dose.facts.place_name,
                lot=dose.facts.lot_number,
                source=dose.source,
                state=dose.state,
                counted=bool(row and row.counted),
                flags=flags,
                changes=changes_of(history.get(dose.id, [])),
            )
        )
    return tuple(lines)


def changes_of(entries: list[EntryView]) -> tuple[Change, ...]:
    """Give what happened to a dose after its first entry, oldest first; a signature changes nothing to tell."""
    told, facts = [], dict(entries[0].facts) if entries else {}
    for entry in entries[1:]:
        if entry.kind not in (EntryKind.SIGNED, EntryKind.UNSIGNED):
            changed = tuple(
                (name, _shown(name, facts.get(name)), _shown(name, entry.facts[name]))
                for name in _SHOWN_CHANGES
                if name in entry.facts and entry.facts[name] != facts.get(name)
            )
            told.append(Change(entry.kind, entry.recorded_at, entry.by_role, entry.because, changed))
        facts.update(entry.facts)
    return tuple(told)


def _shown(name: str, value: object) -> str:
    if not value:
        return ""
    if name == "given_on":
        return f"{dt.date.fromisoformat(str(value)):%d/%m/%Y}"
    return product_name(str(value)) if name == "product" else str(value)
