"""Calls of the response centre, and the call-backs that were promised."""

from django.db import models

from tiemchung.core.distribution import CHANGE, Sharded
from tiemchung.core.models import ShardedModel


class Call(ShardedModel):
    """One call: who answered, what was proved, what came of it."""

    distribution = Sharded(key="contact_key", group="H")
    rights = CHANGE

    contact_key = models.BinaryField(help_text="blind index of the caller's phone; of the call's own id where hidden")
    sealed_phone = models.BinaryField(null=True)
    agent_id = models.UUIDField()
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    person_id = models.UUIDField(null=True)
    proved = models.CharField(max_length=20, blank=True, help_text="what the caller proved; empty: nothing")
    case_ref = models.CharField(max_length=10, blank=True)
    outcome = models.CharField(max_length=20, blank=True)
    sealed_note = models.BinaryField(null=True)

    class Meta:
        indexes = [
            models.Index("contact_key", "began_at", name="call_of_contact"),
            models.Index("agent_id", "began_at", name="call_of_agent"),
            models.Index("began_at", name="call_of_day"),
        ]


class CallBack(ShardedModel):
    """A promise to call back by a time; it comes due on the centre's list."""

    distribution = Sharded(key="unit_id", group="F")
    rights = CHANGE

    unit_id = models.UUIDField(help_text="the centre that promised")
    contact_key = models.BinaryField()
    call_id = models.UUIDField()
    sealed_phone = models.BinaryField()
    case_ref = models.CharField(max_length=10, blank=True)
    sealed_note = models.BinaryField(null=True)
    promised_by = models.UUIDField()
    due_at = models.DateTimeField()
    claimed_by = models.UUIDField(null=True)
    claimed_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=20, blank=True)

    class Meta:
        indexes = [
            models.Index("unit_id", "due_at", name="call_back_due", condition=models.Q(done_at__isnull=True)),
        ]
