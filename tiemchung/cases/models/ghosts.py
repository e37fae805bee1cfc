"""Doses that somebody was told of, and doses that look as if nobody had been given them."""

from django.db import models

from tiemchung.cases.rules.ghosts import MOST_REASON, FindingState
from tiemchung.core.distribution import CHANGE, Sharded
from tiemchung.core.models import ShardedModel, choices_of

_OPEN = models.Q(state="OPEN")
_DECIDED = models.Q(state__in=["CASED", "CLEARED"])
_PLACE = "where the dose was given; zero where the place is in no list"


class DoseNotice(ShardedModel):
    """A phone was told of one dose; found by the hash of its link's token, which follows from the dose alone."""

    distribution = Sharded(key="token_hash", group="L")
    rights = CHANGE

    token_hash = models.BinaryField(help_text="keyed hash of the link's token; one dose has one token")
    profile_id = models.UUIDField()
    dose_id = models.UUIDField()
    given_on = models.DateField()
    sealed_phone = models.BinaryField(help_text="where the notice went, and where a report by it is answered")
    told_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    disowned_at = models.DateTimeField(null=True, help_text="its reader said: I did not get this dose")
    case_ref = models.CharField(max_length=10, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint("token_hash", name="dose_notice_once")]


class GhostDay(ShardedModel):
    """A facility's day whose doses have changed, and when they are to be looked at; never, once they were."""

    distribution = Sharded(key="facility_id", group="F")
    rights = CHANGE

    facility_id = models.UUIDField(help_text=_PLACE)
    given_on = models.DateField()
    ready_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint("facility_id", "given_on", name="ghost_day_once")]
        indexes = [models.Index("ready_at", name="ghost_day_ready", condition=models.Q(ready_at__isnull=False))]


class GhostFinding(ShardedModel):
    """One dose that looks as if nobody had been given it, with the reasons; a person decides."""

    distribution = Sharded(key="facility_id", group="F")
    rights = CHANGE

    facility_id = models.UUIDField(help_text=_PLACE)
    given_on = models.DateField()
    dose_id = models.UUIDField()
    profile_id = models.UUIDField()
    product = models.CharField(max_length=30)
    source = models.CharField(max_length=10)
    recorded_at = models.DateTimeField()
    recorded_by = models.UUIDField(null=True)
    score = models.PositiveSmallIntegerField()
    signals = models.JSONField(help_text="codes with plain facts; never a name or a number of a person")
    found_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=choices_of(FindingState), default="OPEN")
    case_ref = models.CharField(max_length=10, blank=True)
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    because = models.CharField(max_length=MOST_REASON, blank=True, help_text="why it was found true")

    class Meta:
        constraints = [models.UniqueConstraint("facility_id", "dose_id", name="ghost_finding_once")]
        indexes = [
            models.Index("facility_id", "given_on", name="ghost_finding_day"),
            models.Index("facility_id", "score", "id", name="ghost_finding_open", condition=_OPEN),
            models.Index("score", "id", name="ghost_finding_worst", condition=_OPEN),
            models.Index("score", "id", name="ghost_finding_decided", condition=_DECIDED),
        ]


class OverrideWeek(ShardedModel):
    """How many of a facility's doses of one week stand against a refusal that somebody set aside."""

    distribution = Sharded(key="facility_id", group="F")
    rights = CHANGE

    facility_id = models.UUIDField()
    week_on = models.DateField(help_text="its Monday")
    doses = models.PositiveIntegerField()
    overridden = models.PositiveIntegerField()
    counted_at = models.DateTimeField()
    alarmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint("facility_id", "week_on", name="override_week_once")]
        indexes = [models.Index("week_on", name="override_week_alarmed", condition=models.Q(alarmed_at__isnull=False))]
