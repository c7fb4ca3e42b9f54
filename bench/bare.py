"""The least that a web application can do with what is posted to it: Flask, and one INSERT."""

import os

from flask import Flask, request
from sqlalchemy import create_engine, text

INSERT = text("INSERT INTO bare_rows (name, said, at) VALUES (:name, :said, now())")

app = Flask(__name__)
engine = create_engine(os.environ["DATABASE_URL"], pool_size=16)  # one for each thread


@app.post("/rows/<name>")
def insert(name: str) -> str:
    with engine.begin() as connection:
        connection.execute(INSERT, {"name": name, "said": request.form["List-Unsubscribe"]})
    return "Done.\n"
