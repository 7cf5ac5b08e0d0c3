"""A worker at a browser without scripts: opens pages, fills forms, follows links."""

from __future__ import annotations

import re
from typing import Any

import pyotp
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from admin import proof, sessions
from admin.personnel import staff_row
from records.models import AuditEntry, Contact, Staff
from service import sign_in_links
from tests.stage import Stage

UNCLEAR = "qwerty blorp zonk"
KNIFE = "he has a knife and he is outside my door"
PASSWORD = "seven small seals swim"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_DRAWN = re.compile(r"\d{15,}|[\w.-]{40,}")


def without_ids(page: str) -> str:
    """A page without the numbers of rows and the tokens of forms: any digits stand in those."""
    return _DRAWN.sub("", page)


class Desk:
    """One browser with its own cookies, on a stage's line."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.line = stage.line
        self.client: FlaskClient = stage.rehearsal.app.test_client()

    def open(self, path: str, **more: Any) -> TestResponse:
        return self.client.get(path, **more)

    def read(self, path: str) -> str:
        """The page's HTML; it must be there."""
        answer = self.open(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.text

    def form_token(self, path: str = "/admin/sign-in") -> str:
        """The secret that a form of this browser carries."""
        found = _TOKEN.search(self.open(path, follow_redirects=True).text)
        assert found, f"no form on {path}"
        return found[1]

    def send(self, path: str, **fields: str) -> TestResponse:
        """Sends a form with this browser's form secret."""
        return self.client.post(path, data={"csrf_token": self.form_token(), **fields})

    def heard(self) -> str:
        """The mark of the newest cry that the queue shows."""
        found = re.search(r'name="heard" value="([^"]*)"', self.read("/admin/queue"))
        return found[1] if found else ""

    def mark(self, path: str) -> str:
        """Of what the queue shows an item when it offers this act."""
        form = rf'action="{re.escape(path)}">.*?name="of" value="([^"]*)"'
        found = re.search(form, self.read("/admin/queue"), re.DOTALL)
        return found[1] if found else ""

    def sign_in_as(self, role: str) -> Desk:
        """Signs in as the sample person of a role, by their one-use link."""
        address = sign_in_links.make(self.line)[role]
        path = address.removeprefix(self.line.config.public_url)
        assert self.send(path).status_code == 303
        return self

    def worker(self, login: str) -> Staff:
        """A person's row, looked up by login."""
        index = self.line.vault.index("staff.login", login)
        with self.line.database.read() as session:
            return session.scalars(select(Staff).where(Staff.login_index == index)).one()

    def hire(self, login: str, role: str = "caseworker") -> Staff:
        """A real worker with PASSWORD and SECRET, ready to sign in."""
        row = staff_row(self.line, login, f"Worker {login}", role, None, self.line.now())
        proof.keep(self.line, row, PASSWORD, SECRET, 0)
        with self.line.database.write() as session:
            session.add(row)
        return row

    def code(self) -> str:
        """The six digits that SECRET shows at the line's present moment."""
        return pyotp.TOTP(SECRET).at(self.line.now())

    def enter(self, login: str, password: str = PASSWORD, code: str | None = None) -> TestResponse:
        """Fills in the sign-in form."""
        fields = {"login": login, "password": password, "code": code or self.code()}
        return self.send("/admin/sign-in", **fields)

    def cookie(self) -> str | None:
        """The sign-in token that this browser holds."""
        cookie = self.client.get_cookie("panel")
        return cookie.value if cookie else None

    def signed_in(self) -> bool:
        return self.open("/admin/account").status_code == 200

    def acts(self) -> list[str]:
        """Every act in the audit, oldest first."""
        with self.line.database.read() as session:
            return list(session.scalars(select(AuditEntry.act).order_by(AuditEntry.id)))

    def client_id(self, newest: int = 0) -> str:
        """The random public name of the contact that texted last, or is the newest of those."""
        with self.line.database.read() as session:
            rows = session.scalars(
                select(Contact.public_id).order_by(
                    Contact.last_inbound_at.desc(), Contact.id.desc()
                )
            ).all()
        return rows[newest]

    def make_link(self, staff: Staff) -> str:
        """The path of a one-use link for a worker."""
        with self.line.database.write() as session:
            row = session.get_one(Staff, staff.id)
            token = sessions.make_link(session, row, self.line.now())
        return f"/admin/link/{token}"

    def thread(self, act: str = "") -> str:
        """The path of the newest conversation, or of an act in it."""
        return f"/admin/conversations/{self.client_id()}{act}"

    def seen(self) -> str:
        """How far the newest conversation had got when its page was opened."""
        found = re.search(r'name="seen" value="(\d+)"', self.read(self.thread()))
        assert found
        return found[1]

    def reply(self, words: str, seen: str | None = None) -> int:
        """Answers the newest conversation; the status."""
        fields = {"words": words, "seen": seen or self.seen()}
        return self.send(self.thread("/reply"), **fields).status_code
