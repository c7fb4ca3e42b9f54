from flask import Blueprint

blueprint = Blueprint("accounts", __name__)

TRIES = "20 per minute"  # of one network, per form: enough for an office, little for a guesser
