"""Reports that are being written, and the photos and files that prove them."""

from django.db import models

from tiemchung.core.distribution import TRANSIENT, Sharded
from tiemchung.core.models import ShardedModel


class CaseDraft(ShardedModel):
    """A report not yet sent; its id becomes the case's, so that evidence never moves. Dropped when it expires."""

    distribution = Sharded(key="id", group="E")
    rights = TRANSIENT

    token_hash = models.BinaryField(help_text="of the secret that the browser keeps")
    state = models.CharField(max_length=15, default="DRAFT")
    sealed_content = models.BinaryField(help_text="JSON: kind, person, doses, phone, and the step reached")
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index("expires_at", name="case_draft_expiry")]


class Evidence(ShardedModel):
    """One page of a photo or file, as it was cleaned and stored; the bytes lie in the evidence store under its id."""

    distribution = Sharded(key="case_id", group="E")
    rights = TRANSIENT

    class State(models.TextChoices):
        """CLEAN may be shown; PENDING waits for the malware scan; INFECTED is never shown."""

        CLEAN = "CLEAN"
        PENDING = "PENDING"
        INFECTED = "INFECTED"

    case_id = models.UUIDField(help_text="the case's, and before that the draft's")
    number = models.PositiveSmallIntegerField()
    media_type = models.CharField(max_length=30)
    bytes = models.PositiveIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    digest = models.BinaryField(help_text="SHA-256 of the cleaned bytes")
    state = models.CharField(max_length=10, choices=State.choices, default=State.CLEAN)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=10, help_text="kind of actor")
    sealed_reading = models.BinaryField(null=True, help_text="JSON of the fields that OCR proposes")
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint("case_id", "number", name="evidence_number")]
        indexes = [
            models.Index("id", name="evidence_by_id"),
            models.Index("added_at", name="evidence_unread", condition=models.Q(read_at__isnull=True)),
        ]
