"""Whose keys sign, and the orders by which they are no longer believed. Private keys are never here."""

from django.db import models

from tiemchung.certificates.rules import AuthorityKind, KeyPurpose, OrderTarget
from tiemchung.core.distribution import CHANGE, Reference
from tiemchung.core.ids import new_id


class Authority(models.Model):
    """A root certificate: above the centre's signers, or above the facilities' keys. Its private key is never here."""

    distribution = Reference()
    rights = CHANGE

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=10, choices=[(k.value, k.value) for k in AuthorityKind])
    certificate = models.BinaryField()
    fingerprint = models.BinaryField(unique=True, help_text="SHA-256 of the certificate")
    store = models.CharField(max_length=20, blank=True, help_text="key store here; empty where its key lies elsewhere")
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField()
    taken_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, help_text="no longer believed for what it signs from then on")


class SigningKey(models.Model):
    """A document signer that this installation uses or used; the private key is in the key store.

    A key is published before it is used: `usable_from` lies behind `published_at` unless it is the first.
    """

    distribution = Reference()
    rights = CHANGE

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    purpose = models.CharField(max_length=10, choices=[(p.value, p.value) for p in KeyPurpose], default=KeyPurpose.CARD)
    kid = models.BinaryField(unique=True)
    certificate = models.BinaryField()
    store = models.CharField(max_length=20, default="file", help_text="the key store that holds the private key")
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    usable_from = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True, help_text="signs no more; what it signed stays valid")
    compromised_since = models.DateTimeField(null=True, help_text="what it signed from then on is believed no more")


class FacilityKey(models.Model):
    """A key that signs doses for one facility: in a token of the centre, or in its signer's own hands."""

    distribution = Reference()
    rights = CHANGE

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    facility_id = models.UUIDField(db_index=True)
    staff_id = models.UUIDField(null=True, help_text="the one person who holds it; None for the facility's own key")
    kid = models.BinaryField(unique=True)
    certificate = models.BinaryField()
    store = models.CharField(max_length=20, help_text="key store, or AGENT for a key in its signer's own hands")
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True, help_text="when it was said")
    revoked_since = models.DateTimeField(null=True, help_text="from when on its signatures are believed no more")
    revoked_because = models.TextField(blank=True)


class RevocationOrder(models.Model):
    """One decision to revoke: a certificate, a facility's key since a moment, or a central key by two people."""

    distribution = Reference()
    rights = CHANGE

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    target = models.CharField(max_length=12, choices=[(t.value, t.value) for t in OrderTarget])
    kid = models.BinaryField(null=True)
    person_id = models.UUIDField(null=True)
    certificate_id = models.UUIDField(null=True)
    since = models.DateTimeField(null=True)
    because = models.TextField()
    asked_by = models.UUIDField(null=True)
    asked_name = models.CharField(max_length=120)
    asked_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_name = models.CharField(max_length=120, blank=True)
    decided_at = models.DateTimeField(null=True)
    refused = models.BooleanField(default=False)
    reissue = models.BooleanField(default=False, help_text="a new certificate is to be made in its place")
    done_at = models.DateTimeField(null=True, help_text="every certificate that it concerns is revoked or replaced")
    reached = models.PositiveIntegerField(default=0, help_text="certificates that it concerned")
    after_at = models.DateTimeField(null=True, help_text="how far its work has come: a moment of signing")
    after_id = models.UUIDField(null=True, help_text="how far its work has come: a signature, a person, or an emission")

    class Meta:
        indexes = [models.Index("target", name="order_open", condition=models.Q(done_at=None))]
