"""Whom else we believe: signers of other countries, as their published lists name them."""

from django.db import models

from tiemchung.core.distribution import CHANGE, Reference
from tiemchung.core.ids import new_id


class TrustImport(models.Model):
    """One published list as it was taken in: where from, how old, by whom."""

    distribution = Reference()
    rights = CHANGE

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    source = models.CharField(max_length=60, help_text="name of the list, such as EU or WHO-GDHCN")
    form = models.CharField(max_length=20, help_text="EU_ITEMS, DID, JWKS, DSC_TXT, ...")
    made_at = models.DateTimeField(help_text="when its publisher made it, as the list or the importer says")
    taken_at = models.DateTimeField()
    taken_by = models.CharField(max_length=120)
    digest = models.BinaryField(help_text="SHA-256 of the file")
    keys = models.PositiveIntegerField()
    passed_over = models.JSONField(default=dict, help_text="reason: count")
    checked = models.BooleanField(default=False, help_text="each item's signature was followed to a trust anchor")
    replaced_at = models.DateTimeField(null=True, help_text="a newer list of the same source took its place")


class ForeignSigner(models.Model):
    """One signer of one list, or an authority above signers."""

    distribution = Reference()
    rights = CHANGE

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    import_id = models.UUIDField(db_index=True)
    kind = models.CharField(max_length=10, help_text="DSC, SCA, JWK")
    kid = models.BinaryField()
    country = models.CharField(max_length=2, blank=True)
    issuer = models.CharField(max_length=200, blank=True, help_text="web address a JSON web key is bound to")
    certificate = models.BinaryField(null=True)
    jwk = models.JSONField(null=True)
