"""What partners decide: the one door through which decisions are made, and what a run or a reader needs of them.

`deciding` judges a wish against a published run and stores it, or refuses it and stores nothing; `reading` gives the
decisions as the frame that the transforms take, and the ended associations that every reader leaves out. The rules
themselves are in `transform.decided` and `transform.ownership`; the events are in `store`.
"""

from pipeline.decisions.deciding import Signature, Wish, decide
from pipeline.decisions.reading import decisions_frame, ended_now, not_used_by
from pipeline.decisions.values import import_decisions

__all__ = ["Signature", "Wish", "decide", "decisions_frame", "ended_now", "import_decisions", "not_used_by"]
