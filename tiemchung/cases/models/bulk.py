"""One cause, many wrong doses: a correction of all of them, seen before, approved by a second person, undone whole."""

from django.db import models

from tiemchung.core.distribution import CHANGE, Sharded
from tiemchung.core.models import ShardedModel


class BulkChange(ShardedModel):
    """What is to be changed, on which doses, and who said so."""

    distribution = Sharded(key="id", group="B")
    rights = CHANGE

    unit_id = models.UUIDField(help_text="the desk that proposes")
    unit_level = models.CharField(max_length=10)
    state = models.CharField(max_length=12)
    cause = models.CharField(max_length=20)
    criteria = models.JSONField(help_text="facility, day, product, lot: what all have in common")
    changes = models.JSONField(help_text="the facts as they should be")
    because = models.TextField()
    case_ref = models.CharField(max_length=10, blank=True)
    proposed_by = models.UUIDField()
    proposed_name = models.CharField(max_length=120)
    proposed_at = models.DateTimeField()
    approved_by = models.UUIDField(null=True)
    approved_name = models.CharField(max_length=120, blank=True)
    approved_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    undone_by = models.UUIDField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_because = models.TextField(blank=True)
    total = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index("unit_id", "proposed_at", name="bulk_of_unit")]


class BulkItem(ShardedModel):
    """One dose of a bulk correction: as it was seen, and what became of it."""

    distribution = Sharded(key="bulk_id", group="B")
    rights = CHANGE

    bulk_id = models.UUIDField()
    profile_id = models.UUIDField()
    dose_id = models.UUIDField()
    seen_version = models.PositiveIntegerField()
    facts_before = models.JSONField()
    after_version = models.PositiveIntegerField(null=True)
    state = models.CharField(max_length=12, default="WAITING")
    problem = models.CharField(max_length=40, blank=True, help_text="code of the refusal")

    class Meta:
        constraints = [models.UniqueConstraint("bulk_id", "dose_id", name="bulk_item_once")]
        indexes = [models.Index("bulk_id", "state", name="bulk_item_state")]
