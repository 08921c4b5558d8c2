"""Fails if a test was skipped for another reason than something that this machine cannot have.

`python .ci/skipped.py JUNIT_XML`, written by pytest. A test that skips says "machine cannot have: ..."; where the
shared data folder is present, it is no reason.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from xml.etree import ElementTree

GOOD_REASON = "machine cannot have:"
ROOT = Path(__file__).resolve().parents[1]


def main(report: str) -> int:
    """Print every skipped test that should have run; the exit code is 1 if there is one, or if no test ran."""
    shared = Path(os.environ.get("CF_SHARED", ROOT.parent / "shared"))
    cases = list(ElementTree.parse(report).iter("testcase"))
    skipped = [(case, skip.get("message") or "") for case in cases for skip in case.iter("skipped")]
    wrong = [
        f"{case.get('classname')}::{case.get('name')}: {reason}"
        for case, reason in skipped
        if not reason.startswith(GOOD_REASON) or (shared.is_dir() and "shared data folder" in reason)
    ]
    print(f"{len(cases)} tests, {len(skipped)} skipped, {len(wrong)} of them without a good reason")
    for line in wrong:
        print(f"  {line}")
    return 1 if wrong or len(cases) == len(skipped) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
