"""Lots and the history of their recalls; products and schedules are files, not tables."""

from django.db import models

from tiemchung.core.distribution import APPEND, CHANGE, Reference
from tiemchung.core.ids import new_id


class Lot(models.Model):
    """One lot of one product. Its facts are written once; only a recall comes and goes."""

    distribution = Reference()
    rights = CHANGE

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    product = models.CharField(max_length=40, help_text="a code of the catalogue")
    number = models.CharField(max_length=40, help_text="as printed on the vial")
    number_key = models.CharField(max_length=40, help_text="rules.lot_key(number)")
    expires_on = models.DateField(help_text="the last day on which it may be given")
    component = models.CharField(max_length=10, blank=True)
    made_by = models.CharField(max_length=120, blank=True)
    recalled_at = models.DateTimeField(null=True)
    recalled_because = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("product", "number_key", name="lot_once"),
            models.CheckConstraint(
                condition=models.Q(recalled_at__isnull=True, recalled_because="")
                | (models.Q(recalled_at__isnull=False) & ~models.Q(recalled_because="")),
                name="lot_recall_has_reason",
            ),
            models.CheckConstraint(condition=~models.Q(number_key=""), name="lot_has_number"),
        ]
        indexes = [models.Index("number_key", name="lot_by_number")]


class LotRecall(models.Model):
    """One step in a lot's story: recalled, or restored; by whom and why."""

    class Kind(models.TextChoices):
        """Which way the step went."""

        RECALLED = "RECALLED"
        LIFTED = "LIFTED"

    distribution = Reference()
    rights = APPEND

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    lot = models.ForeignKey("vaccines.Lot", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    at = models.DateTimeField()
    because = models.TextField()
    actor_id = models.UUIDField(null=True)
    actor_role = models.CharField(max_length=30, blank=True)

    class Meta:
        indexes = [models.Index("lot", "at", name="lot_recall_story")]
