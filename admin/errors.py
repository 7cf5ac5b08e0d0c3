"""What is shown when a page cannot be: one calm sentence and a way on."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError
from werkzeug.exceptions import BadRequest, Forbidden, HTTPException, NotFound

from admin.strings import t_or


def register(panel: Blueprint) -> None:
    """The panel's own error pages; they never say what was looked for."""

    def page(error: HTTPException) -> tuple[str, int]:
        code = error.code or 500
        name = "link" if error.description == "link" else str(code)
        return render_template(
            "panel/error.html", title=t_or(f"error.{name}", t_or("error.other", ""))
        ), code

    def form(error: CSRFError) -> tuple[str, int]:
        return render_template("panel/error.html", title=t_or("error.form", "")), 400

    def out_of_range(_: Exception) -> tuple[str, int]:
        # Here once, for every address and field: a number no row can have, a sign no text can hold.
        # Whatever was begun is undone by then.
        return page(BadRequest())

    panel.register_error_handler(CSRFError, form)
    panel.register_error_handler(OverflowError, out_of_range)
    panel.register_error_handler(DataError, out_of_range)
    panel.register_error_handler(NotFound, page)
    panel.register_error_handler(Forbidden, page)
