"""Hand messages to a provider over SMPP 3.4."""

from typing import Any
from uuid import UUID

from django.db import close_old_connections
from smpplib import consts

from tiemchung.core import clock
from tiemchung.core.outbox import Handed, Permanent, Temporary
from tiemchung.interop.messages.number import refuse_unsendable
from tiemchung.interop.messages.parts import TextTooLong, cut_text
from tiemchung.interop.messages.receipts import (
    BadReceipt,
    Patience,
    TakeReceipt,
    read_smpp_receipt,
    take_receipt,
)
from tiemchung.interop.messages.smpp_link import IDLE_S, Address, BindRefused, LinkDown, SmppLink

OPERATOR_WAIT_S = 60.0
BUSY = frozenset({consts.SMPP_ESME_RTHROTTLED, consts.SMPP_ESME_RMSGQFUL})
REFUSED_FOR_GOOD = {
    consts.SMPP_ESME_RINVDSTADR: "number_refused",
    consts.SMPP_ESME_RINVMSGLEN: "text_refused",
}
UDHI = 0x40  # esm_class: the text begins with a joining header
RECEIPT_BITS, IS_RECEIPT = 0x3C, 0x04  # esm_class of a deliver_sm


class SmppSms:
    """An SmsPort over one shared SMPP connection; receipts come back on the same one.

    SMPP knows no idempotency key. All PDUs made from one message id are equal to the octet and carry the same
    `user_message_reference`, so a gateway that looks for repeats finds them (docs/how-to/sms.md).
    """

    def __init__(
        self,
        *,
        host: str,
        port: int,
        system_id: str,
        password: str,
        tls: bool = False,
        sender: str = "",
        timeout_s: float = 3.0,
        idle_s: float = IDLE_S,
        force_ucs2: bool = False,
        take_receipt: TakeReceipt | None = None,
    ) -> None:
        self._sender, self._force_ucs2 = sender, force_ucs2
        self._take_receipt = take_receipt or _take_into_outbox
        self._patience = Patience()
        self._link = SmppLink(
            Address(host, port, system_id, password, tls),
            timeout_s=timeout_s,
            idle_s=idle_s,
            take_delivery=self._take_delivery,
        )

    def send(self, *, message_id: UUID, to: str, text: str) -> Handed:
        """Hand one message over, part by part, and give the provider's reference of its last part.

        Only the last part asks for a receipt. Raises Temporary or Permanent.
        """
        refuse_unsendable(to, text)
        try:
            cut = cut_text(text, reference=message_id.int & 0xFF, force_ucs2=self._force_ucs2)
        except TextTooLong:
            raise Permanent("text_too_long") from None
        ref = ""
        for number, part in enumerate(cut.parts, start=1):
            fields = {
                **self._addresses(to),
                "esm_class": UDHI if cut.joined else 0,
                "data_coding": cut.coding,
                "registered_delivery": 1 if number == len(cut.parts) else 0,
                "user_message_reference": message_id.int & 0xFFFF,
                "short_message": part,
            }
            ref = self._submit(fields)
        return Handed(ref)

    def listen(self) -> None:
        """Bind in the background, so that receipts come also while there is nothing to send."""
        self._link.listen()

    def close(self) -> None:
        """Unbind and hang up."""
        self._link.close()

    def _addresses(self, to: str) -> dict[str, Any]:
        alphanumeric = not self._sender.isdecimal()
        return {
            "source_addr_ton": consts.SMPP_TON_ALNUM if alphanumeric else consts.SMPP_TON_UNK,
            "source_addr_npi": consts.SMPP_NPI_UNK,
            "source_addr": self._sender,
            "dest_addr_ton": consts.SMPP_TON_INTL,
            "dest_addr_npi": consts.SMPP_NPI_ISDN,
            "destination_addr": to.removeprefix("+"),
        }

    def _submit(self, fields: dict[str, Any]) -> str:
        try:
            answer = self._link.ask("submit_sm", **fields)
        except BindRefused:
            raise Temporary("bind_refused", OPERATOR_WAIT_S) from None
        except LinkDown as problem:
            raise Temporary(str(problem), 1.0) from None
        return _read_answer(answer)

    def _take_delivery(self, pdu: Any) -> int:
        """Give the status for a deliver_sm: taken, or try again later; what is no receipt is dropped."""
        if (pdu.esm_class or 0) & RECEIPT_BITS != IS_RECEIPT:
            return int(consts.SMPP_ESME_ROK)
        try:
            receipt = read_smpp_receipt(
                pdu.short_message or b"",
                receipted_id=pdu.receipted_message_id,
                message_state=pdu.message_state,
                at=clock.now(),
            )
        except BadReceipt:
            return int(consts.SMPP_ESME_ROK)
        try:
            known = self._take_receipt(receipt)
        except Exception:  # the database is away: the provider keeps the receipt for us
            return int(consts.SMPP_ESME_RX_T_APPN)
        if known or not self._patience.ask_again(receipt.provider_ref):
            return int(consts.SMPP_ESME_ROK)
        return int(consts.SMPP_ESME_RX_T_APPN)


def _read_answer(answer: Any) -> str:
    status = int(answer.status)
    if status == consts.SMPP_ESME_ROK:
        ref = bytes(answer.message_id or b"").decode("ascii", "replace")
        if not ref:
            raise Temporary("answer_not_understood", OPERATOR_WAIT_S)
        return ref
    if status in REFUSED_FOR_GOOD:
        raise Permanent(REFUSED_FOR_GOOD[status])
    raise Temporary(f"gateway_0x{status:02x}", 5.0 if status in BUSY else 30.0)


def _take_into_outbox(receipt: Any) -> bool:
    close_old_connections()  # the reading thread lives long; its database connection may have died
    try:
        return take_receipt(receipt)
    finally:
        close_old_connections()
