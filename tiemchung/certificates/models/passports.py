"""The vaccine passport of a person on its way through three steps, and the signatures of the facilities."""

from django.db import models

from tiemchung.certificates.rules import PassportState
from tiemchung.core.distribution import CHANGE, Sharded
from tiemchung.core.models import ShardedModel


class Passport(ShardedModel):
    """Where one person's passport stands, and what is still in its way; follows, never leads."""

    distribution = Sharded(key="person_id", group="P")
    rights = CHANGE

    person_id = models.UUIDField()
    state = models.CharField(max_length=16, choices=[(s.value, s.value) for s in PassportState])
    reasons = models.JSONField(default=list, help_text="[{code, dose_id?, facility_id?, why?}], empty once eligible")
    content = models.BinaryField(null=True, help_text="fingerprint of what a certificate would state now")
    unit_id = models.UUIDField(null=True, help_text="facility of the dose that it states")
    certificate_id = models.UUIDField(null=True)
    name_confirmed = models.BinaryField(null=True, help_text="hash of both forms of the name that the holder confirmed")
    since = models.DateTimeField(help_text="in this state since")
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("person_id", name="one_passport")]
        indexes = [
            models.Index(
                "since",
                "person_id",
                name="passport_ready",
                condition=models.Q(state=PassportState.FACILITY_SIGNED),
            ),
            models.Index("unit_id", "state", name="passport_of_unit"),
            # The few that the centre's trial refused, in a country of passports.
            models.Index(
                "person_id",
                name="passport_set_aside",
                condition=models.Q(reasons__contains=[{"code": "NOT_ISSUABLE"}]),
            ),
        ]


class PassportTask(ShardedModel):
    """One thing that one facility has to do, or did, for one person's passport; its work list and its counts."""

    distribution = Sharded(key="unit_id", group="F")
    rights = CHANGE

    unit_id = models.UUIDField(help_text="facility, or the area's id where no facility is known")
    person_id = models.UUIDField()
    profile_id = models.UUIDField(null=True, help_text="where the dose lies")
    dose_id = models.UUIDField(null=True)
    reason = models.CharField(max_length=30, help_text="a code of rules.eligibility, TO_SIGN or TO_ISSUE")
    since = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "unit_id",
                "person_id",
                "dose_id",
                "reason",
                name="passport_task_open",
                condition=models.Q(done_at__isnull=True),
                nulls_distinct=False,
            )
        ]
        indexes = [
            models.Index(
                "unit_id", "reason", "since", name="passport_task_todo", condition=models.Q(done_at__isnull=True)
            ),
            models.Index("person_id", name="passport_task_person", condition=models.Q(done_at__isnull=True)),
        ]


class DoseSignature(ShardedModel):
    """A facility's digital signature of one dose in one version, with the person's identity at that moment."""

    distribution = Sharded(key="profile_id", group="P")
    rights = CHANGE

    profile_id = models.UUIDField()
    dose_id = models.UUIDField()
    version = models.PositiveIntegerField(help_text="of the dose that was signed")
    facility_id = models.UUIDField()
    kid = models.BinaryField()
    statement = models.BinaryField(help_text="the signed bytes: canonical JSON")
    signature = models.BinaryField(help_text="ES256, r then s")
    seal = models.BinaryField(null=True, help_text="keyed hash of the row, written once the signature was verified")
    signed_by = models.UUIDField(null=True)
    signed_name = models.CharField(max_length=120)
    signed_at = models.DateTimeField()
    run_id = models.UUIDField(null=True)
    voided_at = models.DateTimeField(null=True)
    voided_because = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "profile_id", "dose_id", name="dose_signed_once", condition=models.Q(voided_at__isnull=True)
            )
        ]
        indexes = [models.Index("kid", "signed_at", name="dose_signature_key")]
