"""What guards the whole house: rules that hold for every route, job, template and email there is."""

import importlib

import pytest
from flask import Flask

from webapp import access
from webapp.queue import Job


def test_every_route_declares_who_may_use_it(app: Flask) -> None:
    undeclared = [name for name, view in app.view_functions.items() if not access.declared(view)]
    assert undeclared == []


@pytest.mark.parametrize("job", Job)
def test_every_job_name_resolves(job: Job) -> None:
    module, _, function = job.rpartition(".")
    assert callable(getattr(importlib.import_module(module), function))
