"""The doctor looks at certificates: the line's own before it ends, and the phone company's."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from records.clock import SystemClock
from service import doctor_address, doctor_carrier
from service.findings import Finding
from service.settings import SIMULATOR_ACCOUNT, SIMULATOR_NUMBER, Settings
from simulator.serve import server
from tests.certificates import certificate, shows

Shown = Callable[..., str]


@pytest.fixture
def https(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shown]:
    """Serves with a certificate that ends in so long; its address."""
    ends: list[Callable[[], object]] = []

    def serve(ends_in: timedelta, life: timedelta = timedelta(days=90)) -> str:
        path = certificate(tmp_path / "own.pem", ends_in, life)
        for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
            monkeypatch.setenv(name, str(path))
        web = server(Flask("nothing"), 0)
        web.socket = shows(path).wrap_socket(web.socket, server_side=True)
        thread = threading.Thread(target=web.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        ends.extend((web.shutdown, thread.join, web.server_close))
        return f"https://127.0.0.1:{web.port}"

    yield serve
    for end in ends:
        end()


def own(url: str) -> Finding:
    settings = Settings(_env_file=None, twilio_account_sid=SIMULATOR_ACCOUNT, public_url=url)
    return list(doctor_address.look(settings, datetime.now(UTC)))[-1]


@pytest.mark.parametrize(
    ("days", "life", "ok"), [(60, 90, True), (13, 90, False), (3, 6, True), (1, 6, False)]
)
def test_the_lines_own_is_told_before_it_ends(https: Shown, days: int, life: int, ok: bool) -> None:
    finding = own(https(timedelta(days=days, minutes=1), timedelta(days=life)))
    assert (finding.name, finding.ok) == ("certificate", ok)
    assert finding.what == f"ends in {days} days"


def test_the_lines_own_has_ended(https: Shown) -> None:
    finding = own(https(timedelta(days=-1)))
    assert not finding.ok and "expired" in finding.what and "renew" in finding.mend


def test_an_address_that_cannot_be_reached_from_within_is_no_fault() -> None:
    assert own("https://127.0.0.1:1").ok
    assert own("http://127.0.0.1:1").name == "PUBLIC_URL" and not own("http://127.0.0.1:1").ok


def test_the_phone_companys_has_ended(https: Shown) -> None:
    settings = Settings(
        _env_file=None,
        twilio_account_sid=SIMULATOR_ACCOUNT,
        twilio_auth_token="t" * 32,
        twilio_from=SIMULATOR_NUMBER,
        twilio_api_url=https(timedelta(days=-1)),
    )
    (finding,) = doctor_carrier.look(settings, SystemClock())
    assert not finding.ok and "certificate" in finding.what and "clock" in finding.mend
