"""What a facility has of each lot, the story of how it came and went, and deliveries under way.

How much was given is no column of the shelf: it is the sum of its lot days, which follow the ledger alone, so that
whoever counts doses and whoever moves boxes never wait for each other.
"""

from django.db import models

from tiemchung.core.distribution import APPEND, CHANGE, Sharded
from tiemchung.core.models import ShardedModel, choices_of
from tiemchung.stock.rules import LONGEST_PAPER, LONGEST_REASON, IssueState, Loss, MoveKind

_OWN_WORD = models.Q(issue_id__isnull=True, doses__gt=0)


class StockMove(ShardedModel):
    """One line in the story of a lot at a facility: so many doses came, went, or were found to be there."""

    distribution = Sharded(key="facility_id", group="F")
    rights = APPEND

    facility_id = models.UUIDField()
    lot_id = models.UUIDField()
    kind = models.CharField(max_length=10, choices=choices_of(MoveKind))
    doses = models.IntegerField(help_text="signed; of a stocktake what it changed")
    on_day = models.DateField(help_text="when it happened; `at` is when we were told")
    loss = models.CharField(max_length=20, blank=True, choices=choices_of(Loss))
    paper = models.CharField(max_length=LONGEST_PAPER, blank=True, help_text="number of the delivery note")
    issue_id = models.UUIDField(null=True, help_text="the delivery it confirms; empty is the facility's own word")
    because = models.CharField(max_length=LONGEST_REASON, blank=True)
    by_id = models.UUIDField(null=True)
    by_name = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField()
    key = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint("facility_id", "key", name="stock_move_once")]
        indexes = [
            models.Index("facility_id", "lot_id", "at", name="stock_move_story"),
            models.Index("at", "id", name="stock_move_own_word", condition=_OWN_WORD),
        ]


class Shelf(ShardedModel):
    """One lot at one facility: what came in and went out since the last stocktake, beside what was given."""

    distribution = Sharded(key="facility_id", group="F")
    rights = CHANGE

    facility_id = models.UUIDField()
    lot_id = models.UUIDField()
    received = models.PositiveIntegerField(default=0)
    removed = models.PositiveIntegerField(default=0)
    first_on = models.DateField(help_text="the first day on which the facility had any of it")
    counted_on = models.DateField(null=True, help_text="the last stocktake; what was given before is in it")
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("facility_id", "lot_id", name="shelf_once")]


class LotDay(ShardedModel):
    """How many doses on record one facility gave from one lot on one day, as of the last recount."""

    distribution = Sharded(key="facility_id", group="F")
    rights = CHANGE

    facility_id = models.UUIDField()
    lot_id = models.UUIDField()
    given_on = models.DateField()
    doses = models.PositiveIntegerField()
    counted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("facility_id", "lot_id", "given_on", name="lot_day_once")]
        indexes = [models.Index("facility_id", "given_on", name="lot_day_day")]


class Issue(ShardedModel):
    """A delivery of one lot that an authority sent to a facility; the facility says how much of it arrived."""

    distribution = Sharded(key="facility_id", group="F")
    rights = CHANGE

    facility_id = models.UUIDField()
    lot_id = models.UUIDField()
    doses = models.PositiveIntegerField(help_text="as sent")
    paper = models.CharField(max_length=LONGEST_PAPER, help_text="number of the delivery note")
    from_area_id = models.UUIDField(null=True, help_text="whose store it left; empty is the central store")
    sent_on = models.DateField()
    state = models.CharField(max_length=10, choices=choices_of(IssueState))
    issued_by = models.UUIDField(null=True)
    issued_at = models.DateTimeField()
    key = models.CharField(max_length=120)
    arrived = models.PositiveIntegerField(null=True, help_text="doses, as the facility counted them")
    arrived_on = models.DateField(null=True)
    closed_by = models.UUIDField(null=True, help_text="who received or cancelled it")
    closed_at = models.DateTimeField(null=True)
    because = models.CharField(max_length=LONGEST_REASON, blank=True, help_text="of a difference, or of cancelling")

    class Meta:
        constraints = [
            models.UniqueConstraint("facility_id", "key", name="stock_issue_once"),
            models.CheckConstraint(
                condition=models.Q(state="RECEIVED", arrived__isnull=False)
                | (~models.Q(state="RECEIVED") & models.Q(arrived__isnull=True)),
                name="stock_issue_arrived",
            ),
        ]
        indexes = [
            models.Index("facility_id", "state", "sent_on", name="stock_issue_state"),
            models.Index("sent_on", "id", name="stock_issue_sent", condition=models.Q(state="SENT")),
            models.Index("closed_at", "id", name="stock_issue_closed", condition=models.Q(closed_at__isnull=False)),
        ]
