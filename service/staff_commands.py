"""The commands that say who works with the line."""

from __future__ import annotations

from datetime import datetime

import click

# The parts are imported when a command runs, so that the others start at once.


@click.group()
def staff() -> None:
    """Who works with the line, and how they first sign in."""


@staff.command()
@click.option("--login", required=True, help="Short name to sign in with, such as 'ann'.")
@click.option("--name", required=True, help="Name that colleagues see.")
@click.option(
    "--role",
    required=True,
    help="caseworker, supervisor, translator, evaluator or operator.",
)
@click.option("--phone", default=None, help="Phone to page, such as +16135550123.")
@click.option("--email", default=None, help="Address for pages by mail; kept sealed.")
def invite(login: str, name: str, role: str, phone: str | None, email: str | None) -> None:
    """Add a worker and print the one-use link (24 hours) for their first sign-in."""
    from admin.personnel import Person
    from service import staffing

    person = Person(login, name, role, phone, email)
    address = staffing.invited(staffing.the_line(), person)
    click.echo(f"Added {login}. First sign-in, once, within 24 hours:\n{address}")


# The name that who sets up a line tries first.
staff.add_command(invite, "add")


@staff.command("list")
def list_() -> None:
    """Everyone, with role and whether they can sign in."""
    from service import staffing

    rows = staffing.listed(staffing.the_line())
    for login, role, state in rows:
        click.echo(f"{login:<24} {role:<11} {state}")
    if not rows:
        click.echo("Nobody yet: alluriarniq staff invite --login ann --name Ann --role ...")


@staff.command()
@click.argument("login")
def disable(login: str) -> None:
    """End a worker's access at once, everywhere they are signed in."""
    from service import staffing

    staffing.disabled(staffing.the_line(), login)
    click.echo(f"{login} can no longer sign in and is not paged.")


@staff.command()
@click.argument("login")
@click.argument("new_role")
def role(login: str, new_role: str) -> None:
    """Give a worker another role; they sign in anew. Only here is a supervisor made."""
    from service import staffing

    staffing.given_role(staffing.the_line(), login, new_role)
    click.echo(f"{login} is {new_role} now.")


@staff.command()
@click.argument("login")
@click.argument("topic")
@click.option("--until", required=True, type=click.DateTime(["%Y-%m-%d"]), help="Last day.")
def train(login: str, topic: str, until: datetime) -> None:
    """Note a training: suicide_prevention or de_escalation. New shifts need both."""
    from service import staffing

    staffing.trained(staffing.the_line(), login, topic, until.date())
    click.echo(f"Noted: {login}, {topic}, up to and on {until.date()}.")


@staff.command()
@click.argument("login")
def link(login: str) -> None:
    """Print a new one-use link: for a lost phone, a forgotten password, or a way back in."""
    from service import staffing

    click.echo(staffing.linked(staffing.the_line(), login))
