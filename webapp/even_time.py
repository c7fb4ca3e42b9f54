"""Answers that take the same time whatever was found, so that nobody learns from the clock what a page does not say."""

import time
from collections.abc import Callable
from functools import wraps
from random import SystemRandom
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

pause = time.sleep
_chance = SystemRandom()


def evenly_timed(seconds: float) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Under the access mark and the limit: answers no sooner. To be at least twice what the work usually takes.

    The view has committed when it returns: nothing is held while we wait. The wait is a little longer or shorter each
    time, which covers what is left: tidying up after a view that did more takes a few microseconds longer.
    """

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def timed(*args: P.args, **kwargs: P.kwargs) -> R:
            end = time.monotonic() + seconds * (1 + _chance.random() / 10)
            try:
                return view(*args, **kwargs)
            finally:
                pause(max(0.0, end - time.monotonic()))

        return timed

    return decorate
