"""A letter is handed over once, encrypted on the way, and what goes wrong is told by a code that names nobody."""

import asyncio
import datetime as dt
import ipaddress
import json
import ssl
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pypdfium2
import pytest
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.builders import country  # noqa: F401 - a fixture
from tests.certificates.passport_cast import a_signed_person, issue_passport, revoke_passport
from tests.interop.messages.ways import StandIn, eventually
from tiemchung.certificates.actions import mail_passport
from tiemchung.core import clock, outbox, tasks
from tiemchung.core.actor import Actor, Kind
from tiemchung.core.ids import new_id
from tiemchung.core.models import AuditLine, OutboxMessage
from tiemchung.core.outbox import Permanent, Temporary
from tiemchung.core.verdict import Refused
from tiemchung.interop.messages.backends import BadAddress
from tiemchung.interop.messages.mail import MailServer, SmtpMail, mail_from_url, server_from_url
from tiemchung.people.reads import NotFound

TO, FROM = "chau@vidu.example", "hochieu@tiemchung.example"


def plain(text: str) -> EmailMessage:
    letter = EmailMessage()
    letter["Subject"] = "Thử"
    letter.set_content(f"Nội dung {text}")
    return letter


def to_standin(standin: StandIn, **more: Any) -> SmtpMail:
    server = MailServer("127.0.0.1", standin.mail_port, FROM, tls="none", timeout_s=more.pop("timeout_s", 20.0))
    return SmtpMail(server, write=more.pop("write", plain))


def test_the_letter_arrives_with_its_words_and_the_messages_id(standin: StandIn) -> None:
    message_id = new_id()
    handed = to_standin(standin).send(message_id=message_id, to=TO, text="đây")
    mine = next(m for m in standin.mails() if str(message_id) in m["ref"])
    assert (mine["to"], mine["from"], mine["subject"], mine["text"].strip()) == (TO, FROM, "Thử", "Nội dung đây")
    assert handed.provider_ref == f"{message_id}@tiemchung.example"


def test_a_letter_handed_over_twice_is_one_in_the_mailbox(standin: StandIn) -> None:
    message_id = new_id()
    for _ in range(2):
        to_standin(standin).send(message_id=message_id, to=TO, text="")
    assert [m["repeats"] for m in standin.mails() if str(message_id) in m["ref"]] == [1]


def test_a_mailbox_that_is_none_is_refused_for_good(standin: StandIn) -> None:
    with pytest.raises(Permanent, match=r"^address_refused$"):
        to_standin(standin).send(message_id=new_id(), to="unknown@vidu.example", text="")


@pytest.mark.parametrize(("mode", "code"), [("failing", "server_451"), ("down", "server_421"), ("slow", "server_slow")])
def test_a_server_in_trouble_is_asked_again_later(standin: StandIn, mode: str, code: str) -> None:
    standin.turn(mode=mode, seconds=30)
    with pytest.raises(Temporary, match=rf"^{code}$"):
        to_standin(standin, timeout_s=2.0 if mode == "slow" else 20.0).send(message_id=new_id(), to=TO, text="")


def test_no_server_at_all_is_asked_again_later() -> None:
    with pytest.raises(Temporary, match=r"^server_unreachable$"):
        SmtpMail(MailServer("127.0.0.1", 1, FROM, tls="none"), write=plain).send(message_id=new_id(), to=TO, text="")


def test_a_header_cannot_be_smuggled_into_an_address(standin: StandIn) -> None:
    with pytest.raises(ValueError, match=r"(?i)header|linefeed|newline|invalid"):
        to_standin(standin).send(message_id=new_id(), to="a@b.example\nBcc: x@y.example", text="")


class Strict:
    """A server that wants STARTTLS and a password, with a certificate of its own making."""

    def __init__(self, folder: Path) -> None:
        self.took: list[bytes] = []
        key, self.certificate = _self_signed()
        (folder / "key.pem").write_bytes(key)
        (folder / "cert.pem").write_bytes(self.certificate)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
        self.loop = asyncio.new_event_loop()

        def make() -> SMTP:
            return SMTP(self, tls_context=context, require_starttls=True, auth_required=True, authenticator=self.judge)

        self.server = self.loop.run_until_complete(self.loop.create_server(make, host="127.0.0.1", port=0))
        self.port = self.server.sockets[0].getsockname()[1]
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    def judge(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=data.password == b"secret8", handled=False)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.took.append(envelope.content)
        return "250 taken"

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.server.close)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(5)


def _self_signed() -> tuple[bytes, bytes]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    built = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(7).not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private, built.public_bytes(serialization.Encoding.PEM)


@pytest.fixture
def strict(tmp_path: Path) -> Iterator[Strict]:
    server = Strict(tmp_path)
    yield server
    server.close()


def trusting(strict: Strict) -> ssl.SSLContext:
    return ssl.create_default_context(cadata=strict.certificate.decode())


def test_the_letter_goes_encrypted_and_only_with_the_right_password(strict: Strict) -> None:
    server = MailServer("127.0.0.1", strict.port, FROM, username="tc", password="secret8", timeout_s=5)
    SmtpMail(server, write=plain, tls=trusting(strict)).send(message_id=new_id(), to=TO, text="")
    assert len(strict.took) == 1
    wrong = MailServer("127.0.0.1", strict.port, FROM, username="tc", password="other", timeout_s=5)
    with pytest.raises(Temporary, match=r"^not_let_in$"):
        SmtpMail(wrong, write=plain, tls=trusting(strict)).send(message_id=new_id(), to=TO, text="")


def test_a_server_whose_certificate_nobody_vouches_for_gets_nothing(strict: Strict) -> None:
    server = MailServer("127.0.0.1", strict.port, FROM, username="tc", password="secret8", timeout_s=5)
    with pytest.raises(Temporary, match=r"^encryption_failed$"):
        SmtpMail(server, write=plain).send(message_id=new_id(), to=TO, text="")
    assert strict.took == []


def test_a_server_without_encryption_gets_nothing_where_it_is_asked_for(standin: StandIn) -> None:
    server = MailServer("127.0.0.1", standin.mail_port, FROM, timeout_s=2)
    with pytest.raises(Temporary, match=r"^no_encryption$"):
        SmtpMail(server, write=plain).send(message_id=new_id(), to=TO, text="")


@pytest.mark.parametrize(
    ("url", "port", "tls"),
    [
        (f"smtp://mail.example?from={FROM}", 587, "starttls"),
        (f"smtps://u:p%40ss@mail.example?from={FROM}", 465, "implicit"),
        (f"smtp://127.0.0.1:2525?from={FROM}&tls=none", 2525, "none"),
    ],
)
def test_an_address_in_the_settings_is_read(url: str, port: int, tls: str) -> None:
    read = server_from_url(url)
    assert (read.port, read.tls, read.sender) == (port, tls, FROM)
    assert read.password in {"", "p@ss"}


@pytest.mark.parametrize(
    "url",
    [
        f"http://mail.example?from={FROM}", "smtp://mail.example", f"smtp://mail.example?from={FROM}&tls=none",
        f"smtp://mail.example?from={FROM}&tls=maybe", f"smtp://mail.example?from={FROM}&colour=red",
        f"smtp://mail.example?from={FROM}&timeout=never", f"smtp://mail.example?from={FROM}&timeout=99",
        f"smtp://u:hush@mail.example:99999?from={FROM}", "smtp://?from=a@b",
    ],
)  # fmt: skip
def test_a_bad_address_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(BadAddress) as refused:
        mail_from_url(url)
    assert "hush" not in str(refused.value)


@pytest.fixture
def holder(country: None, db: None) -> SimpleNamespace:
    """Give somebody with a passport of now."""
    person_id = a_signed_person(at=clock.now())
    made = issue_passport(person_id, at=clock.now())
    return SimpleNamespace(id=person_id, made=made, actor=Actor(kind=Kind.CITIZEN, person_ids=frozenset({person_id})))


def ask(holder: SimpleNamespace, to: str = TO) -> OutboxMessage:
    mail_passport(by=holder.actor, at=clock.now(), person_id=holder.id, address=to, lang="vi")
    return OutboxMessage.objects.filter(kind="mail.passport").latest("created_at")


def test_the_passport_arrives_as_a_pdf_that_was_made_when_the_letter_left(
    standin: StandIn, holder: SimpleNamespace
) -> None:
    port = mail_from_url(f"smtp://127.0.0.1:{standin.mail_port}?from={FROM}&tls=none")
    message = ask(holder)
    assert outbox.send_mail_due(port, at=clock.now()) == 1
    mine = eventually(lambda: next((m for m in standin.mails() if str(message.id) in m["ref"]), None))
    assert mine["file"] == "ho-chieu-vac-xin.pdf"
    file = httpx.get(f"{standin.address}/mail/{mine['number']}/file", trust_env=False).content
    assert holder.made.uvci in pypdfium2.PdfDocument(file)[0].get_textpage().get_text_range()
    assert OutboxMessage.objects.get(id=message.id).state == "HANDED"
    page = httpx.get(f"{standin.address}/mail", trust_env=False).text
    assert TO in page
    assert "ho-chieu-vac-xin.pdf" in page


def test_subject_and_text_name_nobody(standin: StandIn, holder: SimpleNamespace) -> None:
    port = mail_from_url(f"smtp://127.0.0.1:{standin.mail_port}?from={FROM}&tls=none")
    message = ask(holder)
    outbox.send_mail_due(port, at=clock.now())
    mine = next(m for m in standin.mails() if str(message.id) in m["ref"])
    for word in ("Châu", "CHAU", holder.made.uvci, str(holder.id)):
        assert word not in mine["subject"] + mine["text"]


def test_what_waits_holds_neither_address_nor_paper_in_the_clear(holder: SimpleNamespace) -> None:
    message = ask(holder)
    stored = bytes(message.sealed_to) + bytes(message.sealed_text) + bytes(message.contact_key)
    for word in (TO, holder.made.hc1[:40], holder.made.uvci, "Châu", str(holder.id)):
        assert word.encode() not in stored
    assert len(stored) < 600
    line = AuditLine.objects.get(action="mail_passport", subject_id=holder.id)
    assert TO not in json.dumps(line.facts) + line.because


def test_texts_to_phones_and_letters_do_not_take_each_others_way(holder: SimpleNamespace) -> None:
    class Never:
        def send(self, **_: Any) -> outbox.Handed:
            raise AssertionError

    class Takes:
        def send(self, **_: Any) -> outbox.Handed:
            return outbox.Handed("ref")

    ask(holder)
    assert outbox.send_due(Never(), at=clock.now()) == 0
    assert outbox.send_mail_due(Takes(), at=clock.now()) == 1
    outbox.put_message(to="+84900000001", text="Xin chào", kind="test", at=clock.now())
    assert outbox.send_mail_due(Never(), at=clock.now()) == 0
    assert outbox.send_due(Takes(), at=clock.now()) == 1


def test_a_passport_taken_back_before_the_letter_left_is_not_sent(standin: StandIn, holder: SimpleNamespace) -> None:
    port = mail_from_url(f"smtp://127.0.0.1:{standin.mail_port}?from={FROM}&tls=none")
    message = ask(holder)
    revoke_passport(holder.id, at=clock.now())
    assert outbox.send_mail_due(port, at=clock.now()) == 0
    settled = OutboxMessage.objects.get(id=message.id)
    assert (settled.state, settled.problem) == ("FAILED", "nothing_in_force")


def test_a_server_in_trouble_gets_the_letter_when_it_is_back(standin: StandIn, holder: SimpleNamespace) -> None:
    port = mail_from_url(f"smtp://127.0.0.1:{standin.mail_port}?from={FROM}&tls=none")
    message = ask(holder)
    standin.turn(mode="failing")
    assert outbox.send_mail_due(port, at=clock.now()) == 0
    standin.turn(mode="ok")
    assert outbox.send_mail_due(port, at=clock.now() + dt.timedelta(minutes=2)) == 1
    assert OutboxMessage.objects.get(id=message.id).state == "HANDED"


def test_nobody_has_another_persons_passport_sent(holder: SimpleNamespace) -> None:
    with pytest.raises(NotFound):
        mail_passport(by=Actor(kind=Kind.CITIZEN), at=clock.now(), person_id=holder.id, address=TO, lang="vi")


def test_five_letters_a_day_about_one_person(holder: SimpleNamespace) -> None:
    for _ in range(5):
        ask(holder)
    with pytest.raises(Refused, match="TOO_MANY_TRIES"):
        ask(holder)
    assert OutboxMessage.objects.filter(kind="mail.passport").count() == 5


def test_without_a_passport_in_force_nothing_is_put_into_the_outbox(holder: SimpleNamespace) -> None:
    revoke_passport(holder.id, at=clock.now())
    with pytest.raises(Refused, match="PASSPORT_NOT_IN_FORCE"):
        ask(holder)
    assert not OutboxMessage.objects.filter(kind="mail.passport").exists()


def test_the_worker_sends_by_the_server_that_the_settings_name_and_by_none_while_they_name_none(
    standin: StandIn, holder: SimpleNamespace, settings: Any
) -> None:
    message = ask(holder)
    settings.MAIL = ""
    assert tasks.send_mails(clock.now()) == 0
    settings.MAIL = f"smtp://127.0.0.1:{standin.mail_port}?from={FROM}&tls=none"
    tasks.mail_port.cache_clear()
    assert tasks.send_mails(clock.now()) == 1
    tasks.mail_port.cache_clear()
    assert OutboxMessage.objects.get(id=message.id).state == "HANDED"
    assert "core.mail" in {loop.name for loop in tasks.LOOPS}
