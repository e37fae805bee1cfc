"""Choose the way to the provider from one address in the settings."""

from urllib.parse import SplitResult, parse_qs, unquote, urlsplit, urlunsplit

from tiemchung.interop.messages.breaker import WITHIN_S, Breaker, GuardedSms
from tiemchung.interop.messages.http_json import HttpJsonSms
from tiemchung.interop.messages.receipts import TakeReceipt
from tiemchung.interop.messages.smpp import SmppSms

DEFAULT_TIMEOUT_S = 3.0
OPTIONS = frozenset({"from", "timeout", "alphabet"})


class BadAddress(ValueError):
    """The address in the settings cannot be used; this text never repeats it, for it holds a password."""


def backend_from_url(url: str, *, take_receipt: TakeReceipt | None = None) -> GuardedSms:
    """Give the SmsPort that an address names, with its breaker; nothing connects yet.

    `http(s)://:TOKEN@host/path?from=NAME&timeout=3` or
    `smpp(s)://systemid:password@host:2775?from=NAME&timeout=3&alphabet=ucs2`.
    `take_receipt` takes the receipts that come back over SMPP; by default the outbox does. Raises BadAddress.
    """
    parts = _split(url)
    options = _options(parts)
    timeout_s = _timeout(options.get("timeout", ""))
    inner: HttpJsonSms | SmppSms
    if parts.scheme in {"http", "https"}:
        inner = _http(parts, options, timeout_s)
    elif parts.scheme in {"smpp", "smpps"}:
        inner = _smpp(parts, options, timeout_s, take_receipt)
    else:
        raise BadAddress("the SMS address must begin with http, https, smpp or smpps")
    return GuardedSms(inner, Breaker())


def _http(parts: SplitResult, options: dict[str, str], timeout_s: float) -> HttpJsonSms:
    host = parts.netloc.rpartition("@")[2]
    return HttpJsonSms(
        urlunsplit((parts.scheme, host, parts.path, "", "")),
        token=unquote(parts.password or parts.username or ""),
        sender=options.get("from", ""),
        timeout_s=timeout_s,
    )


def _smpp(parts: SplitResult, options: dict[str, str], timeout_s: float, take_receipt: TakeReceipt | None) -> SmppSms:
    if not parts.username:
        raise BadAddress("the SMPP address has no system id")
    return SmppSms(
        host=parts.hostname or "",
        port=parts.port or 2775,
        system_id=unquote(parts.username),
        password=unquote(parts.password or ""),
        tls=parts.scheme == "smpps",
        sender=options.get("from", ""),
        timeout_s=timeout_s,
        force_ucs2=options.get("alphabet") == "ucs2",
        take_receipt=take_receipt,
    )


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise BadAddress("the SMS address is no URL") from None
    if not host:
        raise BadAddress("the SMS address has no host")
    return parts


def _options(parts: SplitResult) -> dict[str, str]:
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    if unknown := options.keys() - OPTIONS:
        raise BadAddress(f"the SMS address has unknown options: {', '.join(sorted(unknown))}")
    return options


def _timeout(text: str) -> float:
    try:
        seconds = float(text or DEFAULT_TIMEOUT_S)
    except ValueError:
        raise BadAddress("the SMS time-out is not a number of seconds") from None
    if not 0 < seconds <= WITHIN_S:
        raise BadAddress(f"the SMS time-out must be above 0 and at most {WITHIN_S:g} seconds")
    return seconds
