"""Commands for operators: `flask --app wsgi …`."""

from flask import Flask


def init_app(app: Flask) -> None:
    app.cli.short_help = "Candor"
