"""The desks' work lists."""

from django.db import models

from tiemchung.core.distribution import CHANGE, Sharded
from tiemchung.core.models import ShardedModel

_OPEN = models.Q(open=True)


class CaseInbox(ShardedModel):
    """One case at one desk. Passing on ends the row here and begins one there; what is over stays for the figures.

    A row with `watch` belongs to a desk above that a late case has climbed to: it sees the case and may take it.
    """

    distribution = Sharded(key="unit_id", group="F")
    rights = CHANGE

    unit_id = models.UUIDField()
    unit_level = models.CharField(max_length=10)
    case_id = models.UUIDField()
    contact_key = models.BinaryField()
    ref = models.CharField(max_length=10)
    kind = models.CharField(max_length=30)
    recorded_at = models.DateTimeField()
    due_at = models.DateTimeField()
    open = models.BooleanField(default=True)
    watch = models.BooleanField(default=False)
    asked_back = models.BooleanField(default=False, help_text="a question waits at the citizen's")
    claimed_by = models.UUIDField(null=True)
    claimed_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=15, blank=True, help_text="UPDATED, REJECTED, WITHDRAWN, or PASSED on")
    rung = models.PositiveSmallIntegerField(default=0, help_text="number of the next alarm")
    next_alarm_at = models.DateTimeField(null=True)
    untold_at = models.DateTimeField(null=True, help_text="since when a message to the reporter is known to be lost")
    above = models.JSONField(default=list, help_text="[unit, level] of the desks above, nearest first")
    province_id = models.UUIDField(null=True)
    district_id = models.UUIDField(null=True)
    commune_id = models.UUIDField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint("unit_id", "case_id", name="inbox_once", condition=_OPEN)]
        indexes = [
            models.Index("unit_id", "watch", "due_at", "id", name="inbox_queue", condition=_OPEN),
            models.Index("unit_id", name="inbox_asked", condition=_OPEN & models.Q(asked_back=True)),
            models.Index(
                "unit_id", "due_at", "id", name="inbox_untold", condition=models.Q(untold_at__isnull=False)
            ),
            models.Index("claimed_by", name="inbox_claims", condition=_OPEN & models.Q(claimed_by__isnull=False)),
            models.Index("next_alarm_at", name="inbox_alarm", condition=_OPEN & models.Q(watch=False)),
            models.Index("province_id", "ended_at", name="inbox_province", condition=models.Q(watch=False)),
            models.Index("district_id", "ended_at", name="inbox_district", condition=models.Q(watch=False)),
            models.Index("commune_id", "ended_at", name="inbox_commune", condition=models.Q(watch=False)),
        ]
