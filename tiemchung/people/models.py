"""Tables of people: profiles as received, persons as joined profiles, numbers, phones, guardians, proofs."""

from enum import StrEnum

from django.db import models
from django.db.models import Q

from tiemchung.core.distribution import APPEND, CHANGE, Sharded
from tiemchung.core.follow import Xact
from tiemchung.core.models import ShardedModel, choices_of
from tiemchung.people.rules import kinds
from tiemchung.people.rules.languages import LANGUAGES

# Nearly everybody is settled; lists and counts ask for the others alone.
_OPEN_IDENTITY = ~Q(state__in=["MATCHED", "NOT_APPLICABLE"])
_PHONES = "blind index of the phone; equal to the outbox's contact key"


def _word(kind: type[StrEnum]) -> models.CharField:
    return models.CharField(max_length=12, choices=choices_of(kind))


def _is_one_of(field: str, kind: type[StrEnum], name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(**{f"{field}__in": [m.value for m in kind]}), name=name)


class Person(ShardedModel):
    """The lock of one history, and the open edges folded into both directions.

    Every profile brings a person of its own id. Where it was joined into another, `person_id` names that
    other; else `person_id` is its own id and `joined_ids` lists the further profiles that are this person
    now, sorted.
    """

    distribution = Sharded(key="id", group="P")
    rights = CHANGE

    person_id = models.UUIDField()
    joined_ids = models.JSONField(default=list)
    created_at = models.DateTimeField()


class Profile(ShardedModel):
    """What one source knows of somebody, as received and amended."""

    distribution = Sharded(key="id", group="P")
    rights = CHANGE

    full_name = models.CharField(max_length=120)
    name_key = models.CharField(max_length=120, help_text="lower case without marks, in the written order")
    name_back = models.CharField(max_length=120, help_text="the words of name_key from the last to the first")
    name_sort = models.CharField(max_length=500)
    birth_date = models.DateField(help_text="first day of the month or year where the precision is coarser")
    birth_precision = _word(kinds.BirthPrecision)
    sex = _word(kinds.Sex)
    nationality = models.CharField(max_length=2, default="VN")
    occupation = models.CharField(max_length=120, blank=True)
    address_text = models.CharField(max_length=300, blank=True, help_text="as captured")
    area_id = models.UUIDField(null=True, help_text="the place's area on the day of capture")
    address_as_of = models.DateField(null=True)
    facility_id = models.UUIDField(null=True, help_text="where it came in")
    source = _word(kinds.Source)
    died_on = models.DateField(null=True)
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            _is_one_of("birth_precision", kinds.BirthPrecision, "profile_precision"),
            _is_one_of("sex", kinds.Sex, "profile_sex"),
        ]
        indexes = [
            models.Index(
                fields=["area_id", "name_key"],
                name="profile_area_name",
                opclasses=["uuid_ops", "text_pattern_ops"],
            ),
            models.Index(
                fields=["area_id", "name_back"],
                name="profile_area_back",
                opclasses=["uuid_ops", "text_pattern_ops"],
            ),
            models.Index(
                fields=["facility_id", "name_key"],
                name="profile_facility_name",
                opclasses=["uuid_ops", "text_pattern_ops"],
                condition=Q(facility_id__isnull=False),
            ),
            models.Index(
                fields=["facility_id", "name_back"],
                name="profile_facility_back",
                opclasses=["uuid_ops", "text_pattern_ops"],
                condition=Q(facility_id__isnull=False),
            ),
        ]


class ProfileVersion(ShardedModel):
    """One change of a profile: who, why, and each field's old and new value."""

    distribution = Sharded(key="profile_id", group="P")
    rights = APPEND

    profile_id = models.UUIDField()
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    actor_id = models.UUIDField(null=True)
    actor_role = models.CharField(max_length=30, blank=True)
    because = models.TextField(blank=True)
    changes = models.JSONField(help_text="field: [old, new]; the first version has no old")

    class Meta:
        constraints = [models.UniqueConstraint("profile_id", "number", name="profile_version_once")]


class PersonLink(ShardedModel):
    """One decision that the person of `profile_id` is `person_id`; undone by giving it an end."""

    distribution = Sharded(key="profile_id", group="P")
    rights = CHANGE

    profile_id = models.UUIDField(help_text="the joined person's own id")
    person_id = models.UUIDField(help_text="the kept person at that moment")
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    because = models.TextField()
    ended_by = models.UUIDField(null=True)
    ended_because = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("profile_id", name="link_one_open", condition=Q(valid_to__isnull=True)),
            models.CheckConstraint(condition=~Q(profile_id=models.F("person_id")), name="link_two_persons"),
        ]


class PersonChange(ShardedModel):
    """Something changed by which a person is named, made up or identified: what cards and feeds follow beside the
    ledger. CHECKED is the population register's answer: it changes no card.
    """

    distribution = Sharded(key="profile_id", group="P")
    rights = APPEND

    profile_id = models.UUIDField()
    kind = models.CharField(max_length=10, choices=[(k, k) for k in ("AMENDED", "JOINED", "PARTED", "CHECKED")])
    at = models.DateTimeField()
    xact = Xact()

    class Meta:
        indexes = [models.Index("xact", "id", name="person_change_stream")]


class PersonNonLink(ShardedModel):
    """Two profiles that must never be joined; the smaller id is the key."""

    distribution = Sharded(key="profile_id", group="P")
    rights = CHANGE

    profile_id = models.UUIDField()
    other_id = models.UUIDField()
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    because = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "profile_id", "other_id", name="non_link_one_open", condition=Q(valid_to__isnull=True)
            ),
            models.CheckConstraint(condition=Q(profile_id__lt=models.F("other_id")), name="non_link_ordered"),
        ]


class Identifier(ShardedModel):
    """A number that somebody issued, sealed; several of a kind over a life."""

    distribution = Sharded(key="profile_id", group="P")
    rights = CHANGE

    profile_id = models.UUIDField()
    system = _word(kinds.IdSystem)
    sealed_value = models.BinaryField()
    value_index = models.BinaryField()
    tail = models.CharField(max_length=3, help_text="what may be shown")
    state = _word(kinds.IdentifierState)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    created_at = models.DateTimeField()
    because = models.TextField(blank=True, help_text="why it was retired")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "profile_id", "value_index", name="identifier_once", condition=Q(valid_to__isnull=True)
            ),
            _is_one_of("system", kinds.IdSystem, "identifier_system"),
            models.CheckConstraint(
                condition=Q(state="RETIRED", valid_to__isnull=False) | ~Q(state="RETIRED") & Q(valid_to__isnull=True),
                name="identifier_retired",
            ),
        ]


class IdentifierLookup(ShardedModel):
    """Which profiles ever had a number; two profiles with one number are found, never merged."""

    distribution = Sharded(key="value_index", group="L")
    rights = APPEND

    value_index = models.BinaryField()
    system = _word(kinds.IdSystem)
    profile_id = models.UUIDField()


class NameBirthKey(ShardedModel):
    """Which profiles ever had a name with a birth date; what they say now is read from the profile."""

    distribution = Sharded(key="value_index", group="L")
    rights = APPEND

    value_index = models.BinaryField()
    profile_id = models.UUIDField()

    class Meta:
        constraints = [models.UniqueConstraint("value_index", "profile_id", name="name_birth_once")]


class ContactPhone(ShardedModel):
    """Which profiles can be reached at a phone: one, a family, or four hundred."""

    distribution = Sharded(key="phone_index", group="H")
    rights = CHANGE

    phone_index = models.BinaryField(help_text=_PHONES)
    profile_id = models.UUIDField()
    sealed_phone = models.BinaryField()
    last3 = models.CharField(max_length=3)
    relation = _word(kinds.PhoneRelation)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "phone_index", "profile_id", name="contact_phone_open", condition=Q(valid_to__isnull=True)
            )
        ]


class ContactLanguage(ShardedModel):
    """The language that whoever reads a phone chose for what is written to it; its id follows from the phone."""

    distribution = Sharded(key="phone_index", group="H")
    rights = CHANGE

    phone_index = models.BinaryField(help_text=_PHONES)
    language = models.CharField(max_length=2, choices=[(code, code) for code in LANGUAGES])
    chosen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(language__in=LANGUAGES), name="contact_language_ours"),
        ]


class ProfilePhone(ShardedModel):
    """The same fact read from the profile's side; `contact_id` is the row in ContactPhone."""

    distribution = Sharded(key="profile_id", group="P")
    rights = CHANGE

    profile_id = models.UUIDField()
    phone_index = models.BinaryField(help_text=_PHONES)
    contact_id = models.UUIDField()
    last3 = models.CharField(max_length=3)
    relation = _word(kinds.PhoneRelation)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index("profile_id", name="profile_phone_of")]


class Guardianship(ShardedModel):
    """Who answers for whom; each pair has one row on either side, with one `pair_id`."""

    distribution = Sharded(key="profile_id", group="P")
    rights = CHANGE

    profile_id = models.UUIDField()
    other_id = models.UUIDField()
    side = _word(kinds.Side)
    pair_id = models.UUIDField()
    relation = _word(kinds.GuardianRelation)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    because = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "profile_id", "other_id", "side", name="guardianship_open", condition=Q(valid_to__isnull=True)
            )
        ]


class PersonProof(ShardedModel):
    """Whoever holds this phone has proved that this person is theirs to see."""

    distribution = Sharded(key="phone_index", group="H")
    rights = CHANGE

    phone_index = models.BinaryField(help_text=_PHONES)
    person_id = models.UUIDField()
    how = _word(kinds.ProofKind)
    proven_at = models.DateTimeField()
    last_used_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    sign_ins_from = models.DateTimeField(null=True, help_text="every sign-in by this phone made until then is over")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "phone_index", "person_id", name="person_proof_open", condition=Q(ended_at__isnull=True)
            )
        ]


class LookPermit(ShardedModel):
    """Somebody found this person by an exact number, registered them or answers them, and may open them for a shift."""

    distribution = Sharded(key="person_id", group="P")
    rights = APPEND

    person_id = models.UUIDField()
    actor_id = models.UUIDField()
    why = _word(kinds.PermitWhy)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField()

    class Meta:
        indexes = [models.Index("person_id", "actor_id", "valid_to", name="look_permit_of")]


class IdentityCheck(ShardedModel):
    """Whether the population register knows a person as we do: one row a person, about its four fields of now."""

    distribution = Sharded(key="person_id", group="P")
    rights = CHANGE

    person_id = models.UUIDField()
    state = models.CharField(max_length=16, choices=choices_of(kinds.IdentityState))
    fields = models.BinaryField(null=True, help_text="keyed hash of the four fields that the state is about")
    why = models.CharField(max_length=20, blank=True, help_text="code: what keeps it from being sent, or went wrong")
    batch_id = models.UUIDField(null=True, help_text="the request in which it was sent; the same again after a kill")
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True, help_text="not sent before")
    since = models.DateTimeField(help_text="in this state since")
    sent_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    facility_id = models.UUIDField(null=True, help_text="where the kept profile came in: the desk that reviews")
    area_id = models.UUIDField(null=True, help_text="the kept profile's area: counted for the authorities")
    confirmed_by = models.CharField(max_length=120, blank=True, help_text="police officer who confirmed on paper")
    minute_ref = models.CharField(max_length=60, blank=True, help_text="number of the paper minute")
    note = models.TextField(blank=True, help_text="what the local review found")

    class Meta:
        constraints = [models.UniqueConstraint("person_id", name="one_identity_check")]
        indexes = [
            models.Index("due_at", "person_id", name="identity_to_send", condition=Q(due_at__isnull=False)),
            models.Index("batch_id", name="identity_sent", condition=Q(batch_id__isnull=False)),
            models.Index("facility_id", "state", "since", name="identity_at_desk", condition=_OPEN_IDENTITY),
            models.Index("area_id", "state", "since", name="identity_in_area", condition=_OPEN_IDENTITY),
        ]
