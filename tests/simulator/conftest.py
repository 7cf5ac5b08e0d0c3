"""What the simulator's tests share."""

import pytest

from tests.chromium import browser

from .desk import Desk
from .stand import Stand

__all__ = ["browser"]


@pytest.fixture
def stand() -> Stand:
    """A network, a little line and the Twilio library; nothing takes any time."""
    return Stand()


@pytest.fixture
def desk() -> Desk:
    """A page with the sample phones."""
    return Desk()
