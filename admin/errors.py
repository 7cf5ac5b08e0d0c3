"""What is shown when a page cannot be: one calm sentence and a way on."""

from __future__ import annotations

from flask import Blueprint, Flask, g, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError
from werkzeug.exceptions import BadRequest, HTTPException

from admin.strings import ENGLISH, choices, page_language, t, t_or

PREFIX = "/admin"


def register(app: Flask, panel: Blueprint) -> None:
    """The panel's own error pages; they never say what was looked for, nor what broke."""
    panel.register_error_handler(CSRFError, _form)
    panel.register_error_handler(OverflowError, _out_of_range)
    panel.register_error_handler(DataError, _out_of_range)
    panel.register_error_handler(HTTPException, _page)
    app.register_error_handler(HTTPException, _stray)


def _page(error: HTTPException) -> tuple[str, int]:
    """Also for what nobody foresaw: it needs neither the database nor who asks."""
    code = error.code or 500
    name = "link" if error.description == "link" else str(code)
    title = t_or(f"error.{name}", t("error.other"))
    return render_template("panel/error.html", title=title), code


def _form(error: CSRFError) -> tuple[str, int]:
    return render_template("panel/error.html", title=t("error.form")), 400


def _out_of_range(_: Exception) -> tuple[str, int]:
    # Here once, for every address and field: a number no row can have, a sign no text can hold.
    # Whatever was begun is undone by then.
    return _page(BadRequest())


def _stray(error: HTTPException) -> tuple[str, int] | HTTPException:
    """An address below the panel's that no page has: nobody was asked who they are."""
    if not request.path.startswith(f"{PREFIX}/"):
        return error
    g.panel_locale = request.accept_languages.best_match(choices(), ENGLISH)
    title = t_or(f"error.{error.code}", t("error.other"))
    page = render_template("panel/error.html", title=title, t=t, lang=page_language())
    return page, error.code or 500
