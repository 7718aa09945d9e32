"""Importing Great Expectations, which takes 5 to 6 seconds, beside the reading of the exports.

The importing thread must never outlive the interpreter: a daemon thread that wakes up in one that is ending is ended
inside whatever C++ code it runs, which aborts the process. So it is not a daemon, the interpreter waits for it at every
exit, and it does not let the interpreter wait: once the main thread has come to its end, the next import it makes ends
it.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import sys
import threading
import warnings
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

_HOLDERS = ("great_expectations",)
"""Packages that hold objects of DuckDB, also when their import came to no end."""


class _ProgramEndsError(BaseException):
    """Nobody will need the module any more; no `except Exception` around an optional import takes it for its own."""


class _EndWithProgram:
    """The first of the finders of modules: ends the import of the thread it watches when the program is ending."""

    def __init__(self, thread: threading.Thread) -> None:
        self._thread = thread

    def find_spec(
        self, _name: str, _path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Finds nothing, so that the next finder is asked; raises when the program is ending."""
        if threading.current_thread() is self._thread and not threading.main_thread().is_alive():
            raise _ProgramEndsError
        return None


def engine() -> ModuleType:
    """`checks.gx_engine`, imported now unless it has been."""
    with warnings.catch_warnings():
        # Great Expectations imports these deprecated modules. Imported ahead of it, so that warnings are silent for an
        # instant only: filters belong to the whole process, and this may run beside the caller's thread.
        warnings.simplefilter("ignore", DeprecationWarning)
        importlib.import_module("sre_constants")
        importlib.import_module("sre_parse")
    atexit.unregister(_leave_quietly)
    atexit.register(_leave_quietly)
    return importlib.import_module("pipeline.checks.gx_engine")


def _leave_quietly() -> None:
    """Release Great Expectations before the interpreter does: in its order, DuckDB prints a list of leaks at exit."""
    for name in [name for name in sys.modules if name.partition(".")[0] in _HOLDERS]:
        del sys.modules[name]
    gc.collect()


def warm_up() -> None:
    """Import Great Expectations now."""
    engine()


def warm_up_beside() -> threading.Thread:
    """Begin to import Great Expectations in a thread of its own, which ends with the program at the latest.

    What goes wrong with the import is raised where the engine is needed.
    """
    thread = threading.Thread(target=_import, name="importing Great Expectations", daemon=False)
    thread.start()
    return thread


def _import() -> None:
    finder = _EndWithProgram(threading.current_thread())
    sys.meta_path.insert(0, finder)
    try:
        with contextlib.suppress(Exception, _ProgramEndsError):
            engine()
    finally:
        sys.meta_path.remove(finder)
