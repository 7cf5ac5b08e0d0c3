"""The phone company's certificate has expired: nothing is handed to whoever that may be."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.gateways.twilio import TwilioGateway
from records.models.messages import State
from service.rehearsal import TOKEN
from service.settings import SIMULATOR_ACCOUNT
from simulator.app import create_app as create_carrier
from simulator.serve import server
from tests.certificates import certificate, shows
from tests.faults.conftest import NO_HURRY, Trouble
from tests.faults.test_carrier_link import alarms, is_made_good
from tests.faults.three import three_people_text


@pytest.fixture
def shown(trouble: Trouble, tmp_path: Path) -> Iterator[ssl.SSLContext]:
    """The carrier over https, with a certificate that ended yesterday."""
    context = shows(certificate(tmp_path / "old.pem", timedelta(days=-1)))
    web = server(create_carrier(trouble.stage.network), 0)
    web.socket = context.wrap_socket(web.socket, server_side=True)
    thread = threading.Thread(target=web.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    trouble.stage.line.gateway = TwilioGateway(
        SIMULATOR_ACCOUNT, TOKEN, f"https://127.0.0.1:{web.port}", timeouts=NO_HURRY
    )
    yield context
    web.shutdown()
    thread.join()
    web.server_close()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_texts_wait_the_operator_is_told_and_all_leaves_once_it_is_renewed(
    trouble: Trouble,
    shown: ssl.SSLContext,
    calm: dict[str, list[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    new, known = certificate(tmp_path / "new.pem", timedelta(days=60)), tmp_path / "known.pem"
    known.write_bytes((tmp_path / "old.pem").read_bytes() + new.read_bytes())
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(known))
    three_people_text(trouble)
    trouble.minutes(2)
    assert trouble.stage.network.ledger() == []
    outbound = trouble.rows("outbound")
    assert outbound and {row.state for row in outbound} == {State.QUEUED}
    assert "carrier_certificate" in alarms(trouble)
    shown.load_cert_chain(new)
    trouble.minutes(3)
    is_made_good(trouble, calm)
