"""What partners decide: how every decision is made, and what a run or a reader needs of them.

`record_decision` validates a request against a published run and stores it, or refuses it and stores nothing; `reading`
gives the decisions as the frame that the transforms take, and the ended associations that every reader leaves out. The
rules themselves are in `transform.decisions_in_effect` and `transform.ownership`; the events are in `store`.
"""

from pipeline.decisions.reading import decisions_frame, not_used_by
from pipeline.decisions.record_decision import Attribution, DecisionRequest, decide
from pipeline.decisions.values import import_decisions

__all__ = [
    "Attribution",
    "DecisionRequest",
    "decide",
    "decisions_frame",
    "import_decisions",
    "not_used_by",
]
