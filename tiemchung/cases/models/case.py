"""A case, its steps, and the narrow tables by which it is found."""

from django.db import models

from tiemchung.cases.rules import CaseState
from tiemchung.core.distribution import APPEND, CHANGE, Sharded
from tiemchung.core.models import ShardedModel, choices_of

_CONTACT = "blind index of the reporter's phone; for a case without a phone, of the case's own id"


class Case(ShardedModel):
    """One report, or one repeat of it: what was said, who answers, by when, and how it ended."""

    distribution = Sharded(key="contact_key", group="H")
    rights = CHANGE

    contact_key = models.BinaryField(help_text=_CONTACT)
    ref = models.CharField(max_length=10)
    kind = models.CharField(max_length=30)
    door = models.CharField(max_length=10, help_text="PORTAL, BOOK, HOTLINE, DESK or PARTNER")
    state = models.CharField(max_length=15, choices=choices_of(CaseState))
    language = models.CharField(max_length=2, default="vi")
    sealed_claim = models.BinaryField()
    sealed_phone = models.BinaryField(null=True)
    person_id = models.UUIDField(null=True, help_text="proven to be the reporter's, or settled on by the desk")
    dose_id = models.UUIDField(null=True, help_text="the recorded or declared dose that it is about")
    unit_id = models.UUIDField(help_text="the desk that holds it")
    unit_level = models.CharField(max_length=10)
    route_why = models.CharField(max_length=20)
    recorded_at = models.DateTimeField()
    due_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    refusal = models.CharField(max_length=40, blank=True)
    sealed_answer = models.BinaryField(null=True)
    steps = models.PositiveIntegerField(default=0, help_text="number of the latest step")
    version = models.PositiveIntegerField(default=1)
    lead_contact = models.BinaryField(null=True, help_text="where the case lies that this one repeats")
    lead_id = models.UUIDField(null=True)

    class Meta:
        indexes = [models.Index("contact_key", "recorded_at", name="case_of_contact")]


class CaseStep(ShardedModel):
    """One step of a case, with its author. Appended, never changed."""

    distribution = Sharded(key="contact_key", group="H")
    rights = APPEND

    contact_key = models.BinaryField()
    case_id = models.UUIDField()
    number = models.PositiveIntegerField()
    step = models.CharField(max_length=10)
    at = models.DateTimeField()
    state = models.CharField(max_length=15, help_text="the case's state afterwards")
    by_kind = models.CharField(max_length=10)
    by_id = models.UUIDField(null=True)
    by_role = models.CharField(max_length=30, blank=True)
    by_name = models.CharField(max_length=120, blank=True)
    unit_id = models.UUIDField(null=True, help_text="the desk that holds it afterwards, or that was told")
    unit_level = models.CharField(max_length=10, blank=True)
    code = models.CharField(max_length=40, blank=True, help_text="route reason, refusal or alarm")
    sealed_text = models.BinaryField(null=True, help_text="what was said to the citizen, or by the citizen")
    sealed_note = models.BinaryField(null=True, help_text="for the desks only")

    class Meta:
        constraints = [models.UniqueConstraint("contact_key", "case_id", "number", name="case_step_once")]


class CaseEffect(ShardedModel):
    """One correction that settled a case: the entry of the ledger, or the change of a person, that it made."""

    distribution = Sharded(key="contact_key", group="H")
    rights = APPEND

    contact_key = models.BinaryField()
    case_id = models.UUIDField()
    at = models.DateTimeField()
    solution = models.CharField(max_length=20)
    profile_id = models.UUIDField()
    object_id = models.UUIDField(null=True, help_text="the dose, the link, the identifier")
    entry_id = models.UUIDField(null=True, help_text="the ledger entry or person change that followers answer for")

    class Meta:
        indexes = [models.Index("contact_key", "case_id", name="case_effect_of")]


class CaseRepeat(ShardedModel):
    """Which further cases wait for the end of a lead case; beside the lead, so that all are answered with it."""

    distribution = Sharded(key="contact_key", group="H")
    rights = APPEND

    contact_key = models.BinaryField(help_text="the lead's")
    lead_id = models.UUIDField()
    repeat_contact = models.BinaryField()
    repeat_id = models.UUIDField()

    class Meta:
        indexes = [models.Index("contact_key", "lead_id", name="case_repeat_of")]


class CaseByRef(ShardedModel):
    """From the number that is read out to the case."""

    distribution = Sharded(key="ref", group="L")
    rights = APPEND

    ref = models.CharField(max_length=10)
    contact_key = models.BinaryField()
    case_id = models.UUIDField()

    class Meta:
        constraints = [models.UniqueConstraint("ref", name="case_ref_once")]


class CaseByPerson(ShardedModel):
    """Which cases concern a person (a profile's id), for the card and the desk."""

    distribution = Sharded(key="person_id", group="P")
    rights = APPEND

    person_id = models.UUIDField()
    contact_key = models.BinaryField()
    case_id = models.UUIDField()

    class Meta:
        constraints = [models.UniqueConstraint("person_id", "case_id", name="case_by_person_once")]


class CaseDefect(ShardedModel):
    """One person's one defect while a case about it is open: by it a repeat finds its lead."""

    distribution = Sharded(key="defect", group="L")
    rights = CHANGE

    defect = models.BinaryField(help_text="keyed hash of the person's number or name, birth and phone, and the kind")
    contact_key = models.BinaryField()
    case_id = models.UUIDField()
    open = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("defect", name="case_defect_open", condition=models.Q(open=True)),
        ]
