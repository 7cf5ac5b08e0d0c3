"""The four filters: one JSON line in, one out, whatever comes."""

import io
import json
from typing import Any

import pytest

from service import filters


def _run(command: str, given: bytes, **options: Any) -> tuple[int, list[dict[str, Any]]]:
    out = io.BytesIO()
    # A locale that is not UTF-8 must not matter.
    stdin = io.TextIOWrapper(io.BytesIO(given), encoding="ascii")
    stdout = io.TextIOWrapper(out, encoding="ascii")
    code = filters.run(command, options, stdin, stdout)
    return code, [json.loads(line) for line in out.getvalue().decode("utf-8").splitlines()]


def _line(**fields: Any) -> bytes:
    return json.dumps(fields, ensure_ascii=False).encode() + b"\n"


def test_detect() -> None:
    given = _line(id=1, text="qujannamiik", more="ignored") + _line(id="b", text="ᐃᓄᒃ hello")
    assert _run("detect", given) == (
        0,
        [
            {"id": 1, "language": "iu", "script": "Latn"},
            {"id": "b", "language": "iu", "script": "mixed"},
        ],
    )


def test_segments() -> None:
    assert _run("segments", _line(id=0, text="") + _line(id=1, text="€")) == (
        0,
        [
            {"id": 0, "encoding": "GSM-7", "units": 0, "segments": 0},
            {"id": 1, "encoding": "GSM-7", "units": 2, "segments": 1},
        ],
    )


@pytest.mark.parametrize(
    ("to", "text", "written"), [("Cans", "inuktitut", "ᐃᓄᒃᑎᑐᑦ"), ("Latn", "ᐃᓄᒃᑎᑐᑦ", "inuktitut")]
)
def test_transliterate(to: str, text: str, written: str) -> None:
    assert _run("transliterate", _line(id=7, text=text), to=to) == (0, [{"id": 7, "text": written}])


def test_triage_reads_one_text_alone() -> None:
    code, rows = _run("triage", _line(id=1, text="") + _line(id=2, text="i want to kill myself"))
    assert code == 0
    assert rows[0] == {"id": 1, "level": "routine", "signals": []}
    assert rows[1]["level"] in ("urgent", "emergency")
    assert rows[1]["signals"]


@pytest.mark.parametrize("given_id", [None, 0, -1.5, "x", True, [1, {"a": None}], {"b": "ᐃ"}])
def test_an_id_of_any_kind_comes_back_as_it_was(given_id: Any) -> None:
    _, rows = _run("detect", _line(id=given_id, text="hi"))
    assert rows[0]["id"] == given_id


@pytest.mark.parametrize(
    "bad",
    [
        b"nonsense\n",
        b"[]\n",
        b"3\n",
        b'{"id":1}\n',
        b'{"id":1,"text":5}\n',
        b'{"id":1,"text":"\xff"}\n',
    ],
)
def test_a_bad_line_is_answered_and_the_rest_goes_on(bad: bytes) -> None:
    code, rows = _run("detect", _line(id=1, text="hi") + bad + _line(id=2, text="hello"))
    assert code == 1
    assert [row["id"] for row in rows] == [1, None, 2]
    assert isinstance(rows[1]["error"], str)
    assert set(rows[1]) == {"id", "error"}


@pytest.mark.parametrize("command", ["triage", "detect", "segments"])
def test_half_a_surrogate_pair_is_survived(command: str) -> None:
    code, rows = _run(command, b'{"id":1,"text":"\\ud800 hi"}\n')
    assert (code, rows[0]["id"]) == (0, 1)


def test_half_a_surrogate_pair_comes_back_from_transliteration() -> None:
    _, rows = _run("transliterate", b'{"id":1,"text":"\\ud800 inuktitut"}\n', to="Cans")
    assert rows[0]["text"] == "\ud800 ᐃᓄᒃᑎᑐᑦ"


class _Watched(io.StringIO):
    """Counts the lines that were handed on at each flush."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[int] = []

    def flush(self) -> None:
        self.seen.append(self.getvalue().count("\n"))


def test_each_line_is_handed_on_at_once() -> None:
    out = _Watched()
    filters.run("detect", {}, io.StringIO(_line(id=1, text="a").decode() * 3), out)
    assert out.seen == [1, 2, 3]
