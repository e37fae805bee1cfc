"""Staff, where they are posted, one-time codes, limits, and what guards people from being seen by too many."""

import datetime as dt
import uuid

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.crypto import salted_hmac

from tiemchung.core.actor import Role
from tiemchung.core.distribution import APPEND, CHANGE, TRANSIENT, Local, Reference, Sharded
from tiemchung.core.ids import new_id
from tiemchung.core.models import ShardedModel, choices_of


def auth_hash_of(password: str, sign_ins_from: dt.datetime | None, secret: str | None = None) -> str:
    """Give what a session must hold: it changes with the password and with "sign out everywhere"."""
    since = sign_ins_from.timestamp() if sign_ins_from else 0
    return salted_hmac("access.staff", f"{password}|{since}", secret=secret, algorithm="sha256").hexdigest()


class Staff(AbstractUser):
    """One member of staff: a name, a password and a second factor; what they may do lies in postings."""

    distribution = Reference()
    rights = CHANGE

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    full_name = models.CharField(max_length=120)
    hired_at = models.DateTimeField(null=True)
    sign_ins_from = models.DateTimeField(null=True, help_text="every sign-in made before is over")

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    REQUIRED_FIELDS = []

    def get_full_name(self) -> str:
        """Give the name as one field: Vietnamese names are never split."""
        return self.full_name

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        return auth_hash_of(self.password, self.sign_ins_from, secret)


class Posting(models.Model):
    """Where a member of staff works, as what, and from when to when."""

    distribution = Reference()
    rights = CHANGE

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="postings")
    role = models.CharField(max_length=30, choices=choices_of(Role))
    facility = models.ForeignKey("places.Facility", on_delete=models.PROTECT, null=True, related_name="+")
    point = models.ForeignKey("places.Point", on_delete=models.PROTECT, null=True, related_name="+")
    area = models.ForeignKey("places.Area", on_delete=models.PROTECT, null=True, related_name="+")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        indexes = [models.Index("staff", "valid_from", name="posting_staff")]


class OneTimeCode(ShardedModel):
    """A code on its way to a phone; only a keyed hash of it is kept."""

    distribution = Sharded(key="contact_key", group="H")
    rights = CHANGE

    contact_key = models.BinaryField()
    purpose = models.CharField(max_length=30)
    bound_to = models.CharField(max_length=64, help_text="the browser session that asked")
    code_hash = models.BinaryField()
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index("contact_key", "made_at", name="code_latest")]


class KnownDevice(ShardedModel):
    """A browser that gave a code of this phone back; it may have codes sent there from a budget of its own."""

    distribution = Sharded(key="contact_key", group="H")
    rights = TRANSIENT

    contact_key = models.BinaryField()
    token_hash = models.BinaryField(help_text="keyed hash of what the browser holds")
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("contact_key", "token_hash", name="known_device_once")]
        indexes = [models.Index("expires_at", name="known_device_old")]


class RateBucket(models.Model):
    """One leaky bucket: the moment until which it is full."""

    distribution = Local()
    rights = TRANSIENT

    key = models.CharField(max_length=120, primary_key=True)
    full_until = models.DateTimeField()


class PrefixTally(models.Model):
    """Codes sent to a range of numbers in an hour, and how many came back."""

    distribution = Local()
    rights = TRANSIENT

    prefix = models.CharField(max_length=12)
    hour = models.DateTimeField()
    sent = models.PositiveIntegerField(default=0)
    verified = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint("prefix", "hour", name="prefix_hour_once")]


class SpentProof(models.Model):
    """A solved puzzle that has opened something; kept until it would be too old anyway."""

    distribution = Local()
    rights = TRANSIENT

    key = models.CharField(max_length=64, primary_key=True, help_text="SHA-256 of the puzzle's signature")
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index("expires_at", name="spent_proof_old")]


class SeenPerson(ShardedModel):
    """One person whom one member of staff saw on one day of Vietnam."""

    distribution = Sharded(key="actor_id", group="A")
    rights = APPEND

    actor_id = models.UUIDField()
    day = models.DateField()
    person_id = models.UUIDField()

    class Meta:
        constraints = [models.UniqueConstraint("actor_id", "day", "person_id", name="seen_person_once")]


class SeenCount(ShardedModel):
    """How many persons one member of staff saw on one day; never more than the budget of their role."""

    distribution = Sharded(key="actor_id", group="A")
    rights = CHANGE

    actor_id = models.UUIDField()
    day = models.DateField()
    count = models.PositiveIntegerField()
    alarmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint("actor_id", "day", name="seen_count_once")]


class Canary(ShardedModel):
    """A person on record whom nobody has a reason to look at: whoever does is asked why."""

    distribution = Sharded(key="person_id", group="P")
    rights = APPEND

    person_id = models.UUIDField()
    put_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("person_id", name="canary_once")]


class CanaryTouch(ShardedModel):
    """The first touch of a canary by one actor on one day; it has raised an alarm."""

    distribution = Sharded(key="person_id", group="P")
    rights = APPEND

    person_id = models.UUIDField()
    day = models.DateField()
    touched_by = models.CharField(max_length=80, help_text="the actor's id; without one, kind and sign-in")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("person_id", "day", "touched_by", name="canary_touch_once")]


class RoleOpening(models.Model):
    """From when to when a role that is switched on by data exists in an area and all that lies under it."""

    distribution = Reference()
    rights = CHANGE

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    role = models.CharField(max_length=30, choices=choices_of(Role))
    area = models.ForeignKey("places.Area", on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint("role", "area", "valid_from", name="role_opening_once")]


def new_trace() -> str:
    """Give a name for one sign-in, for audit lines; it opens nothing."""
    return uuid.uuid4().hex
