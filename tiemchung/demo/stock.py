"""The vaccine of the demonstration's facilities: sent by the province or the ministry, received, some of it astray."""

import datetime as dt
from functools import partial
from typing import Any

from tiemchung.core.actor import SYSTEM, Actor
from tiemchung.core.once import once
from tiemchung.demo.people import BEN_NGHE
from tiemchung.demo.places import Site
from tiemchung.demo.stage import Stage, moment_of
from tiemchung.places import reads as places
from tiemchung.stock import actions
from tiemchung.stock.rules import Loss, may_issue
from tiemchung.vaccines.rules import LotFacts

# The week's doses of the last months come from the first month's lots, so these lie there since then.
HELD_BEFORE = dt.timedelta(days=76)
_LEAST, _FOR_EACH = 240, 5  # so many doses of each lot, and one more for every so many people of the crowd
_PROVINCE, _MINISTRY, _LEAD = "phu", "yen", "lanh"
# Bến Nghé alone also has lots that expire soon, have expired, or are recalled: (product, letter, doses).
_ODD = (("PFIZER", "B", 240), ("PFIZER", "C", 12), ("PFIZER", "D", 40), ("MODERNA", "B", 60))


def fill_shelves(stage: Stage, *, at: dt.datetime, people: int, since: dt.date) -> None:
    """Let every facility receive the month's lots since that day, once for each size of the crowd."""
    month = stage.shelf["PFIZER", "", "A"].number
    for site in stage.sites.values():
        key = f"demo:stock:{month}:{site.key}:{people}"
        once(key, "demo.stock", {}, at, partial(_fill, stage, site, people, since, key))


def _fill(stage: Stage, site: Site, people: int, since: dt.date, key: str) -> dict[str, Any]:
    doses = -(-(_LEAST + people // _FOR_EACH) // 10) * 10
    lots = [(lot, doses) for (_, _, letter), lot in stage.shelf.items() if letter == "A"]
    if site.key == BEN_NGHE:
        lots += [(stage.shelf[product, "", letter], number) for product, letter, number in _ODD]
    issuer = _issuer(stage, site)
    for lot, number in lots:
        if not lot.recalled and lot.expires_on >= since:
            paper = f"PXK-{since:%y%m}-{people:04}"
            _deliver(stage, site, lot, number, since, paper, f"{key}:{lot.number}", issuer=issuer)
    return {}


def _deliver(
    stage: Stage, site: Site, lot: LotFacts, doses: int, on: dt.date, paper: str, key: str, *, issuer: Actor,
    arrived: int | None = None,
) -> None:  # fmt: skip
    """Send a lot in the morning and let it arrive at noon; `arrived` where it is not what was sent."""
    issue_id = actions.issue_lot(
        by=issuer, at=moment_of(on), key=key, facility_id=site.id, lot_id=lot.id, doses=doses,
        paper=paper, sent_on=on,
    )  # fmt: skip
    actions.receive_issue(
        by=_keeper(stage, site), at=moment_of(on, 240), key=f"{key}:arrived", facility_id=site.id, issue_id=issue_id,
        arrived=doses if arrived is None else arrived, on_day=on,
        because="" if arrived is None else "Một lọ bị vỡ khi vận chuyển, đã lập biên bản",
    )  # fmt: skip


def play_stock(stage: Stage, *, at: dt.datetime) -> None:
    """Let Bến Nghé have a delivery on the way, one with doses missing, one by its own word, and a vial thrown away."""
    once("demo:stock:played", "demo.stock", {}, at, lambda: _play(stage))


def _play(stage: Stage) -> dict[str, Any]:
    site, lead = stage.sites[BEN_NGHE], stage.staff[_LEAD]
    day = dt.timedelta(days=1)
    here: dict[str, Any] = {"by": lead, "facility_id": site.id}
    issuer, short = _issuer(stage, site), stage.shelf["ASTRAZENECA", "", "A"]
    _deliver(stage, site, short, 100, stage.today - 3 * day, "PXK-0412", "demo:stock:short", issuer=issuer, arrived=90)
    actions.discard_doses(
        **here, at=stage.moment(2, 510), key="demo:stock:opened", lot_id=stage.shelf["MODERNA", "", "A"].id, doses=4,
        loss=Loss.OPENED_TOO_LONG,
    )  # fmt: skip
    actions.receive_lot(
        **here, at=stage.moment(1, 60), key="demo:stock:own", lot_id=stage.shelf["HAYAT_VAX", "", "A"].id, doses=20,
        paper="PXK-0397", on_day=stage.today - day, because="Trạm bên chuyển sang, chưa có phiếu trên hệ thống",
    )  # fmt: skip
    actions.issue_lot(
        by=issuer, at=stage.moment(1, 420), key="demo:stock:way", facility_id=site.id,
        lot_id=stage.shelf["PFIZER", "", "A"].id, doses=360, paper="PXK-0431", sent_on=stage.today - day,
    )  # fmt: skip
    return {}


def _issuer(stage: Stage, site: Site) -> Actor:
    """Give the province's officer where that is theirs, else the ministry's."""
    province = stage.staff[_PROVINCE]
    stays = places.facility(site.id).stays
    return province if may_issue(province, [stay.area_id for stay in stays]) else stage.staff[_MINISTRY]


def _keeper(stage: Stage, site: Site) -> Actor:
    """Give the facility's lead; most of the demonstration's have none who signs in."""
    return stage.staff[_LEAD] if site.key == BEN_NGHE else SYSTEM
