"""What several threads ask for at the same moment is done in one go."""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from threading import Lock
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


class Together(Generic[Asked, Answer]):
    """While one thread does what was asked for so far, the others gather; then one of them does it for all of these.

    Whoever comes alone waits for nobody. What cannot be done for all is done for each, so that nobody spoils it for
    others.
    """

    def __init__(self, work: Callable[[Sequence[Asked]], Sequence[Answer]]) -> None:
        self._work = work
        self._gathered: deque[tuple[Asked, Future[Answer]]] = deque()
        self._doing = Lock()

    def do(self, asked: Asked) -> Answer:
        mine: Future[Answer] = Future()
        self._gathered.append((asked, mine))
        with self._doing:
            if not mine.done():
                self._do([self._gathered.popleft() for _ in range(len(self._gathered))])
        return mine.result()

    def _do(self, gathered: Sequence[tuple[Asked, Future[Answer]]]) -> None:
        try:
            answers = self._work([asked for asked, _future in gathered])
        except Exception as error:
            if len(gathered) == 1:
                gathered[0][1].set_exception(error)
            else:
                for one in gathered:
                    self._do([one])
            return
        for (_asked, future), answer in zip(gathered, answers, strict=True):
            future.set_result(answer)
