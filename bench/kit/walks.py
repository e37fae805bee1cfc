"""Ways through forms to the states that no address leads to; each calls `see` at every state it reaches."""

import json
import random
import re
import time
import urllib.request
from collections.abc import Callable
from typing import Any

See = Callable[[str], None]
Walk = Callable[[Any, See, int], None]
_WAIT_SECONDS = 15


def sign_in_walk(page: Any, see: See, sms_port: int) -> None:
    """From a phone nobody has to the refusal of a fact: what each step says to a stranger."""
    page.goto("/so/dang-nhap")
    _send(page)
    see("sign-in: no phone")
    phone = f"0900{random.randrange(60_000, 99_000):06}"
    page.fill("[name=phone]", phone)
    _send(page)
    see("sign-in: code")
    page.fill("[name=code]", "12")
    _send(page)
    see("sign-in: code too short")
    page.fill("[name=code]", _code_sent_to(phone, sms_port))
    _send(page)
    see("sign-in: fact")
    _send(page)
    see("sign-in: no fact")


def add_person_walk(page: Any, see: See, sms_port: int) -> None:
    """The citizen names somebody and says nothing about them."""
    page.goto("/so/them-nguoi")
    _send(page)
    see("add a person: nothing said")


def desk_walk(page: Any, see: See, sms_port: int) -> None:
    """A nurse chooses the vaccine, finds nobody, puts somebody on record, and gives the dose."""
    page.goto("/staff/ban-tiem/vac-xin")
    page.locator("[name=lot]").first.check()
    _send(page)
    see("desk")
    _find(page, "")
    see("desk: nothing typed")
    name = "Trần Thị " + "".join(random.choice("bcdghklmnprstvx") + random.choice("aeiou") for _ in range(3))
    _find(page, name)
    see("desk: nobody found")
    page.fill("[name=full_name]", "")
    _send(page)
    see("desk: faults in a registration")
    page.fill("[name=full_name]", name)
    for part, value in (("day", "5"), ("month", "3"), ("year", "1985")):
        page.fill(f"[name=birth_{part}]", value)
    page.locator("[name=sex]").first.check()
    _send(page)
    see("desk: person")
    with page.expect_navigation():
        page.locator("[data-desk-send]").click()
    see("desk: not confirmed")
    page.locator("[name=confirmed]").check()
    page.locator("[name=items][value=NONE]").check()
    page.locator("[data-desk-send]").click()
    page.wait_for_url("**/ban-tiem/xong/**")
    see("desk: recorded")
    page.goto("/staff/hom-nay")
    see("desk: today, one recorded")


WALKS: tuple[tuple[str, Walk], ...] = (
    ("public", sign_in_walk),
    ("citizen", add_person_walk),
    ("nurse", desk_walk),
)


def _send(page: Any) -> None:
    with page.expect_navigation():
        page.locator("main form button.nhsuk-button").first.click()


def _find(page: Any, text: str) -> None:
    page.fill("main [name=text]", text)
    with page.expect_navigation():
        page.press("main [name=text]", "Enter")


def _code_sent_to(phone: str, sms_port: int) -> str:
    """Give the code in the newest message that the stand-in of the gateway has for this phone."""
    give_up = time.monotonic() + _WAIT_SECONDS
    while time.monotonic() < give_up:
        with urllib.request.urlopen(f"http://127.0.0.1:{sms_port}/messages?to={phone}", timeout=5) as answer:
            messages = json.load(answer)["messages"]
        codes = re.findall(r"\b[0-9]{6}\b", messages[0]["text"]) if messages else []
        if codes:
            return str(codes[0])
        time.sleep(0.2)
    raise LookupError("no code reached the stand-in of the gateway")
