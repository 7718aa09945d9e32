"""The errors a reader can act on. Each is one line: what, where, what to do; and has its exit code.

Exit codes (a promise): 0 done · 1 a bug · 2 usage or settings · 3 checks failed or the run is held, nothing published ·
4 published, but some reports failed · 5 another run holds the lock ·
6 an input cannot be used · 7 the machine failed (disk full, folder not writable), nothing published.
"""

from __future__ import annotations


class RenewalsError(Exception):
    """An error a user can act on: shown as one line, without a traceback."""

    exit_code: int = 1


class UsageError(RenewalsError):
    """The command or the settings ask for something that does not exist or is not allowed."""

    exit_code = 2


class SettingsError(UsageError):
    """The settings file says something that cannot be."""


class DamagedRunError(UsageError):
    """A published run's file cannot be read as it was written: another run is to be chosen."""


class ChecksFailedError(RenewalsError):
    """A stop-level check failed: nothing was published."""

    exit_code = 3


class RunHeldError(ChecksFailedError):
    """Rule 14 holds the run: nothing was published until somebody accepts what was found."""


class ReportsFailedError(RenewalsError):
    """The run is published, but at least one report could not be made."""

    exit_code = 4


class LockedError(RenewalsError):
    """Another run holds the lock."""

    exit_code = 5


class InputError(RenewalsError):
    """An input file cannot be used (missing table or column, unreadable or half-written file)."""

    exit_code = 6


class MachineError(RenewalsError):
    """The machine failed (disk full, folder not writable): nothing was published, and what was there stays."""

    exit_code = 7
