"""Walking through a list page by page, there and back."""

from webapp.paging import Cut, cut

SIZE = 20


def page(count: int, *, older_than: int | None = None, newer_than: int | None = None) -> Cut[int, int]:
    """Of the numbers below `count`, the largest first; they are found as a database would."""
    numbers = range(count)
    if newer_than is not None:
        found = [number for number in numbers if number > newer_than][: SIZE + 1]
    else:
        found = [number for number in reversed(numbers) if older_than is None or number < older_than][: SIZE + 1]
    return cut(found, lambda number: number, size=SIZE, older_than=older_than, newer_than=newer_than)


def test_each_row_is_on_one_page_and_the_ways_end_at_the_ends() -> None:
    first = page(45)
    second = page(45, older_than=first.older_than)
    last = page(45, older_than=second.older_than)
    assert [*first.rows, *second.rows, *last.rows] == list(reversed(range(45)))
    assert (first.newer_than, last.older_than) == (None, None)


def test_the_way_back_leads_over_the_same_pages() -> None:
    first = page(45)
    second = page(45, older_than=first.older_than)
    last = page(45, older_than=second.older_than)
    assert page(45, newer_than=last.newer_than) == second
    assert page(45, newer_than=second.newer_than) == first


def test_what_fits_on_one_page_leads_nowhere() -> None:
    assert page(SIZE) == Cut(list(reversed(range(SIZE))), None, None)
    assert page(0) == Cut([], None, None)
