"""Let a follower read what the test itself has just written, inside the test's open transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from django.db.models import Q

from tiemchung.core import follow as follow_module


def _everything(model: Any, mark: Any) -> Any:
    rows = model._default_manager.all()
    if mark.entry is not None:
        rows = rows.filter(Q(xact__gt=mark.xact) | Q(xact=mark.xact, id__gt=mark.entry))
    return rows


@contextmanager
def unsettled_too() -> Iterator[None]:
    """Entries of an open transaction are never settled; inside, followers read them as if they were."""
    with patch.object(follow_module, "_unread", _everything), patch.object(follow_module, "_check_counter"):
        yield
