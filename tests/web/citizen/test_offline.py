"""What a phone is given to open a card without a network."""

import json

from django.test import Client

from tiemchung.web.citizen.offline import PARTS


def told(client: Client) -> dict:
    first = client.get("/so/sw.js").content.decode().splitlines()[0]
    return json.loads(first.removeprefix("self.TC_BOOK=").removesuffix(";"))


def test_the_worker_serves_the_book_alone_and_is_asked_anew(client: Client) -> None:
    answer = client.get("/so/sw.js")
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.headers["Service-Worker-Allowed"] == "/so/"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert not answer.cookies


def test_the_worker_is_told_parts_without_anybodys_data(client: Client) -> None:
    facts = told(client)
    assert facts["cards"] == "/so/the/"
    assert facts["signOut"] == ["/so/dang-xuat", "/so/dang-xuat/moi-thiet-bi"]
    assert len(facts["parts"]) == len(PARTS)
    assert facts["files"] == "/static/tc/"
    assert all(part.startswith(facts["files"]) for part in facts["parts"])
    assert client.get(facts["shell"]).status_code == 200


def test_the_page_of_kept_cards_knows_nobody(client: Client) -> None:
    answer = client.get("/so/tren-may")
    assert not answer.cookies
    assert "Máy này chưa lưu thẻ nào" in answer.content.decode()


def test_the_book_can_be_installed(client: Client) -> None:
    manifest = json.loads(client.get("/so/manifest.webmanifest").content)
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == ("/so/", "/so/", "standalone")
    client.cookies["lang"] = "en"
    assert json.loads(client.get("/so/manifest.webmanifest").content)["short_name"] == "Health book"
