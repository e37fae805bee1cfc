"""One person's stay at a vaccination point, and what a vaccinator works with today."""

from django.db import models

from tiemchung.core.distribution import CHANGE, Local, Sharded
from tiemchung.core.models import ShardedModel, choices_of
from tiemchung.visits.rules import Outcome, Reaction, VisitState


class Visit(ShardedModel):
    """One visit of one person: screening, injection or the reason for none, and the watch afterwards."""

    distribution = Sharded(key="profile_id", group="P")
    rights = CHANGE

    profile_id = models.UUIDField()
    key = models.CharField(max_length=80, help_text="idempotency key of the action that opened it")
    facility_id = models.UUIDField()
    point_id = models.UUIDField(null=True)
    on_day = models.DateField(help_text="the civil day in Vietnam")
    came_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    state = models.CharField(max_length=20, choices=choices_of(VisitState))
    form = models.CharField(max_length=20, blank=True)
    true_items = models.JSONField(default=list, help_text="codes of the screening items that were true")
    vitals = models.JSONField(default=dict)
    outcome = models.CharField(max_length=20, blank=True, choices=choices_of(Outcome))
    consented = models.BooleanField(default=False)
    screener_id = models.UUIDField(null=True)
    because = models.TextField(blank=True, help_text="why no injection, or why a refusal was set aside")
    dose_id = models.UUIDField(null=True)
    lot_unheld = models.BooleanField(default=False, help_text="stock had none of the lot, and a reason set it aside")
    product = models.CharField(max_length=30, blank=True)
    observed_until = models.DateTimeField(null=True)
    reaction = models.CharField(max_length=10, blank=True, choices=choices_of(Reaction))
    come_again_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint("profile_id", "key", name="visit_key_once")]
        indexes = [models.Index("facility_id", "on_day", name="visit_facility_day")]


class DayDefaults(models.Model):
    """The vaccine and lot that a vaccinator works with on one day; the next day has none."""

    distribution = Local()
    rights = CHANGE

    staff_id = models.UUIDField()
    facility_id = models.UUIDField()
    on_day = models.DateField()
    product = models.CharField(max_length=30)
    lot_id = models.UUIDField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("staff_id", "facility_id", "on_day", name="day_defaults_once")]
