"""How far the nightly look at every certificate and at the log is, and what each day's sample showed."""

from django.db import models

from tiemchung.core.distribution import CHANGE, TRANSIENT, Local
from tiemchung.core.ids import new_id


class WatchDay(models.Model):
    """One look at every issued certificate and at the log: how far it was handed out, what it found.

    The log is looked at as its head stood when the look began: `head_size` leaves under `head_root`.
    """

    distribution = Local()
    rights = CHANGE

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    head_size = models.BigIntegerField(null=True)
    head_root = models.BinaryField(null=True)
    tile_level = models.PositiveSmallIntegerField(default=0, help_text="of the log's tiles that are handed out next")
    tile_number = models.BigIntegerField(default=0, help_text="every tile of that level before it is handed out")
    after_id = models.UUIDField(null=True, help_text="every person up to here is handed out")
    handed_out = models.BooleanField(default=False, help_text="the last range of persons too")
    seen = models.PositiveIntegerField(default=0)
    wrong = models.PositiveIntegerField(default=0)
    reasons = models.JSONField(default=dict, help_text="code: count")


class WatchRange(models.Model):
    """One part of a look, worked on by whoever holds its row's lock; gone when it is done.

    Persons after `after_id` up to `until_id`, None for no bound; or the tiles of `tile_level` from `tile_first` to
    before `tile_end`.
    """

    distribution = Local()
    rights = TRANSIENT

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    day_id = models.UUIDField(db_index=True)
    after_id = models.UUIDField(null=True)
    until_id = models.UUIDField(null=True)
    tile_level = models.PositiveSmallIntegerField(null=True, help_text="None for a range of persons")
    tile_first = models.BigIntegerField(default=0)
    tile_end = models.BigIntegerField(default=0)


class SampleDay(models.Model):
    """One day's comparison of a sample of people with what everybody says of them."""

    distribution = Local()
    rights = CHANGE

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    day = models.DateField(unique=True)
    began_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    sampled = models.PositiveIntegerField(default=0)
    reasons = models.JSONField(default=dict, help_text="code: count")
