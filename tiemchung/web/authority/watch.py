"""The watch: what each look at every certificate and the log found, the daily sample, unknown codes."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET

from tiemchung.certificates.reads import log, runs
from tiemchung.core import clock
from tiemchung.core.actor import Role
from tiemchung.core.alarms import alarms
from tiemchung.web.authority.alarm_list import alarms_told
from tiemchung.web.shared.gate import open_to_staff
from tiemchung.web.shared.staff_page import staff_page
from tiemchung.web.shared.words import has_words, say

OURS = frozenset(
    {
        "UNKNOWN_CERTIFICATE",
        "CERTIFICATE_WRONG",
        "KEY_NOT_OURS",
        "LOG_BROKEN",
        "DRIFT",
        "SIGNATURE_FORGED",
        "PASSPORT_NOT_ISSUABLE",
        "REVOCATIONS_OVERLOOKED",
    }
)
open_to_watch = open_to_staff(Role.MINISTRY_OFFICER, Role.ADMIN)


@open_to_watch
@require_GET
def watch(request: HttpRequest) -> HttpResponse:
    """Show the last nights, what waits to be looked at, and how long the log is."""
    unseen = [one for one in alarms(unseen=True) if one.code in OURS]
    head = log.signed_head()
    nights = [
        {
            "night": one,
            "found": sum(one.reasons.values()),  # in the log too, where no certificate of the register is wrong
            "reasons": _reasons(one.reasons),
            "running": one.ended_at is None,
        }
        for one in runs.watch_nights()
    ]
    return staff_page(
        request,
        "authority/watch.html",
        alarms=alarms_told(unseen, {}),
        nights=nights,
        samples=[{"day": one.day, "n": one.sampled, "reasons": _reasons(one.reasons)} for one in runs.sample_days()],
        head=head,
        size=log.log_size(),
        head_at=clock.local(head.made_at) if head else None,
    )


def _reasons(found: Mapping[str, int]) -> list[str]:
    """Say what was found, the most frequent first."""
    return [f"{_named(code)}: {n}" for code, n in sorted(found.items(), key=lambda pair: -pair[1])]


def _named(code: str) -> str:
    key = f"signing.fault.{code}"
    return say(key) if has_words(key) else code


urlpatterns = [path("ho-chieu/giam-sat", watch, name="watch")]
