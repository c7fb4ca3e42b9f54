"""What several threads ask for at the same moment is done in one go."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from threading import Event, Lock
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")

PAUSE = 0.002  # seconds in which more may come, as PostgreSQL's commit_delay; not for whoever comes alone


class _Place(Generic[Asked, Answer]):
    """Of one thread among those that wait. It is called when it has its answer, or when it is to do the work."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.answer: Future[Answer] = Future()
        self.called = Event()


class Together(Generic[Asked, Answer]):
    """While one thread does what was asked for so far, the others gather; then one of them does it for all of these.

    Whoever comes alone waits for nobody. What cannot be done for all is done for each, so that nobody spoils it for
    others.
    """

    def __init__(self, work: Callable[[Sequence[Asked]], Sequence[Answer]]) -> None:
        self._work = work
        self._lock = Lock()
        self._gathered: list[_Place[Asked, Answer]] = []
        self._working = self._crowded = False

    def do(self, asked: Asked) -> Answer:
        mine: _Place[Asked, Answer] = _Place(asked)
        with self._lock:
            self._gathered.append(mine)
            first, self._working = not self._working, True
        if not first:
            mine.called.wait()
        if not mine.answer.done():
            self._do_for_all()
        return mine.answer.result()

    def _do_for_all(self) -> None:
        if self._crowded:
            time.sleep(PAUSE)
        with self._lock:
            group, self._gathered = self._gathered, []
            self._crowded = len(group) > 1
        try:
            self._answer(group)
        finally:
            self._hand_on()
            for place in group:
                place.called.set()

    def _answer(self, group: Sequence[_Place[Asked, Answer]]) -> None:
        try:
            answers = self._work([place.asked for place in group])
        except Exception as error:
            if len(group) == 1:
                group[0].answer.set_exception(error)
            for place in group if len(group) > 1 else []:
                self._answer([place])
            return
        for place, answer in zip(group, answers, strict=True):
            place.answer.set_result(answer)

    def _hand_on(self) -> None:
        with self._lock:
            self._working = bool(self._gathered)
            if self._working:
                self._gathered[0].called.set()
