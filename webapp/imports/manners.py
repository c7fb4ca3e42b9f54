"""How a file writes days and amounts, judged by a few of its rows."""

import re
from collections.abc import Iterable

_DAY = re.compile(r"(\d{1,2})([-./])(\d{1,2})\2\d{2,4}\b")
_DECIMALS = re.compile(r"\d([.,])(\d{1,2}|\d{4,})$")


def guess_dates(cells: Iterable[str]) -> str:
    """`ymd` where no day begins with anything but a year."""
    orders = [_order(found) for cell in cells if (found := _DAY.match(cell.strip()))]
    return "mdy" if "mdy" in orders and "dmy" not in orders else "dmy" if orders else "ymd"


def guess_decimal(cells: Iterable[str]) -> str:
    """What stands before one or two digits at the end."""
    signs = [found[1] for cell in cells if (found := _DECIMALS.search(cell.strip()))]
    return "," if signs.count(",") > signs.count(".") else "."


def _order(day: re.Match[str]) -> str:
    first, sign, second = int(day[1]), day[2], int(day[3])
    if second > 12:
        return "mdy"
    return "either" if sign == "/" and first <= 12 else "dmy"
