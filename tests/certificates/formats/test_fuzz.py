"""Whatever is scanned, the reader answers and never raises."""

from cbor2 import CBORTag, dumps
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.certificates.formats.cast import KID, NOW, a_code, believed, handmade, payload
from tests.certificates.formats.test_divoc import packed
from tests.certificates.formats.test_icao import seal
from tests.certificates.formats.test_shc import card, numeric
from tiemchung.certificates.formats import Outcome, Reading, base45, cose, deflate, read

CODE = a_code()
SEEDS = [CODE, card(), numeric(card()), seal(), packed(), "shlink:/eyJ1cmwi"]
PREFIXES = ["HC1:", "shc:/", "B64:", "PK\x03\x04", '{"icao.', "eyJ", "shlink:/", ""]
PLAIN = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats()
    | st.text(max_size=20)
    | st.binary(max_size=20)
)
TREE = st.recursive(
    PLAIN,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.integers(-300, 10) | st.text(max_size=4) | st.sampled_from(["v", "nam", "ver", "dob", "t"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


def answer(text: str) -> Reading:
    found = read(text, keys=believed(), now=NOW)
    assert isinstance(found, Reading)
    return found


@given(st.sampled_from(PREFIXES), st.text(max_size=400))
def test_any_text_gets_an_answer(prefix: str, text: str) -> None:
    assert answer(prefix + text).outcome is not Outcome.VALID


@given(st.sampled_from(SEEDS), st.integers(0, 2000), st.integers(0, 2000), st.text(max_size=6))
def test_a_mutated_code_gets_an_answer_and_is_not_valid(seed: str, start: int, stop: int, inserted: str) -> None:
    at, to = sorted((start % (len(seed) + 1), stop % (len(seed) + 1)))
    changed = seed[:at] + inserted + seed[to:]
    found = answer(changed)
    if changed.strip("\r\n\t\ufeff ") != seed:
        assert found.outcome is not Outcome.VALID


@given(st.binary(max_size=300))
def test_any_bytes_inside_get_an_answer(data: bytes) -> None:
    assert answer("HC1:" + base45.encode(deflate.deflated(data))).outcome is not Outcome.VALID


@settings(max_examples=200)
@given(TREE)
def test_any_signed_claims_get_an_answer(tree: object) -> None:
    answer(handmade(claims=tree))
    answer(handmade(claims={1: "VN", 6: int(NOW.timestamp()), -260: {1: tree}}))
    answer(handmade(claims={1: "VN", -260: {-6: tree, 3: tree}}))
    answer(handmade(claims={"name": "x", "vaccination": tree}))


@given(TREE, TREE)
def test_any_headers_get_an_answer(protected: object, unprotected: object) -> None:
    answer(handmade(protected=protected, unprotected=unprotected))


@given(TREE)
def test_any_message_gets_an_answer(tree: object) -> None:
    for item in (tree, CBORTag(18, tree), CBORTag(61, CBORTag(18, tree)), [b"", {}, dumps(tree), b""]):
        answer("HC1:" + base45.encode(deflate.deflated(dumps(item))))


@given(
    st.dictionaries(st.sampled_from(list(payload()["v"][0])), PLAIN),
    st.dictionaries(st.sampled_from(["dob", "nam", "ver", "v"]), PLAIN),
)
def test_any_signed_payload_gets_an_answer(entry: dict[str, object], top: dict[str, object]) -> None:
    answer(handmade(claims={1: "VN", -260: {1: payload(**entry) | top}}))


def test_a_message_signed_twice_over_is_not_valid() -> None:
    inner = cose.write(dumps({1: "VN"}), _Nobody(), cose.protected_header(KID))
    assert answer("HC1:" + base45.encode(deflate.deflated(inner + inner))).outcome is Outcome.INVALID


class _Nobody:
    def sign(self, message: bytes) -> bytes:
        return b"\x01" * 64
