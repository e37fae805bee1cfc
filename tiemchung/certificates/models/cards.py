"""What was signed, what was revoked, and the card behind its token."""

from django.db import models

from tiemchung.certificates.rules import CertificateKind, CertificateState
from tiemchung.core.distribution import APPEND, CHANGE, Sharded
from tiemchung.core.models import ShardedModel


class Certificate(ShardedModel):
    """One signed text about one person's latest counted dose; revoked when what it says is no longer true.

    A passport begins as an intent: number, payload and key are stored before anything is signed.
    """

    distribution = Sharded(key="person_id", group="P")
    rights = CHANGE

    person_id = models.UUIDField()
    kind = models.CharField(
        max_length=10, choices=[(k.value, k.value) for k in CertificateKind], default=CertificateKind.CARD
    )
    uvci = models.CharField(max_length=80)
    hc1 = models.TextField(blank=True, help_text="empty while the certificate is an intent")
    payload = models.BinaryField(null=True, help_text="the claims to be signed, CBOR; kept of intents alone")
    kid = models.BinaryField()
    content = models.BinaryField(help_text="hash of everything signed but number and dates")
    dose_id = models.UUIDField()
    state = models.CharField(max_length=10, choices=[(s.value, s.value) for s in CertificateState])
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_because = models.CharField(max_length=40, blank=True)
    taken_at = models.DateTimeField(
        null=True, help_text="an intent that a dead worker left, or what comes near its end, was taken up"
    )
    log_position = models.BigIntegerField(null=True, help_text="leaf in the issuance log")
    replaces_id = models.UUIDField(null=True, help_text="the certificate in whose place it came")
    told_at = models.DateTimeField(null=True, help_text="the holder was told that it ends soon")
    fall_told_at = models.DateTimeField(null=True, help_text="the holder was told that it was revoked, or need not be")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "person_id", "kind", name="one_live_certificate", condition=models.Q(state=CertificateState.ISSUED)
            ),
            models.UniqueConstraint(
                "person_id", "kind", name="one_intent", condition=models.Q(state=CertificateState.INTENT)
            ),
        ]
        indexes = [
            models.Index(
                "expires_at",
                "person_id",
                name="certificate_ends",
                condition=models.Q(state=CertificateState.ISSUED, kind=CertificateKind.PASSPORT),
            ),
            models.Index(
                "expires_at",
                "person_id",
                name="card_ends",
                condition=models.Q(state=CertificateState.ISSUED, kind=CertificateKind.CARD),
            ),
            models.Index(
                "issued_at",
                "person_id",
                name="certificate_intents",
                condition=models.Q(state=CertificateState.INTENT),
            ),
            models.Index(
                "revoked_at",
                "person_id",
                name="certificate_revoked",
                condition=models.Q(state=CertificateState.REVOKED),
            ),
            # How many fall with a central key, and the last of them: few keys, so it stays small (5 bytes a row).
            models.Index(
                "kid",
                name="certificate_in_use_of_key",
                condition=models.Q(state__in=[CertificateState.ISSUED, CertificateState.RENEWED]),
            ),
            # Passports whose renewal began and whose holder is told by day: what fell due in one night.
            models.Index(
                "expires_at",
                "person_id",
                name="certificate_to_tell",
                condition=models.Q(
                    kind=CertificateKind.PASSPORT,
                    state__in=[CertificateState.ISSUED, CertificateState.RENEWED],
                    taken_at__isnull=False,
                    told_at=None,
                ),
            ),
            # The watch counts who claims each leaf of the log (22 bytes a row, always at the index's end).
            models.Index(
                "log_position",
                name="certificate_leaf",
                condition=models.Q(
                    state__in=[CertificateState.ISSUED, CertificateState.RENEWED, CertificateState.REVOKED]
                ),
            ),
        ]


class CertificateByHash(ShardedModel):
    """Where the certificate of a number lies; the number itself is asked for by its hash alone."""

    distribution = Sharded(key="hash", group="R")
    rights = APPEND

    hash = models.BinaryField(help_text="first 16 bytes of SHA-256 of the certificate's number")
    person_id = models.UUIDField()
    certificate_id = models.UUIDField()

    class Meta:
        constraints = [models.UniqueConstraint("hash", name="certificate_hash_once")]


class Card(ShardedModel):
    """A person's card: its colour, and the secret address under which the phone fetches it."""

    distribution = Sharded(key="person_id", group="P")
    rights = CHANGE

    person_id = models.UUIDField()
    sealed_token = models.BinaryField()
    token_hash = models.BinaryField()
    colour = models.CharField(max_length=10)
    changed_at = models.DateTimeField()
    waits_since = models.DateTimeField(null=True, help_text="a new code is due since then, and could not be signed yet")
    tried_at = models.DateTimeField(null=True, help_text="a waiting code was tried by itself in vain")
    waiting = models.JSONField(default=list, help_text="[profile id, entry id, revoked] of corrections to receipt")

    class Meta:
        constraints = [models.UniqueConstraint("person_id", name="one_card")]
        indexes = [
            models.Index("waits_since", "person_id", name="card_waits", condition=models.Q(waits_since__isnull=False))
        ]


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
    """The hash under which verifiers find a revoked certificate, until it would have expired.

    Lists are read by key: a number that two keys signed, in two forms, has an entry under each.
    """

    distribution = Sharded(key="hash", group="R")
    rights = APPEND

    hash = models.BinaryField(help_text="first 16 bytes of SHA-256 of the certificate's number")
    hash_type = models.CharField(max_length=10, default="UCI", help_text="UCI, or SIGNATURE where no number is ours")
    kid = models.BinaryField()
    revoked_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("hash", "kid", name="revoked_once")]
        indexes = [models.Index("revoked_at", "hash", name="revoked_when")]
