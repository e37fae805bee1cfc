"""The names of the code lists that the European value sets were published from, as other forms write them."""

PRODUCTS = "https://ec.europa.eu/health/documents/community-register"
MAKERS = "https://spor.ema.europa.eu/v1/organisations"
