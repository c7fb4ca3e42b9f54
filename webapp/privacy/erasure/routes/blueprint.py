from flask import Blueprint

blueprint = Blueprint("erasure", __name__)
