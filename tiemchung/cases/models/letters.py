"""Letters that a desk owes to reporters without a phone, and each time that one was printed."""

from django.db import models

from tiemchung.core.distribution import APPEND, CHANGE, Sharded
from tiemchung.core.models import ShardedModel


class CaseLetter(ShardedModel):
    """What one step of a case says, to be said on paper: a line of its desk's work list, without a name.

    It waits until it is printed, or until a later word to the same reporter takes its place.
    """

    distribution = Sharded(key="unit_id", group="F")
    rights = CHANGE

    unit_id = models.UUIDField(help_text="the desk that owes it")
    unit_level = models.CharField(max_length=10)
    case_id = models.UUIDField()
    contact_key = models.BinaryField()
    ref = models.CharField(max_length=10)
    kind = models.CharField(max_length=30)
    what = models.CharField(max_length=10, help_text="ASKED, SETTLED or REFUSED")
    step = models.PositiveIntegerField(help_text="number of the case's step whose words it carries")
    owed_at = models.DateTimeField()
    waiting = models.BooleanField(default=True)
    printed_at = models.DateTimeField(null=True, help_text="the last time")

    class Meta:
        constraints = [models.UniqueConstraint("unit_id", "case_id", "step", name="case_letter_once")]
        indexes = [
            models.Index("unit_id", "owed_at", "id", name="case_letter_waiting", condition=models.Q(waiting=True)),
            models.Index(
                "unit_id", "printed_at", "id", name="case_letter_printed", condition=models.Q(printed_at__isnull=False)
            ),
        ]


class LetterPrint(ShardedModel):
    """One letter in one run of the printer: by whom and when. Appended, never changed."""

    distribution = Sharded(key="unit_id", group="F")
    rights = APPEND

    unit_id = models.UUIDField()
    run_id = models.UUIDField(help_text="the letters of one press of the button")
    letter_id = models.UUIDField()
    at = models.DateTimeField()
    by_id = models.UUIDField(null=True)
    by_name = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint("unit_id", "run_id", "letter_id", name="letter_print_once")]
        indexes = [models.Index("unit_id", "letter_id", "at", name="letter_print_of")]
