"""What control charts say, in words."""

from __future__ import annotations

from collections.abc import Iterable

RULES = {
    "beyond_limits": "beyond the control limits",
    "eight_on_one_side": "the eighth month or more in a row on one side of the mean",
    "two_of_three_beyond_two_sigma": "two of three months near or beyond a limit",
}

ASSURANCE = {
    "will_pass": "As the process runs, every month will meet the target of {target}.",
    "will_fail": "As the process runs, no month will meet the target of {target}: it takes another process.",
    "hit_or_miss": "As the process runs, it is chance which months meet the target of {target}.",
}

ASSURANCE_BEFORE = {
    "will_pass": "Before this signal every month would meet the target of {target}: the process has changed.",
    "will_fail": "Before this signal no month would meet the target of {target}: the process has changed.",
    "hit_or_miss": "Before this signal it was chance which months met the target of {target}.",
}
"""The limits describe the process as it was: they promise nothing of a month that does not belong to it."""

SHORT_ASSURANCE = {
    "will_pass": "as it runs: will pass",
    "will_fail": "as it runs: will fail",
    "hit_or_miss": "as it runs: hit or miss",
}

SHORT_ASSURANCE_BEFORE = {
    "will_pass": "before the signal: pass",
    "will_fail": "before the signal: fail",
    "hit_or_miss": "before the signal: hit or miss",
}

CHARTS = {
    "xmr": "single values (XmR chart)",
    "p": "shares (p chart)",
    "p_prime": "shares (Laney p\u2032 chart)",
    "u": "rates (u chart)",
}


def reasons(signals: Iterable[str]) -> str:
    """The broken rules of a month as one phrase."""
    return ", and ".join(dict.fromkeys(RULES.get(rule, rule.replace("_", " ")) for rule in signals))


def assurance_sentence(assurance: str | None, target: str | None, *, is_signal: bool) -> str | None:
    """What the target means for the process as it runs; None when that is not known.

    :param is_signal: whether the newest month is a signal, so that it tells of the process as it ran until then.
    """
    if assurance is None or target is None:
        return None
    return (ASSURANCE_BEFORE if is_signal else ASSURANCE)[assurance].format(target=target)


def short_assurance(assurance: str, *, is_signal: bool) -> str:
    """The same in a few words."""
    return (SHORT_ASSURANCE_BEFORE if is_signal else SHORT_ASSURANCE)[assurance]
