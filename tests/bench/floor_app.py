"""The floor: bare Flask and one durable ORM commit, same workers, same database settings."""

from __future__ import annotations

import os

from flask import Flask, Response, request
from sqlalchemy import BigInteger, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from records.database import Database
from records.ids import new_id


class Base(DeclarativeBase):
    pass


class Row(Base):
    __tablename__ = "floor"
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    sid: Mapped[str] = mapped_column(String(40))
    body: Mapped[str]


def create() -> Flask:
    """POST /sms stores one row and commits."""
    database = Database(os.environ["FLOOR_DATABASE_URL"])
    app = Flask("floor")

    @app.post("/sms")
    def sms() -> Response:
        with database.write() as session:
            form = request.form
            session.add(Row(id=new_id(), sid=form["MessageSid"], body=form["Body"] * 20))
        return Response("<Response/>", mimetype="text/xml")

    @app.get("/healthz")
    def healthz() -> str:
        return "ok"

    return app
