"""What was revoked, as it is handed out: in batches to partners, in slices to verifiers without a network."""

from django.db import models

from tiemchung.core.distribution import APPEND, CHANGE, TRANSIENT, Local
from tiemchung.core.ids import new_id


class RevocationBatch(models.Model):
    """Up to 1,000 revoked hashes of one key that end in one month; never changed once it is made."""

    distribution = Local()
    rights = APPEND

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kid = models.BinaryField()
    hash_type = models.CharField(max_length=10)
    hashes = models.BinaryField(help_text="16 bytes each, sorted")
    made_at = models.DateTimeField(db_index=True)
    through_at = models.DateTimeField(db_index=True, help_text="revocations up to this moment were looked at for it")
    expires_at = models.DateTimeField(help_text="the last of its certificates ends")


class RevocationSlice(models.Model):
    """The revoked hashes of one key that begin alike and end in one month; made anew when one joins them."""

    distribution = Local()
    rights = TRANSIENT

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kid = models.BinaryField()
    place = models.CharField(max_length=3, help_text="first hex digits of its hashes: 1 POINT, 2 VECTOR, 3 COORDINATE")
    ends_on = models.DateField(help_text="first day of the month after its certificates ended")
    hashes = models.BinaryField(help_text="16 bytes each, sorted")
    digest = models.BinaryField(help_text="SHA-256 of its list of variable hashes")
    changed_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint("kid", "place", "ends_on", name="revocation_slice_once")]


class SignedList(models.Model):
    """What we signed last under one name, as everybody gets it again while nothing can be signed."""

    distribution = Local()
    rights = CHANGE

    name = models.CharField(max_length=120, primary_key=True)
    body = models.BinaryField()
    proof = models.TextField(blank=True, help_text="beside the body; empty where the body has its proof within")
    made_at = models.DateTimeField()
    covers_at = models.DateTimeField(null=True, help_text="revocations: batches made up to then are in the slices")
