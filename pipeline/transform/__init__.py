"""Rules 1 to 12 as pure functions of frames: exports in, published tables out. One file per rule family.

The order below is the order of the data: contracts in force → upcoming changes → deadline → status → current MRR →
estimated new MRR → MRR on the eve → whose row it is → partner summary. Finance's tables (rule 12) are built after them.
"""

from pipeline.transform.build import (
    as_declared,
    build,
    build_finance,
    build_finance_in_turn,
    build_in_turn,
    changes_with_status,
    contracts_in_force,
)

__all__ = [
    "as_declared",
    "build",
    "build_finance",
    "build_finance_in_turn",
    "build_in_turn",
    "changes_with_status",
    "contracts_in_force",
]
