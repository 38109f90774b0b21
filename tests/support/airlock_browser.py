"""A browser without a screen: Starlette's test client, over httpx, which the services use themselves.

Its deprecation warning asks for another HTTP library; until that one is a dependency, the warning is
silenced for this import alone.
"""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

__all__ = ["TestClient"]
