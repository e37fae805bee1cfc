"""What was signed in another country's form beside a passport."""

from django.db import models

from tiemchung.core.distribution import CHANGE, Sharded
from tiemchung.core.models import ShardedModel


class Emission(ShardedModel):
    """One code in another form that follows from one passport; it falls when the passport falls, or its own key.

    Whose key was given up is made anew by the next key.
    """

    distribution = Sharded(key="person_id", group="P")
    rights = CHANGE

    person_id = models.UUIDField()
    certificate_id = models.UUIDField(help_text="the passport's certificate that it follows from")
    form = models.CharField(max_length=10, help_text="code of an emitter")
    text = models.TextField()
    kid = models.BinaryField()
    hash = models.BinaryField(help_text="16 bytes under which its readers look for it in lists")
    hash_type = models.CharField(max_length=10, help_text="UCI, or SIGNATURE where the form has no number")
    log_position = models.BigIntegerField(help_text="leaf in the issuance log")
    emitted_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, help_text="fell with its passport then")

    class Meta:
        constraints = [models.UniqueConstraint("person_id", "certificate_id", "form", "kid", name="emitted_once")]
        indexes = [
            models.Index("kid", "emitted_at", "id", name="emission_key"),
            models.Index("log_position", name="emission_leaf"),
            # Lists of what fell are asked for by everybody, all the time, and have few lines of very many.
            models.Index(
                "kid", "form", "revoked_at", name="emission_fallen", condition=models.Q(revoked_at__isnull=False)
            ),
        ]
