"""Where private keys are kept and used; the stores stand behind the port `Signer`."""
