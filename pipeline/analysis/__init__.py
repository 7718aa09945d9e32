"""What analysts call, from a notebook or a script: published runs as frames, explained, compared, shown inline.

`open_run` opens a run (`reader.OpenRun`: tables, SQL, explanations, reports), `runs` lists them, `compare` says what
changed between two, `what_if` what finance's tables would be under other assumptions. People are masked unless
`unmask=True`, which leaves a line in the home's `unmasked.jsonl` (`audit`). Like the command line, this package asks
`pipeline.runtime` where the home is, who the user is and what the time is; nothing here writes to a run.
"""

from pipeline.analysis.api import compare, explain, open_run, report, runs
from pipeline.analysis.assumptions import what_if
from pipeline.analysis.explanation import Explanation
from pipeline.analysis.inline_report import InlineReport
from pipeline.analysis.reader import OpenRun

__all__ = ["Explanation", "InlineReport", "OpenRun", "compare", "explain", "open_run", "report", "runs", "what_if"]
