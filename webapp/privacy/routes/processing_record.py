"""The record of processing activities for staff: to read, to print, to hand to an authority."""

from flask import Response
from flask.typing import ResponseReturnValue

from webapp.access import STAFF, allow
from webapp.clock import utc_now
from webapp.config import settings
from webapp.htmx import render
from webapp.privacy import manifest, processing_record
from webapp.privacy.routes.blueprint import blueprint


@blueprint.get("/staff/processing-record")
@allow(STAFF)
def processing_activities() -> ResponseReturnValue:
    return render(
        "privacy/processing_record.html",
        controller=processing_record.controller(settings()),
        activities=processing_record.activities(),
        transfers=processing_record.transfers(settings()),
        measures=processing_record.security_measures(settings()),
        version=manifest.number(),
        now=utc_now(),
    )


@blueprint.get("/staff/processing-record/data")
@allow(STAFF)
def processing_data() -> ResponseReturnValue:
    return render(
        "privacy/processing_data.html",
        categories=processing_record.data_by_category(),
        limits=processing_record.time_limits(),
    )


@blueprint.get("/staff/processing-record.csv")
@allow(STAFF)
def processing_activities_csv() -> ResponseReturnValue:
    response = Response(processing_record.csv(settings()), mimetype="text/csv")
    name = f"processing-record-{utc_now():%Y-%m-%d}.csv"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
