"""What the partner still has to be told, and which requests it has made."""

from django.db import models

from tiemchung.core.distribution import CHANGE, TRANSIENT, Local, Sharded
from tiemchung.core.models import ShardedModel


class Telling(ShardedModel):
    """One person about whom the partner is told: the newest version, and the one it has.

    Not the news themselves: whatever waits is told as it stands at the moment of sending, so that a long outage
    leaves one row a person and nothing old to send.
    """

    distribution = Sharded(key="person_id", group="P")
    rights = CHANGE

    person_id = models.UUIDField()
    version = models.PositiveIntegerField(default=1, help_text="rises with each change; the partner drops older ones")
    told_version = models.PositiveIntegerField(default=0)
    waiting = models.JSONField(default=list, help_text="[version, profile id, entry id] of corrections to receipt")
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, help_text="null when there is nothing to tell")
    told_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint("person_id", name="telling_once")]
        indexes = [
            models.Index("next_try_at", name="telling_due", condition=models.Q(next_try_at__isnull=False)),
        ]


class SeenNonce(models.Model):
    """A signed request that was let in; the same one again is not, as long as its signature is fresh."""

    distribution = Local()
    rights = TRANSIENT

    nonce = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index("at", name="seen_nonce_at")]
