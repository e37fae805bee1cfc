"""How the stand-in behaves at the moment, switched while it runs."""

from enum import StrEnum

from tiemchung.interop.standins.switch import Switch


class Mode(StrEnum):
    """What happens to news that are told."""

    OK = "ok"
    SLOW = "slow"  # taken at once, answered late
    FAILING = "failing"  # 503
    DOWN = "down"  # the connection is cut
    REFUSING = "refusing"  # answered, but no person's news are taken


def new_switch() -> Switch[Mode]:
    """Give a switch that stands on OK."""
    return Switch(Mode.OK, slow=Mode.SLOW)
