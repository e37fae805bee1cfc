"""The ledger, and the dose as its latest entry leaves it."""

from django.db import models

from tiemchung.core.distribution import APPEND, CHANGE, Sharded
from tiemchung.core.follow import Xact
from tiemchung.core.models import ShardedModel, choices_of
from tiemchung.doses.rules import DoseSource, DoseState, EntryKind


class LedgerEntry(ShardedModel):
    """One thing that happened to one dose. Appended, never changed: the database refuses the rest."""

    distribution = Sharded(key="profile_id", group="P")
    rights = APPEND

    profile_id = models.UUIDField()
    dose_id = models.UUIDField()
    kind = models.CharField(max_length=10, choices=choices_of(EntryKind))
    xact = Xact()
    recorded_at = models.DateTimeField()
    key = models.CharField(max_length=80, help_text="idempotency key of the action")
    source = models.CharField(max_length=10, choices=choices_of(DoseSource))
    facts = models.JSONField(help_text="the dose's facts after this entry")
    by_kind = models.CharField(max_length=10)
    by_id = models.UUIDField(null=True)
    by_role = models.CharField(max_length=30, blank=True)
    by_name = models.CharField(max_length=120, blank=True)
    by_facility_id = models.UUIDField(null=True)
    because = models.TextField(blank=True)
    evidence = models.TextField(blank=True)
    set_aside = models.JSONField(default=list, help_text="codes of refusals overridden and warnings shown")

    class Meta:
        constraints = [models.UniqueConstraint("profile_id", "key", name="ledger_key_once")]
        indexes = [
            models.Index("xact", "id", name="ledger_stream"),
            models.Index("profile_id", "dose_id", name="ledger_dose"),
        ]


class Dose(ShardedModel):
    """What is true of a dose now; every column follows from its ledger entries."""

    distribution = Sharded(key="profile_id", group="P")
    rights = CHANGE

    profile_id = models.UUIDField()
    state = models.CharField(max_length=10, choices=choices_of(DoseState))
    source = models.CharField(max_length=10, choices=choices_of(DoseSource))
    product = models.CharField(max_length=30)
    component = models.CharField(max_length=10, blank=True)
    lot_id = models.UUIDField(null=True)
    lot_number = models.CharField(max_length=40, blank=True)
    given_on = models.DateField()
    given_at = models.DateTimeField(null=True)
    facility_id = models.UUIDField(null=True)
    point_id = models.UUIDField(null=True)
    place_name = models.CharField(max_length=200, blank=True)
    vaccinator_id = models.UUIDField(null=True)
    recorded_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)
    accepted = models.BooleanField(default=False, help_text="a named person set a refusal aside with a reason")

    class Meta:
        constraints = [
            # The last line of defence behind the lock: one injection, one counted dose.
            models.UniqueConstraint(
                "profile_id",
                "product",
                "given_on",
                name="dose_once_a_day",
                condition=models.Q(state__in=[DoseState.CONFIRMED, DoseState.SIGNED]),
            ),
        ]
        indexes = [models.Index("facility_id", "given_on", name="dose_facility_day")]
