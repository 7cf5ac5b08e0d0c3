"""Practice: a worker answers clients who do not exist, and nothing leaves the panel."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort, redirect, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from admin import practice_scripts
from admin.access import may, viewer
from admin.practice_scripts import SCRIPTS
from admin.roles import Permission
from admin.show import the_line, visible
from admin.strings import t
from bot.engine import Text
from bot.line import Line
from records.audit import note
from records.ids import new_id
from records.keystore import SYSTEM
from records.models import PracticeReply, PracticeRun

bp = Blueprint("practice", __name__, url_prefix="/practice")
LONGEST = 1000
CANNED = "canned."


@dataclass(frozen=True)
class Turn:
    """What the simulated client wrote, what was answered, and what is to be said about it."""

    theirs: str
    answer: Markup | None
    findings: tuple[str, ...]
    minutes: int


@bp.get("")
@may(Permission.PRACTISE)
def index() -> str:
    with the_line().database.read() as session:
        done = runs_of(session, viewer().id)
    return render_template("panel/practice.html", scripts=SCRIPTS.values(), done=done)


def runs_of(session: Session, staff_id: int) -> list[PracticeRun]:
    """A worker's finished runs, newest first: their score in the training register."""
    chosen = select(PracticeRun).where(
        PracticeRun.staff_id == staff_id, PracticeRun.ended_at.is_not(None)
    )
    return list(
        session.scalars(
            chosen.order_by(PracticeRun.ended_at.desc(), PracticeRun.id.desc()).limit(20)
        )
    )


@bp.post("/<script>")
@may(Permission.PRACTISE)
def begin(script: str) -> Response:
    if script not in SCRIPTS:
        abort(404)
    line, run_id = the_line(), new_id()
    with line.database.write() as session:
        row = PracticeRun(id=run_id, staff_id=viewer().id, script=script, shown_at=line.now())
        session.add(row)
    return redirect(url_for("panel.practice.show", run_id=run_id), 303)


@bp.get("/run/<int:run_id>")
@may(Permission.PRACTISE)
def show(run_id: int) -> str:
    return _page(run_id)


def _own(session: Session, run_id: int) -> PracticeRun:
    row = session.get(PracticeRun, run_id, with_for_update=True)
    return row if row is not None and row.staff_id == viewer().id else abort(404)


def _page(run_id: int, problem: str | None = None) -> str:
    line = the_line()
    with line.database.read() as session:
        run = _own(session, run_id)
        replies = session.scalars(
            select(PracticeReply).where(PracticeReply.run_id == run.id).order_by(PracticeReply.step)
        ).all()
        turns = [_turn(line, run, reply) for reply in replies]
    if run.ended_at is None:
        turns.append(Turn(_theirs(run.script, run.step), None, (), 0))
    return render_template(
        "panel/practice_run.html",
        run=run,
        script=SCRIPTS[run.script],
        turns=turns,
        ready=_ready(line),
        minutes=practice_scripts.MINUTES[SCRIPTS[run.script].level],
        problem=problem,
    )


def _theirs(script: str, step: int) -> str:
    return t(f"practice.{script}.{step}")


def _turn(line: Line, run: PracticeRun, reply: PracticeReply) -> Turn:
    words = line.vault.open(SYSTEM, f"practice_reply.words:{reply.id}", reply.words_sealed)
    findings = tuple(reply.findings.split())
    return Turn(_theirs(run.script, reply.step), visible(words), findings, reply.minutes)


def _ready(line: Line) -> list[str]:
    """The ready replies, in English: practice clients write English."""
    names = sorted(name for name in line.texts.ids() if name.startswith(CANNED))
    return [line.texts.fill(Text(name), "en") for name in names]


@bp.post("/run/<int:run_id>/reply")
@may(Permission.PRACTISE)
def reply(run_id: int) -> Response | tuple[str, int]:
    line, now = the_line(), the_line().now()
    typed = request.form.get("words", "").strip() or request.form.get("ready", "").strip()
    words = typed.replace("\r\n", "\n")[:LONGEST]
    if not words:
        return _page(run_id, "empty"), 422
    with line.database.write() as session:
        run = _own(session, run_id)
        if run.ended_at is None and request.form.get("step") == str(run.step):
            minutes = int((now - run.shown_at).total_seconds()) // 60
            _keep(session, line, run, words, min(minutes, 9999))
    return redirect(url_for("panel.practice.show", run_id=run_id, _anchor="newest"), 303)


def _keep(session: Session, line: Line, run: PracticeRun, words: str, minutes: int) -> None:
    """Keeps an answer in practice's own tables, and goes on to the next text."""
    script, now, row_id = SCRIPTS[run.script], line.now(), new_id()
    found = practice_scripts.weigh(words, script.level, minutes)
    session.add(
        PracticeReply(
            id=row_id,
            run_id=run.id,
            step=run.step,
            words_sealed=line.vault.seal(SYSTEM, f"practice_reply.words:{row_id}", words),
            findings=" ".join(found),
            minutes=minutes,
            at=now,
        )
    )
    run.step, run.shown_at = run.step + 1, now
    if run.step == script.texts:
        session.flush()
        all_of_them = session.scalars(
            select(PracticeReply.findings).where(PracticeReply.run_id == run.id)
        )
        run.ended_at = now
        run.score = practice_scripts.score([tuple(one.split()) for one in all_of_them])
        note(session, now, viewer().actor, "practise", detail=f"{run.script}:{run.score}")
