from flask import Blueprint

blueprint = Blueprint("dev_mail", __name__)
