"""Whether this installation works, for load balancers and monitors."""

import redis
from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from webapp import queue
from webapp.access import public
from webapp.clock import utc_now
from webapp.guard import under_any_name
from webapp.journal import gate

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
@under_any_name
def healthz() -> ResponseReturnValue:
    """This process answers."""
    return jsonify({"process": "ok"})


@blueprint.get("/readyz")
@public
@under_any_name
def readyz() -> ResponseReturnValue:
    """Everything that a person's click needs is there; 503 names what is not."""
    try:
        kinds = queue.kinds_alive(now=utc_now())
    except SQLAlchemyError:
        return jsonify({"database": "unreachable"}), 503
    state = {
        "database": "ok",
        "queue": "ok" if _queue_answers() else "unreachable",
        "workers": _workers(kinds),
        "cron": "ok" if "cron" in kinds else "not seen lately",
        "journal": gate.standing(),
        "mail": "ok" if "mail" in kinds else "the relay did not answer lately",
    }
    return jsonify(state), 200 if set(state.values()) == {"ok"} else 503


def _queue_answers() -> bool:
    try:
        return bool(queue.connection().ping())
    except redis.RedisError:
        return False


def _workers(kinds: set[str]) -> str:
    missing = sorted(set(queue.Queue) - kinds)
    return f"none for {', '.join(missing)}" if missing else "ok"
