"""Where a provider posts its receipts."""

import datetime as dt

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from tiemchung.core import clock
from tiemchung.interop.messages.receipts import PATIENCE, BadReceipt, Receipt, read_json_receipt, take_receipt
from tiemchung.interop.messages.signature import HEADER, is_signed

LONGEST_BODY = 4_096
ASK_AGAIN_S = 5


@csrf_exempt  # a machine calls; the signature stands in the token's place
@require_POST
def receive_receipt(request: HttpRequest) -> HttpResponse:
    """Take one signed receipt: 204 taken, 403 not signed, 413 too long, 400 unreadable, 503 later."""
    body = request.read(LONGEST_BODY + 1)
    if len(body) > LONGEST_BODY:
        return HttpResponse(status=413)
    now = clock.now()
    key = str(getattr(settings, "SMS_RECEIPT_KEY", "")).encode()
    if not is_signed(key, body, request.headers.get(HEADER, ""), unix_s=int(now.timestamp())):
        return HttpResponse(status=403)
    try:
        receipt = read_json_receipt(body)
    except BadReceipt:
        return HttpResponse(status=400)
    if take_receipt(receipt) or not _may_have_overtaken(receipt, now):
        return HttpResponse(status=204)
    return HttpResponse(status=503, headers={"Retry-After": str(ASK_AGAIN_S)})


def _may_have_overtaken(receipt: Receipt, now: dt.datetime) -> bool:
    """Tell whether the sender may still be writing down the reference that this receipt names."""
    return abs(now - receipt.at) < PATIENCE
