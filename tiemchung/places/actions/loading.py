"""Loading the frozen tables of areas."""

import datetime as dt

from django.db import models, transaction

from tiemchung.core import audit, text
from tiemchung.core.actor import Actor
from tiemchung.core.kept import forget_all
from tiemchung.places import frozen
from tiemchung.places.actions.keys import refresh_search_keys, sort_key
from tiemchung.places.models import Area, AreaAlias, AreaChange, AreaChangeEdge, AreaTable
from tiemchung.places.reads.tree import forget_tree
from tiemchung.places.rules import area_id_of

_BATCH = 1000
_SUBJECT = area_id_of("GSO", "table", "table", dt.date(2020, 1, 1))


def load_areas(*, by: Actor, at: dt.datetime) -> bool:
    """Bring the database to the frozen tables and tell whether there was anything to do.

    Rows are written over by id and none is taken away, since doses and addresses of the past point to them.
    Raises FrozenTableBroken when a file does not match its checksum.
    """
    checksum = frozen.table_checksum()
    if AreaTable.objects.filter(checksum=checksum).exists():
        return False
    with transaction.atomic():
        counts = {
            "areas": _write(Area, [_area(row) for row in frozen.frozen_areas()]),
            "changes": _write(AreaChange, [_change(row) for row in frozen.frozen_changes()]),
            "edges": _write(AreaChangeEdge, [_edge(row) for row in frozen.frozen_edges()]),
            "aliases": _write(AreaAlias, [AreaAlias(id=i, area_id=a, key=k) for i, a, k in frozen.frozen_aliases()]),
        }
        AreaTable.objects.update_or_create(id=1, defaults={"checksum": checksum, "loaded_at": at})
        _forget()
        counts["searched"] = refresh_search_keys(at)
        audit.write_line(by=by, at=at, action="load_areas", subject_id=_SUBJECT, facts=counts | {"table": checksum})
        transaction.on_commit(_forget)
    return True


def _forget() -> None:
    forget_tree()
    forget_all()


def _write(model: type[models.Model], rows: list) -> int:
    fields = [field.name for field in model._meta.concrete_fields if not field.primary_key]
    model._default_manager.bulk_create(
        rows, batch_size=_BATCH, update_conflicts=True, unique_fields=["id"], update_fields=fields
    )
    return len(rows)


def _area(row: frozen.FrozenArea) -> Area:
    full = f"{row.kind.capitalize()} {row.name}"
    return Area(
        id=row.id,
        scheme=frozen.SCHEME,
        code=row.code,
        level=row.level,
        kind=row.kind,
        name=row.name,
        full_name=full,
        search_key=text.fold(full),
        name_sort=sort_key(row.name)[:160],
        parent_id=row.parent_id,
        valid_from=row.start,
        valid_to=row.end,
        legal_act=row.legal_act,
    )


def _change(row: frozen.FrozenChange) -> AreaChange:
    return AreaChange(
        id=row.id,
        effective_on=row.on,
        earliest_on=row.earliest,
        latest_on=row.latest,
        province_code=row.province,
        legal_act=row.legal_act,
    )


def _edge(row: frozen.FrozenEdge) -> AreaChangeEdge:
    return AreaChangeEdge(
        id=row.id,
        change_id=row.change_id,
        kind=row.kind,
        from_area_id=row.source,
        to_area_id=row.onto,
        partial=row.partial,
    )
