"""What a camera reads as QR codes in a picture: a dense code or a line of print now and then passes for a bar code."""

from typing import Any

import zxingcpp


def qr_codes(picture: Any) -> list[Any]:
    """Give the QR codes of a picture, and nothing else that might be read into it."""
    return list(zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])))
