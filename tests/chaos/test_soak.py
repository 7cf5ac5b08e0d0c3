"""The judge of `make soak` tells a leak from a busy moment, and looks at real processes."""

from __future__ import annotations

import pytest

from tests.chaos import soak
from tests.chaos.weights import Weight, grown


def looks(leak: Weight) -> list[Weight]:
    """Two hundred looks at a line that warms up; by the last so much of `leak` has crept in."""
    flat = {"web0: memory, MB": 100.0, "web1: memory, MB": 100.0, "database connections": 20.0}
    return [
        {
            name: much * (0.5 + min(n, 40) / 80) + leak.get(name, 0) * n / 200
            for name, much in flat.items()
        }
        for n in range(200)
    ]


def test_a_line_that_warms_up_and_stays_is_flat() -> None:
    assert grown(looks({})) == []


def test_one_process_that_leaks_among_many_is_named() -> None:
    (said,) = grown(looks({"web1: memory, MB": 12}))
    assert said.startswith("web1: memory, MB grew from")


def test_a_connection_more_is_no_leak_and_ten_are() -> None:
    assert grown(looks({"database connections": 6})) == []
    assert len(grown(looks({"database connections": 20}))) == 1


def test_a_short_soak_weighs_every_process_and_says_what_it_found(
    capsys: pytest.CaptureFixture[str],
) -> None:
    figures, diary, browser = soak.soak("sqlite", hours=4 / 3600, rate=3)
    assert figures.is_clean and not diary.restarted
    assert {"run: memory, MB", "run: threads", "database connections"} <= diary.weights[-1].keys()
    assert min(diary.weights[-1].values()) > 0
    assert browser.opened and not browser.refused
    diary.restarted.add(4711)  # as after a process that fell and came back
    assert not soak.tell(figures, diary, browser)
    assert "started again (pid 4711)" in capsys.readouterr().out.splitlines()[-1]
