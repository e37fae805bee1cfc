"""Runs that sign many at once, and the log of everything that was ever signed."""

from django.db import models

from tiemchung.certificates.rules import RunKind, RunState
from tiemchung.core.distribution import CHANGE, Local
from tiemchung.core.ids import new_id


class IssueRetry(models.Model):
    """One decision that everybody is tried again whom the centre's trial refused for one reason, and how far it is."""

    distribution = Local()
    rights = CHANGE

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    why = models.CharField(max_length=40, blank=True, help_text="the trial's code; empty for marks that name none")
    because = models.TextField()
    asked_by = models.UUIDField(null=True)
    asked_name = models.CharField(max_length=120)
    asked_at = models.DateTimeField()
    after_id = models.UUIDField(null=True, help_text="every person up to here was looked at")
    reached = models.PositiveIntegerField(default=0, help_text="persons whose mark was taken away")
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("why", name="issue_retry_open", condition=models.Q(done_at__isnull=True))
        ]


class SignRun(models.Model):
    """One authorised run over everything that is ready: who allowed it, how far it is, why it stopped."""

    distribution = Local()
    rights = CHANGE

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=10, choices=[(k.value, k.value) for k in RunKind])
    state = models.CharField(max_length=10, choices=[(s.value, s.value) for s in RunState])
    facility_id = models.UUIDField(null=True)
    kid = models.BinaryField()
    allowed_by = models.UUIDField(null=True)
    allowed_name = models.CharField(max_length=120)
    allowed_trace = models.CharField(max_length=64, blank=True, help_text="the sign-in with its second factor")
    allowed_at = models.DateTimeField()
    standing = models.BooleanField(default=False, help_text="goes on for a day with what becomes ready")
    total = models.PositiveIntegerField(default=0, help_text="ready when it was allowed")
    done = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0, help_text="passed over; each has its reason on its own row")
    worked = models.FloatField(default=0, help_text="seconds of work so far, pauses left out")
    moved_at = models.DateTimeField(null=True, help_text="the last batch that was committed")
    ended_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=40, blank=True, help_text="code of what stopped it")

    class Meta:
        indexes = [models.Index("kind", "state", name="sign_run_open")]


class LogTile(models.Model):
    """256 neighbouring hashes of one level of the issuance log, fewer in the last tile; full tiles never change.

    Level 0 holds leaves; a hash of level n + 1 covers one full tile of level n (RFC 6962 hashing).
    """

    distribution = Local()
    rights = CHANGE

    level = models.PositiveSmallIntegerField()
    number = models.BigIntegerField()
    hashes = models.BinaryField(help_text="32 bytes each")

    class Meta:
        constraints = [models.UniqueConstraint("level", "number", name="log_tile_once")]


class LogHead(models.Model):
    """A signed statement of how long the log is and what its root hash is; the newest row is the log's end."""

    distribution = Local()
    rights = CHANGE

    size = models.BigIntegerField(unique=True)
    root = models.BinaryField()
    made_at = models.DateTimeField()
    kid = models.BinaryField(null=True)
    signature = models.BinaryField(null=True, help_text="ES256; heads in between are signed when they are published")
