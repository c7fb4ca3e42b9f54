"""The authenticator app of the demo's staff, as a page. It is registered in the demo only."""

import pyotp
from flask import Blueprint, abort
from flask.typing import ResponseReturnValue

from webapp.access import public
from webapp.clock import utc_now
from webapp.config import settings
from webapp.htmx import render

blueprint = Blueprint("dev_code", __name__, url_prefix="/dev/code")


@blueprint.get("")
@public
def code() -> ResponseReturnValue:
    totp = pyotp.TOTP(settings().demo_authenticator_key or abort(404))
    now = utc_now()
    return render(
        "portal/dev_code.html",
        fragment="portal/_dev_code.html",
        code=totp.at(now),
        seconds=totp.interval - int(now.timestamp()) % totp.interval,
        key=totp.secret,
    )
