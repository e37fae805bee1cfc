"""The commands of keys say what there is, and a demonstration works with a token where one can be had."""

import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests import builders
from tests.certificates.keys.conftest import WHY_NOT
from tests.certificates.keys.test_central import Elsewhere
from tiemchung import certificates
from tiemchung.access.reads import account_of_sign_in_name, staff_account
from tiemchung.certificates import reads
from tiemchung.certificates.keys import forget_stores, signer_of, soft_token, verifies
from tiemchung.certificates.keys.roots import pinned_roots
from tiemchung.certificates.models import Authority, FacilityKey, SigningKey
from tiemchung.certificates.ports import KeyStoreError
from tiemchung.certificates.rules import AuthorityKind, KeyPurpose
from tiemchung.core import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Keep this test's keys in a home of its own."""
    monkeypatch.setenv("TIEMCHUNG_HOME", str(tmp_path))
    monkeypatch.delenv("TIEMCHUNG_TOKEN_LABEL", raising=False)
    forget_stores()
    yield
    forget_stores()


def run(*words: str, **options: Any) -> str:
    """Run a command and give what it says."""
    out = StringIO()
    call_command(*words, stdout=out, **options)
    return out.getvalue()


def test_without_a_word_every_purpose_has_a_key_and_a_second_time_changes_nothing() -> None:
    first = run("signing_key")
    assert all(f"{purpose} " in first for purpose in KeyPurpose)
    assert "encrypted files" in first
    assert run("signing_key") == first


def test_a_demonstration_signs_with_a_token_where_softhsm_is(settings: Any, tmp_path: Path) -> None:
    settings.DEMO = True
    if not soft_token.library():
        pytest.skip(WHY_NOT)
    told = run("signing_key")
    assert "PKCS#11" in told
    assert {key.store for key in SigningKey.objects.all()} == {"token"}
    forget_stores()  # as another process
    key = SigningKey.objects.get(purpose=KeyPurpose.CARD)
    assert verifies(bytes(key.certificate), b"x", signer_of(bytes(key.kid), key.store).sign(b"x"))
    secrets = [path for path in (tmp_path / "keys").rglob("*") if path.is_file() and "tokens" not in path.parts]
    assert all(path.stat().st_mode & 0o077 == 0 for path in secrets if path.name in {"pin", "store.toml"})


def test_an_installation_that_has_keys_keeps_its_store(settings: Any) -> None:
    run("signing_key")
    settings.DEMO = True
    assert "encrypted files" in run("signing_key")


def test_a_demonstration_without_softhsm_says_so_and_works(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DEMO = True
    monkeypatch.setattr(soft_token, "library", lambda: "")
    assert "encrypted files" in run("signing_key")


def test_a_rotation_asks_for_its_reason() -> None:
    run("signing_key")
    with pytest.raises(CommandError, match="--because"):
        run("signing_key", "rotate")
    assert "WAITING" in run("signing_key", "rotate", because="đổi khóa định kỳ")


def test_a_certificate_from_elsewhere_goes_out_and_in_by_files(tmp_path: Path) -> None:
    above = Elsewhere(AuthorityKind.CSCA)
    (tmp_path / "root.der").write_bytes(above.certificate)
    with pytest.raises(CommandError, match="--kind is missing"):
        run("signing_key", "take-authority", str(tmp_path / "root.der"))
    run("signing_key", "take-authority", "--kind", "CSCA", str(tmp_path / "root.der"))
    with pytest.raises(CommandError, match="NO_CENTRAL_KEY"):
        run("signing_key")
    run("signing_key", "request", str(tmp_path / "out.csr"))
    (tmp_path / "in.der").write_bytes(above.answer((tmp_path / "out.csr").read_bytes()))
    assert "PASSPORT" in run("signing_key", "take", str(tmp_path / "in.der"))
    (tmp_path / "wrong.der").write_bytes(b"wrong")
    with pytest.raises(CommandError, match="CERTIFICATE_UNREADABLE"):
        run("signing_key", "take", str(tmp_path / "wrong.der"))


def test_a_root_of_the_facilities_is_not_taken_for_the_centres_and_the_other_way_round(tmp_path: Path) -> None:
    """Each command took either, and below it a facility's key would have passed for the centre's."""
    path = tmp_path / "root.der"
    for kind, other in ((AuthorityKind.CSCA, AuthorityKind.FACILITY), (AuthorityKind.FACILITY, AuthorityKind.CSCA)):
        path.write_bytes(Elsewhere(kind).certificate)
        run("signing_key", "take-authority", "--kind", kind, str(path))
        with pytest.raises(CommandError, match="OTHER_KIND"):
            run("signing_key", "take-authority", "--kind", other, str(path))
        assert Authority.objects.get(kind=kind)
        assert len(pinned_roots(kind)) == 1


@pytest.mark.usefixtures("country")
def test_a_root_above_keys_of_the_register_is_known_by_what_it_signed(tmp_path: Path) -> None:
    run("signing_key")
    place, above = builders.a_facility(), Elsewhere(AuthorityKind.FACILITY)
    run("facility_key", "make", facility=place.code)
    run("facility_key", "request", "--facility", place.code, str(tmp_path / "out.csr"))
    FacilityKey.objects.update(certificate=above.answer((tmp_path / "out.csr").read_bytes()))
    (tmp_path / "root.der").write_bytes(above.certificate)
    with pytest.raises(CommandError, match="OTHER_KIND"):
        run("signing_key", "take-authority", "--kind", "CSCA", str(tmp_path / "root.der"))
    run("signing_key", "take-authority", "--kind", "FACILITY", str(tmp_path / "root.der"))


def test_every_code_that_a_command_of_keys_may_print_is_in_its_page() -> None:
    room = Path(certificates.__file__).parent
    sources = ("actions/keys.py", "actions/facility_keys.py", "rules/keys.py", "keys/x509s.py")
    text = "".join((room / name).read_text("utf-8") for name in sources)
    codes = set(re.findall(r'(?:refuse|BadCertificate)\("([A-Z0-9_]+)"', text))
    errors = [KeyStoreError]
    while errors:
        codes.add((error := errors.pop()).code)
        errors += error.__subclasses__()
    codes.remove(KeyStoreError.code)  # none is raised without saying more
    page = (room.parents[1] / "docs/how-to/keys.md").read_text("utf-8")
    assert len(codes) > 12
    assert {code for code in codes if f"`{code}`" not in page} == set()


@pytest.mark.usefixtures("country")
def test_all_facilities_that_lack_a_key_get_one() -> None:
    places = [builders.a_facility(), builders.a_facility()]
    run("facility_key", "make", facility=places[0].code)
    assert run("facility_key", "make").startswith("1 keys")
    assert set(reads.facility_keys([p.id for p in places], clock.now())) == {p.id for p in places}
    run("facility_key", "retire", facility=places[0].code, because="trạm đã đóng cửa")
    assert "retired" in run("facility_key", "list", facility=places[0].code)
    assert FacilityKey.objects.count() == 2
    with pytest.raises(CommandError, match="--facility"):
        run("facility_key", "list", facility="none")


def test_a_file_may_stand_behind_the_options(tmp_path: Path) -> None:
    place, path = builders.a_facility(), tmp_path / "request.csr"
    run("facility_key", "request", "--facility", place.code, str(path))
    assert path.stat().st_size
    other = tmp_path / "passport.csr"
    run("signing_key", "request", "--purpose", "PASSPORT", str(other))
    assert other.stat().st_size


@pytest.mark.parametrize(("words", "says"), [((), "Say --facility CODE"), (("--facility", "none"), "no such code")])
def test_a_facility_that_is_not_named_rightly_is_told_apart_from_none(words: tuple[str, ...], says: str) -> None:
    with pytest.raises(CommandError, match=says):
        run("facility_key", "list", *words)


def test_a_lead_is_named_by_sign_in_name_or_id(tmp_path: Path) -> None:
    place = builders.a_facility()
    lead = builders.a_lead(place)
    found = staff_account(lead.id) if lead.id else None
    assert found is not None
    assert account_of_sign_in_name(found.username) == found
    (tmp_path / "x.pem").write_text("no certificate")
    for name, says in ((found.username, "see docs"), (str(found.id), "see docs"), ("nobody-here", "nobody who may")):
        with pytest.raises(CommandError, match=says):
            run("facility_key", "take", "--facility", place.code, "--staff", name, str(tmp_path / "x.pem"))
