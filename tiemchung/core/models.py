"""Tables of the ground floor, and the base of every table that grows with people."""

from enum import StrEnum
from typing import Any, ClassVar

from django.db import models

from tiemchung.core.distribution import APPEND, CHANGE, TRANSIENT, Local, Rights, Sharded
from tiemchung.core.ids import new_id


def choices_of(words: type[StrEnum]) -> list[tuple[str, str]]:
    """Give the values of a field that holds one of these words; what they are called stands in the words files."""
    return [(word.value, word.value) for word in words]


class ShardedModel(models.Model):
    """A row found by (shard key, id); subclasses set `distribution` and `rights`."""

    distribution: ClassVar[Sharded]
    rights: ClassVar[Rights]

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)

    class Meta:
        abstract = True

    def _do_update(self, base_qs: Any, *args: Any, **kwargs: Any) -> Any:
        key = self.distribution.key
        return super()._do_update(base_qs.filter(**{key: getattr(self, key)}), *args, **kwargs)


class AuditLine(ShardedModel):
    """One action, or one look at a person: who, when, why. Investigators read it; nobody changes it."""

    distribution = Sharded(key="subject_id", group="P")
    rights = APPEND

    subject_id = models.UUIDField(help_text="the person or profile concerned; else the object itself")
    at = models.DateTimeField()
    action = models.CharField(max_length=60)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.UUIDField(null=True)
    actor_role = models.CharField(max_length=30, blank=True)
    facility_id = models.UUIDField(null=True)
    trace = models.CharField(max_length=64, blank=True)
    object_id = models.UUIDField(null=True)
    because = models.TextField(blank=True)
    facts = models.JSONField(default=dict, help_text="codes and counts; never a name or a number of a person")

    class Meta:
        indexes = [
            models.Index("subject_id", "at", name="audit_subject"),
            models.Index("actor_id", "at", name="audit_actor"),
        ]


class Bookmark(models.Model):
    """How far one follower has read one shard of a stream."""

    distribution = Local()
    rights = CHANGE

    follower = models.CharField(max_length=60)
    shard = models.CharField(max_length=40, default="")
    xact = models.BigIntegerField(default=0)
    entry = models.UUIDField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint("follower", "shard", name="bookmark_once")]


class ParkedEntry(models.Model):
    """An entry that a follower could not handle; it waits for its next try, the others went on."""

    distribution = Local()
    rights = TRANSIENT

    follower = models.CharField(max_length=60)
    entry = models.UUIDField()
    key = models.UUIDField(help_text="the entry's shard key")
    tries = models.PositiveSmallIntegerField(default=1)
    next_try_at = models.DateTimeField()
    error = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint("follower", "entry", name="parked_once")]


class ActionKey(ShardedModel):
    """The answer to an action that may be asked twice with one key."""

    distribution = Sharded(key="key", group="K")
    rights = APPEND

    key = models.CharField(max_length=120)
    action = models.CharField(max_length=60)
    fingerprint = models.BinaryField()
    result = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("key", "action", name="action_key_once")]


_LOST = models.Q(state__in=["FAILED", "EXPIRED"], about_id__isnull=False, noted_at__isnull=True)


class OutboxMessage(ShardedModel):
    """A text to a phone, written in the transaction of what it tells of, sent afterwards."""

    class State(models.TextChoices):
        """The message's way; a receipt moves it from HANDED on."""

        WAITING = "WAITING"
        HANDED = "HANDED"
        DELIVERED = "DELIVERED"
        FAILED = "FAILED"
        EXPIRED = "EXPIRED"

    distribution = Sharded(key="contact_key", group="H")
    rights = CHANGE

    contact_key = models.BinaryField(help_text="blind index of the phone")
    kind = models.CharField(max_length=40)
    sealed_to = models.BinaryField()
    sealed_text = models.BinaryField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    handed_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    provider_ref = models.CharField(max_length=80, blank=True)
    problem = models.CharField(max_length=80, blank=True)
    about_id = models.UUIDField(null=True, help_text="what it tells of, where somebody has to know whether it arrived")
    about_step = models.PositiveIntegerField(null=True)
    noted_at = models.DateTimeField(null=True, help_text="whoever has to know that it never arrived does")

    class Meta:
        indexes = [
            models.Index("next_try_at", name="outbox_due", condition=models.Q(state="WAITING")),
            models.Index("settled_at", name="outbox_lost", condition=_LOST),
            models.Index("provider_ref", name="outbox_ref", condition=~models.Q(provider_ref="")),
        ]


class Receipt(ShardedModel):
    """One follower told of one correction: the card, the certificate, the figures, a partner (peers G5)."""

    distribution = Sharded(key="profile_id", group="P")
    rights = APPEND

    profile_id = models.UUIDField()
    entry_id = models.UUIDField(help_text="the ledger entry or person change that the follower handled")
    follower = models.CharField(max_length=60)
    at = models.DateTimeField()
    facts = models.JSONField(default=dict, help_text="codes and counts; never a name or a number of a person")

    class Meta:
        constraints = [models.UniqueConstraint("profile_id", "entry_id", "follower", name="receipt_once")]


class Alarm(models.Model):
    """Something that a person has to look at: a canary touched, a budget overrun, an unknown certificate."""

    distribution = Local()
    rights = CHANGE

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=40)
    at = models.DateTimeField()
    actor_id = models.UUIDField(null=True)
    subject_id = models.UUIDField(null=True)
    facts = models.JSONField(default=dict, help_text="codes and counts; never a name or a number of a person")
    seen_by = models.UUIDField(null=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index("at", name="alarm_newest")]
