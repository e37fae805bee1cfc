"""How many doses count, by facility, day and product."""

from django.db import models

from tiemchung.core.distribution import CHANGE, Sharded
from tiemchung.core.models import ShardedModel


class FacilityDay(ShardedModel):
    """The counted doses of one product that one facility gave on one day, as of the last recount."""

    distribution = Sharded(key="facility_id", group="F")
    rights = CHANGE

    facility_id = models.UUIDField(help_text="zero where the place of the doses is in no list")
    given_on = models.DateField()
    product = models.CharField(max_length=30)
    doses = models.PositiveIntegerField()
    counted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("facility_id", "given_on", "product", name="facility_day_once")]
        indexes = [models.Index("given_on", name="facility_day_day")]
