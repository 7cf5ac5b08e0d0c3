"""Prints the links with which a try-out's sample people sign in, one a role."""

from __future__ import annotations

import click
from sqlalchemy import select

from admin import sessions
from admin.personnel import link_address
from bot.line import Line
from records.models import Staff

HEADING = "Sign in to the panel (sample data; each link works once, for 10 minutes):"


def show(line: Line) -> None:
    """Prints one link a role, for sample people of a simulated line; else nothing."""
    made = make(line) if line.config.is_simulated else {}
    if made:
        click.echo(HEADING)
    for role, address in made.items():
        click.echo(f"  {role:<11} {address}")


def make(line: Line) -> dict[str, str]:
    """Role to link: the first sample person of each role. Links printed before stop working."""
    with line.database.write() as session:
        rows = session.scalars(
            select(Staff).where(Staff.is_sample, Staff.is_active).order_by(Staff.id)
        ).all()
        first: dict[str, Staff] = {}
        for row in rows:
            first.setdefault(row.role, row)
        return {
            role: link_address(line, sessions.make_link(session, row, line.now()))
            for role, row in first.items()
        }
