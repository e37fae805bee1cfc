"""Where private keys are kept and used; the stores stand behind the ports `KeyStore` and `Signer`."""

from tiemchung.certificates.keys.stores import (
    StoredSigner,
    file_store,
    forget_stores,
    kid_of,
    new_key_store,
    signer_of,
    store_named,
    verifies,
)

__all__ = [
    "StoredSigner",
    "file_store",
    "forget_stores",
    "kid_of",
    "new_key_store",
    "signer_of",
    "store_named",
    "verifies",
]
