"""What partners follow of passports: one line each time a certificate came into force or went out of it."""

from django.db import models

from tiemchung.core.distribution import APPEND, Sharded
from tiemchung.core.follow import Xact
from tiemchung.core.models import ShardedModel


class PassportNews(ShardedModel):
    """A person's passport was issued, renewed or revoked; the ledger knows nothing of that, so it is followed here."""

    distribution = Sharded(key="person_id", group="P")
    rights = APPEND

    person_id = models.UUIDField()
    at = models.DateTimeField()
    xact = Xact()

    class Meta:
        indexes = [models.Index("xact", "id", name="passport_news_stream")]
