"""One address in the settings names the way."""

import pytest

from tiemchung.interop.messages.backends import BadAddress, backend_from_url
from tiemchung.interop.messages.http_json import HttpJsonSms
from tiemchung.interop.messages.smpp import SmppSms


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("http://127.0.0.1:8025/v1/messages", HttpJsonSms),
        ("https://:token@sms.example/v1?from=BOYTE&timeout=5", HttpJsonSms),
        ("smpp://id:pw@sms.example", SmppSms),
        ("smpps://id:pw@sms.example:3550?alphabet=ucs2", SmppSms),
    ],
)
def test_an_address_names_its_way_and_connects_to_nothing_yet(url: str, kind: type) -> None:
    port = backend_from_url(url)
    assert isinstance(port.inner, kind)
    port.close()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "sms",
        "ftp://:hush@host/",
        "smpp://host",
        "http://:hush@host/?timeout=30",
        "http://:hush@host/?timeout=0",
        "http://:hush@host/?timeout=nan",
        "http://:hush@host/?timeout=soon",
        "http://:hush@host/?form=BOYTE",
        "smpp://id:hush@host:no",
        "http://:hush@[bad",
    ],
)
def test_a_wrong_address_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(BadAddress) as refusal:
        backend_from_url(url)
    assert "hush" not in str(refusal.value)
