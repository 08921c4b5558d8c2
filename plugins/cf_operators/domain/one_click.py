"""The first answer that a link in a mail carries: shown as chosen, and kept only when the person sends it."""

from __future__ import annotations

import re

from cf_operators.domain.condition import Answers
from cf_operators.domain.submission import SubmissionRules

_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,3}")


def chosen_value(rules: SubmissionRules, question: str, value: str, answers: Answers) -> int | None:
    """The answer to a rating that a link asks to fill in; None when it is none that the person could give.

    :param question: name of a question, as the link has it: anything may stand there.
    :param value: the answer, as the link has it.
    :param answers: what the person has answered so far, which decides what is shown.
    """
    if not rules.is_rating(question) or not _WHOLE_NUMBER.fullmatch(value):
        return None
    chosen = int(value)
    problems = rules.problems({**answers, question: chosen}, is_complete=False)
    return None if any(problem.question == question for problem in problems) else chosen
