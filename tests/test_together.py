"""What several threads ask for at the same moment is done in one go."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from webapp.together import Together


def test_those_who_come_while_one_is_at_work_are_answered_by_the_next_go() -> None:
    groups: list[list[int]] = []
    begun, go_on = Event(), Event()

    def work(asked: Sequence[int]) -> list[int]:
        groups.append(sorted(asked))
        begun.set()
        assert go_on.wait(5)
        return [10 * number for number in asked]

    together = Together(work)
    with ThreadPoolExecutor(5) as pool:
        first = pool.submit(together.do, 0)
        assert begun.wait(5)
        others = [pool.submit(together.do, number) for number in range(1, 5)]
        while len(together._gathered) < 4:
            pass
        go_on.set()
        assert [one.result(5) for one in [first, *others]] == [0, 10, 20, 30, 40]
    assert groups == [[0], [1, 2, 3, 4]]


def test_under_load_everybody_gets_their_own_answer() -> None:
    together = Together[int, int](lambda asked: [-number for number in asked])
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(together.do, range(2000))) == [-number for number in range(2000)]


def test_one_that_cannot_be_done_spoils_it_for_nobody_else() -> None:
    begun, go_on = Event(), Event()

    def work(asked: Sequence[int]) -> list[int]:
        begun.set()
        assert go_on.wait(5)
        return [6 // number for number in asked]

    together = Together[int, int](work)
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(together.do, 1)]
        assert begun.wait(5)
        asked += [pool.submit(together.do, number) for number in (2, 0, 3)]
        while len(together._gathered) < 3:
            pass
        go_on.set()
        with pytest.raises(ZeroDivisionError):
            asked[2].result(5)
        assert [asked[number].result(5) for number in (0, 1, 3)] == [6, 3, 2]
    assert together.do(2) == 3, "and it goes on afterwards"
