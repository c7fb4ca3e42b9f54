"""`make reset`: ends the demo and removes its data."""

import os
import shutil
import sys
from pathlib import Path

from deploy.demo.occupancy import evict
from deploy.demo.processes import end_leftovers
from deploy.demo.services import Postgres


def main() -> None:
    usual = Path(__file__).parents[2] / "var"
    folder = Path(os.environ.get("CANDOR_VAR") or usual).resolve()
    if not folder.exists():
        return
    if folder != usual and not (folder / "demo.lock").exists():
        sys.exit(f"{folder} was not made by the demo, so it is not removed.")
    evict(folder)
    end_leftovers(folder)
    Postgres(folder).end_previous()
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
