"""Granian, with the application loaded once, before its workers are forked: `python -m deploy.web … wsgi:app`."""

import gc
import importlib
import runpy
import sys

if __name__ == "__main__":
    importlib.import_module(sys.argv[-1].partition(":")[0])
    gc.collect()
    gc.freeze()  # collecting would write to every object, and so copy memory that the workers share
    runpy.run_module("granian", run_name="__main__")
