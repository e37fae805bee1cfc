"""Tables of the domain: areas with periods, what became of them, facilities and points with where they stood.

The trigram indexes of the search keys, and the exclusion of overlapping periods, stand in the first migration:
Django's own classes for them need another application installed.
"""

from django.db import models

from tiemchung.core.distribution import CHANGE, Reference
from tiemchung.core.ids import new_id
from tiemchung.places.rules import AreaKind, ChangeKind, FacilityKind, Level


def _ordered(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=models.Q(valid_to=None) | models.Q(valid_to__gt=models.F("valid_from")), name=name
    )


class Area(models.Model):
    """An administrative area under one name, kind, parent and code; a change of any of them is a new row."""

    distribution = Reference()
    rights = CHANGE

    id = models.UUIDField(primary_key=True, editable=False, help_text="uuid5 of scheme, level, code, valid_from")
    scheme = models.CharField(max_length=10, default="GSO")
    code = models.CharField(max_length=10)
    level = models.CharField(max_length=10, choices=[(v, v) for v in Level])
    kind = models.CharField(max_length=12, choices=[(v, v) for v in AreaKind])
    name = models.CharField(max_length=80, help_text="without the kind: Bến Nghé; numbered ones too: 1")
    full_name = models.CharField(max_length=100, help_text="with the kind: Phường Bến Nghé")
    search_key = models.CharField(max_length=100)
    name_sort = models.CharField(max_length=160)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    legal_act = models.CharField(max_length=120, blank=True, help_text="the act that made this row")

    class Meta:
        constraints = [
            models.UniqueConstraint("scheme", "level", "code", "valid_from", name="area_code_once"),
            _ordered("area_period_ordered"),
        ]


class AreaAlias(models.Model):
    """Another spelling, or an older name, under which people still write an area's address."""

    distribution = Reference()
    rights = CHANGE

    id = models.UUIDField(primary_key=True, editable=False)
    area = models.ForeignKey(Area, models.CASCADE, related_name="+")
    key = models.CharField(max_length=80, help_text="folded, without spaces: phuongbinhkhanh")

    class Meta:
        constraints = [models.UniqueConstraint("area", "key", name="area_alias_once")]


class AreaChange(models.Model):
    """One day on which areas of one province changed, by one legal act where it is known."""

    distribution = Reference()
    rights = CHANGE

    id = models.UUIDField(primary_key=True, editable=False)
    effective_on = models.DateField(help_text="the day that the tree uses")
    earliest_on = models.DateField(null=True, help_text="set where the sources do not give the day itself")
    latest_on = models.DateField(null=True)
    province_code = models.CharField(max_length=10)
    legal_act = models.CharField(max_length=120, blank=True)


class AreaChangeEdge(models.Model):
    """One area's land, whole or in part, became another's."""

    distribution = Reference()
    rights = CHANGE

    id = models.UUIDField(primary_key=True, editable=False)
    change = models.ForeignKey(AreaChange, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=[(v, v) for v in ChangeKind])
    from_area = models.ForeignKey(Area, models.CASCADE, related_name="+")
    to_area = models.ForeignKey(Area, models.CASCADE, null=True, related_name="+", help_text="empty: not known")
    partial = models.BooleanField(default=False)
    share = models.DecimalField(max_digits=5, decimal_places=4, null=True, help_text="of the land, 0 to 1, if known")

    class Meta:
        constraints = [
            models.UniqueConstraint("from_area", "to_area", "change", nulls_distinct=False, name="edge_once")
        ]


class AreaTable(models.Model):
    """Which frozen table stands in the database, so that a running process notices a new one."""

    distribution = Reference()
    rights = CHANGE

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    checksum = models.CharField(max_length=64)
    loaded_at = models.DateTimeField()


class Facility(models.Model):
    """A place licensed to vaccinate; where it lies stands in its stays."""

    distribution = Reference()
    rights = CHANGE

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=200)
    name_key = models.CharField(max_length=200, help_text="tone key: finds what was typed with accents")
    search_key = models.TextField(help_text="space, then folded words of name, code, address and areas")
    name_sort = models.CharField(max_length=400)
    kind = models.CharField(max_length=20, choices=[(v, v) for v in FacilityKind])
    level = models.CharField(max_length=10, choices=[(v, v) for v in Level])
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            _ordered("facility_period_ordered"),
            models.CheckConstraint(condition=models.Q(code__regex=r"^[0-9A-Za-z-]{5,20}$"), name="facility_code_shape"),
        ]


class FacilityArea(models.Model):
    """Where a facility stood, and when; two stays never share a day."""

    distribution = Reference()
    rights = CHANGE

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    facility = models.ForeignKey(Facility, models.PROTECT, related_name="+")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    address = models.CharField(max_length=300, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [_ordered("facility_area_period_ordered")]


class FacilitySuccessor(models.Model):
    """Which facility answers for another's doses from a day on."""

    distribution = Reference()
    rights = CHANGE

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    facility = models.OneToOneField(Facility, models.PROTECT, related_name="+")
    successor = models.ForeignKey(Facility, models.PROTECT, related_name="+")
    from_on = models.DateField()
    because = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(facility=models.F("successor")), name="successor_is_another")
        ]


class Point(models.Model):
    """A place where a facility gives injections: a room of its own, a school hall, a bus."""

    distribution = Reference()
    rights = CHANGE

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    facility = models.ForeignKey(Facility, models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    name_key = models.CharField(max_length=200)
    search_key = models.TextField()
    name_sort = models.CharField(max_length=400)
    mobile = models.BooleanField(default=False)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [_ordered("point_period_ordered")]


class PointStand(models.Model):
    """Where a point stood, and when; a mobile point has many, and no two share a day."""

    distribution = Reference()
    rights = CHANGE

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    point = models.ForeignKey(Point, models.PROTECT, related_name="+")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    address = models.CharField(max_length=300, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [_ordered("point_stand_period_ordered")]
