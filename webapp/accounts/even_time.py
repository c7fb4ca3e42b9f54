"""Answers that take the same time whatever was found, so that nobody learns from the clock what a page does not say."""

import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

least_seconds: float = 0.5  # a password hash and all the rest take less than half of it on a quiet machine


def evenly_timed(view: Callable[P, R]) -> Callable[P, R]:
    """Under the access mark and the limit. The view has committed when it returns: nothing is held while we wait."""

    @wraps(view)
    def timed(*args: P.args, **kwargs: P.kwargs) -> R:
        end = time.monotonic() + least_seconds
        try:
            return view(*args, **kwargs)
        finally:
            time.sleep(max(0.0, end - time.monotonic()))

    return timed
