"""The verbs that write lots: add, recall, restore."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from tiemchung.core.actor import Actor
from tiemchung.core.audit import write_line
from tiemchung.core.once import once
from tiemchung.core.text import nfc
from tiemchung.core.verdict import Refused, Verdict, refuse
from tiemchung.vaccines.models import Lot, LotRecall
from tiemchung.vaccines.reads import facts_of
from tiemchung.vaccines.rules.lots import lot_key, may_add_lot, may_lift_recall, may_recall_lot
from tiemchung.vaccines.rules.values import LotFacts


def add_lot(
    *,
    product: str,
    number: str,
    expires_on: dt.date,
    by: Actor,
    at: dt.datetime,
    key: str,
    component: str | None = None,
    made_by: str = "",
) -> LotFacts:
    """Add a lot and give it; Refused with LOT_EXISTS when the product has the number with other facts.

    Adding the very same lot again, also from two places at once, gives the one that is there.
    """
    may_add_lot(
        by, product=product, number=number, expires_on=expires_on, component=component, made_by=made_by
    ).or_raise()
    wanted = Lot(
        product=product,
        number=nfc(number),
        number_key=lot_key(number),
        expires_on=expires_on,
        component=component or "",
        made_by=nfc(made_by),
    )

    def act() -> dict[str, Any]:
        Lot.objects.bulk_create([wanted], ignore_conflicts=True)
        there = Lot.objects.get(product=product, number_key=wanted.number_key)
        if (there.expires_on, there.component) != (wanted.expires_on, wanted.component):
            raise Refused(refuse("LOT_EXISTS", lot=there.number, expires_on=there.expires_on))
        if there.id == wanted.id:
            write_line(by=by, at=at, action="add_lot", subject_id=there.id, facts={"product": product})
        return {"lot_id": str(there.id)}

    ask = {"product": product, "number": wanted.number_key, "expires_on": expires_on, "component": component}
    return _lot_of(once(key, "add_lot", ask, at, act))


def recall_lot(*, lot_id: UUID, because: str, by: Actor, at: dt.datetime, key: str) -> LotFacts:
    """Recall a lot: from this moment no desk may give it; Lot.DoesNotExist for an unknown one."""

    def change(row: Lot) -> Verdict:
        verdict = may_recall_lot(by, facts_of(row), because).or_raise()
        row.recalled_at, row.recalled_because = at, nfc(because)
        return verdict

    return _step(lot_id, LotRecall.Kind.RECALLED, "recall_lot", change, because=because, by=by, at=at, key=key)


def lift_recall(*, lot_id: UUID, because: str, by: Actor, at: dt.datetime, key: str) -> LotFacts:
    """Lift a lot's recall: it may be given again; Lot.DoesNotExist for an unknown one."""

    def change(row: Lot) -> Verdict:
        verdict = may_lift_recall(by, facts_of(row), because).or_raise()
        row.recalled_at, row.recalled_because = None, ""
        return verdict

    return _step(lot_id, LotRecall.Kind.LIFTED, "lift_recall", change, because=because, by=by, at=at, key=key)


def _step(
    lot_id: UUID,
    kind: LotRecall.Kind,
    action: str,
    change: Callable[[Lot], Verdict],
    *,
    because: str,
    by: Actor,
    at: dt.datetime,
    key: str,
) -> LotFacts:
    """Lock the lot, change it by the rule, write its story and the audit line."""

    def act() -> dict[str, Any]:
        row = Lot.objects.select_for_update().get(pk=lot_id)
        verdict = change(row)
        row.save(update_fields=["recalled_at", "recalled_because"])
        LotRecall.objects.create(
            lot=row, kind=kind, at=at, because=nfc(because), actor_id=by.id, actor_role=by.role or ""
        )
        write_line(by=by, at=at, action=action, subject_id=row.id, because=nfc(because), verdict=verdict)
        return {"lot_id": str(row.id)}

    return _lot_of(once(key, action, {"lot_id": str(lot_id), "because": because}, at, act))


def _lot_of(answer: Mapping[str, Any]) -> LotFacts:
    return facts_of(Lot.objects.get(pk=answer["lot_id"]))
