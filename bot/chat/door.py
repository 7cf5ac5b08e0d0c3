"""The chat page: write, read, leave at once, and come back with a phrase."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

from flask import (
    Blueprint,
    Response,
    abort,
    redirect,
    render_template,
    request,
    send_file,
)
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from bot.chat import showing, talk, visits
from bot.chat.cookies import COOKIE, LEFT, PATH, ended, forget, with_cookie
from bot.chat.reading import Reading, reading
from bot.chat.showing import AWAY, LEAVE, SAY
from bot.line import Line
from records.errors import MendableError
from records.models import ChatVisit

LONGEST = 4000
_NONCE = re.compile(r"[\w-]{16,32}")
SHARED = ("keyboard.js", "fonts/noto-sans-canadian-aboriginal-canadian-aboriginal-400-normal.woff2")


def create(line: Line, shared: Path) -> Blueprint:
    """GET / a page of no interest, GET /t the chat, POST /t/... what one can do there.

    `shared` is the folder of the panel's keyboard and font, which the page uses too.
    """
    bp = Blueprint(
        "chat", __name__, template_folder="templates", static_folder="static",
        static_url_path=f"{PATH}/s",
    )  # fmt: skip
    door = _Door(line)
    bp.before_request(door.refuse_strangers)
    bp.before_request(door.left_before)
    bp.after_request(forget)
    bp.register_error_handler(HTTPException, partial(showing.failed, line))
    bp.get(AWAY)(door.away)
    bp.get(PATH)(door.page)
    bp.get(f"{PATH}/talk")(door.part)
    bp.post(SAY)(door.say)
    bp.post(f"{PATH}/keep")(door.keep)
    bp.post(f"{PATH}/again")(door.again)
    bp.post(LEAVE)(door.leave)

    @bp.get(f"{PATH}/keys.js")
    def keys() -> Response:
        return send_file(shared / SHARED[0], max_age=86_400)

    @bp.get(f"{PATH}/signs.woff2")
    def font() -> Response:
        return send_file(shared / SHARED[1], max_age=86_400)

    return bp


class _Door:
    def __init__(self, line: Line) -> None:
        self.line = line

    def refuse_strangers(self) -> None:
        """No other site's page may write here, and nothing longer than a long letter."""
        if request.method != "POST":
            return
        site = request.headers.get("Sec-Fetch-Site")
        if site is not None and site not in ("same-origin", "none"):
            abort(403)
        # A browser too old to say that names its page; a proxy may have changed our own name.
        origin = request.headers.get("Origin", "null").split("//")[-1]
        ours = (request.host, self.line.config.public_url.split("//")[-1].rstrip("/"))
        if site is None and origin not in ("null", *ours):
            abort(403)

    def left_before(self) -> None:
        """Whoever left without a network has left all the same, before anything is shown."""
        if LEFT in request.cookies and request.path != LEAVE:
            visit = self._visit()
            self._end(visit.id if visit else None)

    def away(self) -> str:
        """What the bare address shows: nothing about anybody."""
        return render_template("chat/away.html", read=self._reading())

    def page(self) -> Response:
        return self._page()

    def part(self) -> AnyResponse:
        """The texts alone, for the script; 410 when the visit is over."""
        row = self._visit()
        if row is None:
            return ended(Response(status=410))
        if "writes" in request.args:  # who is writing a long text is not idle
            self._stirred(row.id)
        said = talk.shown(self.line, row.id)
        return Response(render_template("chat/talk.html", read=self._reading(), said=said))

    def say(self) -> AnyResponse:
        words, nonce = request.form.get("words", ""), self._nonce()
        if len(words) > LONGEST:
            abort(400)
        read = self._reading()
        if not words.strip():
            return redirect(PATH + read.asked(), 303)
        visit = self._visit()
        heard = self._hear(visit.id if visit else None, words, nonce)
        if heard is None:
            return self._page("slow", words=words, status=429)
        back = redirect(f"{PATH}{read.asked()}#newest", 303)
        return with_cookie(self.line, back, heard[1])

    def _hear(self, visit_id: int | None, words: str, nonce: str) -> tuple[int, str | None] | None:
        """Takes a text in: its visit, and a token when that is new; None: too fast."""
        with self.line.database.write() as session:
            row, token, name = self._writer(session, visit_id, words)
            writing = row.id if row else None
        if writing is None:
            return None
        talk.hear(self.line, name, words, nonce, self._reading().language)
        self._wrote(writing, words, nonce)
        return writing, token

    def _writer(
        self, session: Session, visit_id: int | None, words: str
    ) -> tuple[ChatVisit | None, str | None, str]:
        """The visit that writes, a token when it is new, and the client's name; None: too fast."""
        now = self.line.now()
        if visit_id is None:
            from_ = request.remote_addr or ""
            if visits.wait_to_begin(session, self.line, from_, words, now):
                return None, None, ""
            row, token = visits.begin(session, self.line, now)
            return row, token, visits.new_identifier()
        row = session.get_one(ChatVisit, visit_id)
        if visits.writes_too_fast(session, row, words, now):
            return None, None, ""
        if row.address_id is None:
            return row, None, visits.new_identifier()
        try:
            return row, None, talk.identifier(session, self.line, row)
        except MendableError:
            abort(410)

    def _nonce(self) -> str:
        nonce = request.form.get("nonce", "")
        if not _NONCE.fullmatch(nonce):
            abort(400)
        return nonce

    def _stirred(self, visit_id: int) -> None:
        with self.line.database.write() as session:
            session.get_one(ChatVisit, visit_id).seen_at = self.line.now()

    def _wrote(self, visit_id: int, words: str, nonce: str) -> None:
        with self.line.database.write() as session:
            row = session.get_one(ChatVisit, visit_id)
            row.seen_at = self.line.now()
            kept = talk.kept(session, self.line, words, nonce)
            if row.address_id is None and kept is not None:
                # Pressed twice before a cookie was there: the second is the first one's visit.
                row.address_id, row.started_at = kept[0], min(kept[1], row.started_at)

    def keep(self) -> AnyResponse:
        visit = self._visit()
        if visit is None:
            return redirect(PATH + self._reading().asked(), 303)
        with self.line.database.write() as session:
            row = session.get_one(ChatVisit, visit.id)
            phrase = visits.keep_phrase(session, self.line, row, request.form.get("phrase", ""))
        # Shown once and never stored: no redirect.
        return self._page("kept" if phrase else "short", phrase=phrase or "")

    def again(self) -> AnyResponse:
        with self.line.database.write() as session:
            found = visits.go_on(
                session,
                self.line,
                request.form.get("phrase", ""),
                request.remote_addr or "",
                self.line.now(),
            )
            token = found[1] if isinstance(found, tuple) else None
        if token is None:
            return self._page(
                "wrong" if found is None else "slow", status=403 if not found else 429
            )
        return with_cookie(self.line, redirect(PATH + self._reading().asked(), 303), token)

    def leave(self) -> AnyResponse:
        visit = self._visit()
        visit_id = visit.id if visit else None
        try:
            for words in request.form.getlist("words")[: visits.MOST_A_MINUTE]:
                visit_id = self._last_words(visit_id, words)
        finally:
            self._end(visit_id)
        gone = ended(redirect(AWAY, 303))
        # Not "storage": the page keeps none, and a worker's notices on this device live there.
        gone.headers["Clear-Site-Data"] = '"cache"'
        return gone

    def _last_words(self, visit_id: int | None, words: str) -> int | None:
        """Takes in a text that was under way when its client left; their visit."""
        if not words.strip() or len(words) > LONGEST:
            return visit_id
        heard = self._hear(visit_id, words, self._nonce())
        return heard[0] if heard else visit_id

    def _end(self, visit_id: int | None) -> None:
        if visit_id is not None:
            with self.line.database.write() as session:
                visits.leave(session, session.get_one(ChatVisit, visit_id), self.line.now())

    def _visit(self) -> ChatVisit | None:
        token = request.cookies.get(COOKIE)
        if not token:
            return None
        with self.line.database.read() as session:
            return visits.current(session, self.line, token, self.line.now())

    def _page(
        self, notice: str = "", *, phrase: str = "", words: str = "", status: int = 200
    ) -> Response:
        read = self._reading()
        return showing.page(read, self._visit(), notice, phrase=phrase, words=words, status=status)

    def _reading(self) -> Reading:
        return reading(self.line, request)
