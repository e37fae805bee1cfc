"""Signing keys, what was signed, what was revoked, and the card behind its token."""

from django.db import models

from tiemchung.certificates.rules import CertificateState
from tiemchung.core.distribution import APPEND, CHANGE, Reference, Sharded
from tiemchung.core.ids import new_id
from tiemchung.core.models import ShardedModel


class SigningKey(models.Model):
    """A document signer that this installation uses or used; the private key is in the key store."""

    distribution = Reference()
    rights = CHANGE

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kid = models.BinaryField(unique=True)
    certificate = models.BinaryField()
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)


class Certificate(ShardedModel):
    """One signed text about one dose of one person; revoked when what it says is no longer true."""

    distribution = Sharded(key="person_id", group="P")
    rights = CHANGE

    person_id = models.UUIDField()
    uvci = models.CharField(max_length=80)
    hc1 = models.TextField()
    kid = models.BinaryField()
    content = models.BinaryField(help_text="hash of everything signed but number and dates")
    dose_id = models.UUIDField()
    state = models.CharField(max_length=10, choices=[(s.value, s.value) for s in CertificateState])
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_because = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "person_id", name="one_live_certificate", condition=models.Q(state=CertificateState.ISSUED)
            )
        ]


class Card(ShardedModel):
    """A person's card: its colour, and the secret address under which the phone fetches it."""

    distribution = Sharded(key="person_id", group="P")
    rights = CHANGE

    person_id = models.UUIDField()
    sealed_token = models.BinaryField()
    token_hash = models.BinaryField()
    colour = models.CharField(max_length=10)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("person_id", name="one_card")]


class CardByToken(ShardedModel):
    """The card as the hot route gives it: one look-up by the token's hash, and the bytes are there."""

    distribution = Sharded(key="token_hash", group="L")
    rights = CHANGE

    token_hash = models.BinaryField()
    person_id = models.UUIDField()
    payload = models.BinaryField(help_text="JSON, ready to send")
    etag = models.CharField(max_length=40)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("token_hash", name="card_token_once")]


class Revocation(ShardedModel):
    """The hash under which verifiers find a revoked certificate, until it would have expired."""

    distribution = Sharded(key="hash", group="R")
    rights = APPEND

    hash = models.BinaryField(help_text="first 16 bytes of SHA-256 of the certificate's number")
    kid = models.BinaryField()
    revoked_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("hash", name="revoked_once")]
