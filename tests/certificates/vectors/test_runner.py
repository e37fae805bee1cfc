"""The runner agrees with what is published, and says so when it does not."""

import json
from base64 import b64encode
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from cbor2 import dumps
from PIL import Image

from tests.certificates.formats.cast import NOW, TESTDATA, certificate, der, needs_testdata, payload, signer, text64
from tests.certificates.formats.test_shc import card, numeric
from tiemchung.certificates.formats import hc1, trust
from tiemchung.certificates.vectors import __main__ as command
from tiemchung.certificates.vectors import known, layers
from tiemchung.certificates.vectors.folder import run
from tiemchung.certificates.vectors.tally import Check, Found

ALL = layers.LAYERS


def picture(text: str) -> bytes:
    """Give a PNG of a QR with that text."""
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    memory = BytesIO()
    Image.fromarray(zxingcpp.write_barcode_to_image(made, scale=4)).save(memory, "PNG")
    return memory.getvalue()


def vector(**changes: Any) -> dict[str, Any]:
    """Give a whole vector in which each layer holds, changed where a test wants it."""
    made = der(certificate("publisher"))
    content = payload()
    text = hc1.issue(
        content, signer=signer("publisher"), kid=trust.kid_of(made), issued_at=NOW, expires_at=NOW + timedelta(days=1)
    )
    body = text[4:]
    packed = hc1.base45.decode(body)
    signed = hc1.to_cose(text)
    whole = {
        "JSON": content,
        "CBOR": dumps(content).hex(),
        "COSE": signed.hex(),
        "COMPRESSED": packed.hex(),
        "BASE45": body,
        "PREFIX": text,
        "2DCODE": b64encode(picture(text)).decode(),
        "TESTCTX": {
            "VERSION": 1,
            "SCHEMA": "1.3.3",
            "CERTIFICATE": b64encode(made).decode(),
            "VALIDATIONCLOCK": (NOW + timedelta(hours=1)).isoformat(),
            "DESCRIPTION": "all holds",
        },
        "EXPECTEDRESULTS": dict.fromkeys(ALL, True),
    }
    return whole | changes


def write(folder: Path, source: Any, country: str = "ZZ", name: str = "1") -> Path:
    """Put a vector where the published layout has it."""
    path = folder / country / "2DCode" / "raw" / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source if isinstance(source, str) else json.dumps(source), "utf-8")
    return path


def found_in(folder: Path) -> dict[str, Check]:
    """Give the checks of a folder's only file by layer."""
    return {check.layer: check for _, checks in run(folder) for check in checks}


def test_a_vector_whose_layers_hold_agrees_in_each(tmp_path: Path) -> None:
    write(tmp_path, vector())
    checks = found_in(tmp_path)
    assert {layer: check.found for layer, check in checks.items()} == dict.fromkeys(ALL, Found.AGREED)


def test_the_opposite_expectations_disagree_in_each(tmp_path: Path) -> None:
    write(tmp_path, vector(EXPECTEDRESULTS=dict.fromkeys(ALL, False)))
    checks = found_in(tmp_path)
    assert {checks[layer].found for layer in ALL} == {Found.DISAGREED}
    assert command.main([str(tmp_path)]) == 1


@pytest.mark.parametrize(
    ("change", "failing"),
    [
        ({"2DCODE": b64encode(picture("HC1:OTHER")).decode()}, {"EXPECTEDPICTUREDECODE"}),
        ({"2DCODE": "bm8gcGljdHVyZQ=="}, {"EXPECTEDPICTUREDECODE"}),
        ({"BASE45": "AAA"}, {"EXPECTEDUNPREFIX", "EXPECTEDB45DECODE"}),
        ({"COMPRESSED": "00"}, {"EXPECTEDB45DECODE", "EXPECTEDCOMPRESSION"}),
        ({"JSON": {"ver": "1.3.3"}}, {"EXPECTEDDECODE", "EXPECTEDVALIDJSON"}),
        ({"CBOR": "a0"}, {"EXPECTEDVALIDJSON"}),
        ({"CBOR": "zz"}, {"EXPECTEDVALIDJSON"}),
        (
            {"COSE": "d2"},
            {
                "EXPECTEDCOMPRESSION",
                "EXPECTEDVERIFY",
                "EXPECTEDDECODE",
                "EXPECTEDSCHEMAVALIDATION",
                "EXPECTEDEXPIRATIONCHECK",
                "EXPECTEDKEYUSAGE",
            },
        ),
    ],
)
def test_a_broken_layer_disagrees_where_it_is_broken(tmp_path: Path, change: dict[str, Any], failing: set[str]) -> None:
    write(tmp_path, vector(**change))
    assert {layer for layer, check in found_in(tmp_path).items() if check.found is Found.DISAGREED} == failing


@pytest.mark.parametrize(
    ("context", "failing"),
    [
        ({"VALIDATIONCLOCK": "2020-01-01T00:00:00Z"}, "EXPECTEDEXPIRATIONCHECK"),
        ({"VALIDATIONCLOCK": "2031-01-01T00:00:00.123456789+0700"}, "EXPECTEDEXPIRATIONCHECK"),
        ({"CERTIFICATE": b64encode(der(certificate("other"))).decode()}, "EXPECTEDVERIFY"),
        (
            {"CERTIFICATE": b64encode(der(certificate("publisher", purposes=("1.3.6.1.4.1.1847.2021.1.1",)))).decode()},
            "EXPECTEDKEYUSAGE",
        ),
    ],
)
def test_clock_signer_and_use_come_from_the_context(tmp_path: Path, context: dict[str, str], failing: str) -> None:
    source = vector()
    write(tmp_path, source | {"TESTCTX": source["TESTCTX"] | context})
    assert found_in(tmp_path)[failing].found is Found.DISAGREED


def test_what_is_not_expected_is_not_run_and_what_is_missing_is_skipped(tmp_path: Path) -> None:
    source = vector(EXPECTEDRESULTS={"EXPECTEDVERIFY": True, "EXPECTEDPICTUREDECODE": True, "EXPECTEDENCODE": False})
    del source["2DCODE"]
    write(tmp_path, source)
    found = {layer: check.found for layer, check in found_in(tmp_path).items()}
    assert found == {"EXPECTEDVERIFY": Found.AGREED, "EXPECTEDPICTUREDECODE": Found.SKIPPED}
    assert command.main([str(tmp_path)]) == 0


def test_upper_case_hex_a_byte_order_mark_and_pem_are_read(tmp_path: Path) -> None:
    source = vector()
    for layer in ("CBOR", "COSE", "COMPRESSED"):
        source[layer] = source[layer].upper()
    pem = f"-----BEGIN CERTIFICATE-----\n{source['TESTCTX']['CERTIFICATE']}\n-----END CERTIFICATE-----\n"
    source["TESTCTX"]["CERTIFICATE"] = pem
    source["2DCODE"] = "data:image/png;base64," + source["2DCODE"]
    write(tmp_path, "\ufeff" + json.dumps(source))
    assert {check.found for check in found_in(tmp_path).values()} == {Found.AGREED}


def test_cbor_may_hold_the_whole_claims(tmp_path: Path) -> None:
    content = payload()
    source = vector(
        JSON=content, CBOR=dumps({1: "ZZ", -260: {1: content}}).hex(), EXPECTEDRESULTS={"EXPECTEDVALIDJSON": True}
    )
    write(tmp_path, source)
    assert found_in(tmp_path)["EXPECTEDVALIDJSON"].found is Found.AGREED


@pytest.mark.parametrize(
    "broken", ["{", "[]", "null", '{"EXPECTEDRESULTS": null, "TESTCTX": 1}', '{"JSON": {}}', "[" * 100000]
)
def test_a_broken_file_is_told_and_ends_nothing(tmp_path: Path, broken: str) -> None:
    write(tmp_path, broken, name="0")
    write(tmp_path, vector(), name="1")
    checks = [check for _, of_file in run(tmp_path) for check in of_file]
    assert sum(check.found is Found.AGREED for check in checks) == len(ALL)


def test_an_unreadable_vector_fails_the_run(tmp_path: Path) -> None:
    write(tmp_path, "{")
    assert found_in(tmp_path)["FILE"].found is Found.DISAGREED
    assert command.main([str(tmp_path)]) == 1


@pytest.mark.parametrize(
    ("country", "name", "found"),
    [
        ("RO", "2", Found.KNOWN_WRONG),
        ("RO", "3", Found.DISAGREED),
        ("ZZ", "2", Found.DISAGREED),
        ("NL", "anything", Found.KNOWN_WRONG),
    ],
)
def test_a_known_wrong_row_explains_its_own_file_alone(tmp_path: Path, country: str, name: str, found: Found) -> None:
    path = write(tmp_path, vector(EXPECTEDRESULTS={"EXPECTEDSCHEMAVALIDATION": False}), country, name)
    assert found_in(tmp_path)["EXPECTEDSCHEMAVALIDATION"].found is found
    assert known.place_of(path) == (country, name)


def test_every_known_wrong_row_has_a_reason_and_a_real_layer() -> None:
    for row in known.known_wrong():
        assert row.layer in ALL
        assert len(row.reason) > 20
        assert row.file != "*" or row.country in {"NL", "FI"}
    assert len(known.known_wrong()) == 19


def test_pictures_are_read_in_every_common_form(tmp_path: Path) -> None:
    png = picture(vector()["PREFIX"])
    for suffix, form in (("png", "PNG"), ("JPG", "JPEG"), ("gif", "GIF"), ("webp", "WEBP")):
        with Image.open(BytesIO(png)) as image:
            image.convert("RGB").save(tmp_path / f"code.{suffix}", form)
    checks = [check for _, of_file in run(tmp_path) for check in of_file]
    assert [(check.layer, check.found) for check in checks] == [("QR", Found.AGREED), ("CHAIN", Found.AGREED)] * 4


def test_a_picture_of_something_else_disagrees(tmp_path: Path) -> None:
    (tmp_path / "shop.png").write_bytes(picture("https://example.vn"))
    assert found_in(tmp_path)["CHAIN"].found is Found.DISAGREED
    (tmp_path / "shop.png").write_bytes(b"no picture")
    assert found_in(tmp_path)["QR"].found is Found.DISAGREED


def test_a_picture_beside_its_vector_is_judged_by_the_vector(tmp_path: Path) -> None:
    source = vector(EXPECTEDRESULTS={"EXPECTEDPICTUREDECODE": False})
    write(tmp_path, source)
    beside = tmp_path / "ZZ" / "2DCode" / "png" / "1.png"
    beside.parent.mkdir()
    beside.write_bytes(picture("HC1:OTHER"))
    found = {path.suffix: checks[0].found for path, checks in run(tmp_path)}
    assert found == {".json": Found.DISAGREED, ".png": Found.AGREED}


def test_texts_are_compared_with_what_is_published_beside_them(tmp_path: Path) -> None:
    (tmp_path / "OneContents.txt").write_text(vector()["PREFIX"])
    assert found_in(tmp_path)["UNPACK"].found is Found.AGREED
    (tmp_path / "OneUnpacked.json").write_text('{"contents": {"1": "other"}}')
    assert found_in(tmp_path)["CONTENT"].found is Found.DISAGREED


def test_cards_are_verified_with_the_keys_beside_them(tmp_path: Path) -> None:
    numbers = signer().private_key.public_key().public_numbers()
    coordinates = {name: value.to_bytes(32, "big") for name, value in (("x", numbers.x), ("y", numbers.y))}
    jwk = {"kty": "EC", "crv": "P-256", "kid": "vn-1"} | {name: text64(value) for name, value in coordinates.items()}
    (tmp_path / "jwks.json").write_text(json.dumps({"keys": [jwk]}))
    (tmp_path / "card.txt").write_text(numeric(card()))
    (tmp_path / "card-der-signature.txt").write_text(card())
    found = {(check.file, check.layer): check.found for _, checks in run(tmp_path) for check in checks}
    assert found == {
        ("card.txt", "UNPACK"): Found.AGREED,
        ("card.txt", "SIGNATURE"): Found.AGREED,
        ("card-der-signature.txt", "REFUSED"): Found.DISAGREED,
    }


def test_a_folder_without_vectors_is_said_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([str(tmp_path)]) == 2
    assert command.main([str(tmp_path / "nowhere")]) == 2
    assert "Nothing to run" in capsys.readouterr().err


def test_the_last_line_counts_everything(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, vector())
    assert command.main([str(tmp_path)]) == 0
    last = capsys.readouterr().out.strip().splitlines()[-1]
    assert last == f"VECTORS files=1 ran={len(ALL)} agreed={len(ALL)} known_wrong=0 disagreed=0 skipped=0"


def test_json_tells_every_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, vector())
    command.main([str(tmp_path), "--json"])
    told = json.loads(capsys.readouterr().out)
    assert {check["layer"] for check in told["checks"]} == set(ALL)


@needs_testdata
@pytest.mark.parametrize(
    ("folder", "least"),
    [
        ("dgc-testdata", 1250),
        ("qr-images", 130),
        ("gdhcn-validator", 220),
        ("shc", 80),
        ("dcc-schema", 46),
        ("valuesets", 9),
        ("cwa", 80),
        ("bloomfilter", 11),
    ],
)
def test_the_published_vectors_agree(folder: str, least: int) -> None:
    checks = [check for _, of_file in run(TESTDATA / folder) for check in of_file]
    assert [check for check in checks if check.found is Found.DISAGREED] == []
    assert sum(check.found is Found.AGREED for check in checks) >= least


@needs_testdata
def test_every_published_folder_runs() -> None:
    folders = {path.name for path in TESTDATA.iterdir() if path.is_dir()}
    assert {path.relative_to(TESTDATA).parts[0] for path, checks in run(TESTDATA) if checks} == folders


PAYLOAD = payload()


@pytest.mark.parametrize(
    ("name", "table", "layer"),
    [
        ("valid/one.json", PAYLOAD | {"dob": "not a day"}, "PAYLOAD"),
        ("invalid/one.json", PAYLOAD, "PAYLOAD"),
        ("hashes.json", [{"barcodeData": vector()["PREFIX"], "expUCI": "00" * 16, "expCOUNTRYCODEUCI": "",
                          "expSIGNATURE": ""}], "REVOCATION"),
        ("holders.json", {"data": [{"actHolderA": PAYLOAD, "actHolderB": PAYLOAD, "expIsSameHolder": False}]},
         "HOLDERS"),
        ("names.json", {"data": [{"actName": "AN<BINH", "expNameComponents": ["AN"]}]}, "HOLDERS"),
        ("filters.json", [{"filter": b64encode(b"[1, 2]").decode(), "data": ["a"], "exists": "[1]", "written": [1],
                           "p": 0.01}], "FILTER"),
        ("codes.json", {"testCases": [{"dcc": "HC1:NONE"}]}, "UNPACK"),
        ("disease-agent-targeted.json", {"valueSetValues": {"4711": {}}}, "CODES"),
    ],
)  # fmt: skip
def test_a_table_with_a_wrong_row_disagrees(tmp_path: Path, name: str, table: Any, layer: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(table), "utf-8")
    checks = [check for _, of_file in run(tmp_path) for check in of_file if check.layer == layer]
    assert Found.DISAGREED in {check.found for check in checks}


def test_another_readers_answer_is_compared_with_ours(tmp_path: Path) -> None:
    (tmp_path / "OneContents.txt").write_text(vector()["PREFIX"])
    patient = {"resourceType": "Patient", "name": [{"family": "Nguyễn", "given": ["Thị An"]}], "birthDate": "1985"}
    shot = {"resourceType": "Immunization", "occurrenceDateTime": "2021-09-02", "lotNumber": "X"}
    bundle = {"resourceType": "Bundle", "entry": [{"resource": patient}, {"resource": shot}]}
    (tmp_path / "OneFHIRBundle.json").write_text(json.dumps(bundle))

    def found() -> set[Found]:
        return {check.found for _, of_file in run(tmp_path) for check in of_file if check.layer == "MEANING"}

    assert found() == {Found.AGREED}
    (tmp_path / "OneFHIRBundle.json").write_text(json.dumps(bundle).replace("2021-09-02", "2021-09-03"))
    assert found() == {Found.AGREED, Found.DISAGREED}


def test_the_tables_are_kept_as_a_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, vector())
    kept = tmp_path / "docs" / "vectors.md"
    assert command.main([str(tmp_path), "--write", str(kept)]) == 0
    told = kept.read_text("utf-8")
    assert "| ZZ | " in told
    assert "| EXPECTEDVERIFY | 1 | 1 | 0 | 0 | 0 |" in told
    assert capsys.readouterr().out.strip().splitlines()[-1] in told
