"""What the daily sample asks of this partner: is it behind what we say of these persons?"""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.db.models import F, Q

from tiemchung.certificates.comparing import SETTLED
from tiemchung.interop.pc_covid.models import Telling


def behind(person_ids: Sequence[UUID], at: dt.datetime) -> set[UUID]:
    """Give those of whom the partner was refused or not told for longer than the sample allows; none while it is off.

    Who waits because the partner is away is behind as well: that is what the sample is to show.
    """
    if not settings.PC_COVID:
        return set()
    rows = Telling.objects.filter(person_id__in=list(person_ids)).exclude(told_version=F("version"))
    late = Q(next_try_at=None) | Q(told_at__lte=at - SETTLED) | Q(told_at=None)
    return set(rows.filter(late).values_list("person_id", flat=True))
