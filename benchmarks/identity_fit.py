"""Fitting the decision on a family, and what it is worth: logistic regression without negative coefficients."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from zlib import crc32

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]
Row = Mapping[str, float] | None

USED = ("similarity", "edge", "own", "special", "rest", "plain", "chance")
"""The features that the decision rests on."""
FOLDS = 6
"""Apps and libraries are dealt into so many folds by their names; a case is judged by what was fitted on neither."""
FOUND = 0.7
_PENALTY = 1.0
_BETWEEN = 0.01


@dataclass(frozen=True)
class Calibrated:
    """What each case gets, and how far that holds.

    Attributes:
        probability: of each case. found: from which on a family is found.
        error: expected calibration error. error_between: of those that are neither sure nor hopeless.
        bins: lower and upper bound, cases, mean probability, share that is there.
    """

    probability: F64
    found: float
    error: float
    error_between: float
    bins: list[tuple[float, float, int, float, float]]


def coefficients(rows: Sequence[Row], there: Sequence[bool | None]) -> dict[str, float]:
    """The numbers fitted on all cases that count; `prior` is the logarithm of the odds among them.

    Args:
        rows: scaled features of each case.
        there: whether it is; None when it does not count.
    """
    known = [row for row, said in enumerate(there) if said is not None and rows[row] is not None]
    truth = np.array([bool(there[row]) for row in known])
    made = _fit(_table([rows[row] for row in known]), truth)
    prior = float(np.log(truth.mean() / (1 - truth.mean())))
    made[0] -= prior
    return {"prior": round(prior, 3)} | {
        name: round(float(value), 3) for name, value in zip(("base", *USED), made, strict=True)
    }


def calibrated(rows: Sequence[Row], there: Sequence[bool | None], groups: Sequence[tuple[str, str]]) -> Calibrated:
    """Judge every case by numbers fitted without its app and its library.

    Args:
        rows: scaled features of each case; None when there was no evidence at all.
        there: whether it is; None when it does not count.
        groups: app and library of each.
    """
    table = _table([row or dict.fromkeys(USED, 0.0) for row in rows])
    counts = np.array([said is not None and row is not None for said, row in zip(there, rows, strict=True)])
    truth = np.array([bool(said) for said in there])
    app, library = (np.array([crc32(group[side].encode()) % FOLDS for group in groups]) for side in (0, 1))
    probability = np.zeros(len(rows))
    for one in range(FOLDS):
        for other in range(FOLDS):
            asked = (app == one) & (library == other)
            seen = counts & (app != one) & (library != other)
            if asked.any():
                made = _fit(table[seen], truth[seen])
                probability[asked] = _logistic(made[0] + table[asked] @ made[1:])
    probability[[row is None for row in rows]] = 0.0
    return measured(probability, there)


def measured(probability: F64, there: Sequence[bool | None]) -> Calibrated:
    """What probabilities are worth, wherever they come from.

    Args:
        probability: of each case.
        there: whether it is; None when it does not count.
    """
    truth = np.array([bool(said) for said in there])
    judged = np.array([said is not None for said in there])
    between = judged & (probability > _BETWEEN) & (probability < 1 - _BETWEEN)
    return Calibrated(
        probability,
        FOUND,
        _error(probability[judged], truth[judged]),
        _error(probability[between], truth[between]),
        _bins(probability[judged], truth[judged]),
    )


def _table(rows: Sequence[Row]) -> F64:
    return np.array([[row[name] for name in USED] for row in rows if row is not None]).reshape(-1, len(USED))


def _logistic(value: F64) -> F64:
    made: F64 = 1 / (1 + np.exp(-value.clip(-30, 30)))
    return made


def _fit(table: F64, truth: npt.NDArray[np.bool_]) -> F64:
    """Base and coefficients by Newton's method; a feature whose coefficient turns negative is left out."""
    mean, spread = table.mean(0), table.std(0) + 1e-9
    made = np.column_stack([np.ones(len(table)), (table - mean) / spread])
    used = np.ones(made.shape[1], bool)
    weights = np.zeros(made.shape[1])
    while True:
        weights[:] = 0
        for _ in range(40):
            part = made[:, used]
            guess = _logistic(part @ weights[used])
            penalty = np.append(1e-6, np.full(used.sum() - 1, _PENALTY))
            slope = part.T @ (guess - truth) + penalty * weights[used]
            bend = (part * (guess * (1 - guess))[:, None]).T @ part + np.diag(penalty)
            step = np.linalg.solve(bend, slope)
            weights[used] -= step
            if np.abs(step).max() < 1e-9:
                break
        wrong = used & (weights < 0)
        wrong[0] = False
        if not wrong.any():
            break
        used[np.argmin(np.where(wrong, weights, 0))] = False
    slopes = weights[1:] / spread
    return np.append(weights[0] - (slopes * mean).sum(), slopes)


def _bins(probability: F64, truth: npt.NDArray[np.bool_]) -> list[tuple[float, float, int, float, float]]:
    edges = [0.0, 0.01, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 0.99, 1.0000001]
    made = []
    for low, high in pairwise(edges):
        inside = (probability >= low) & (probability < high)
        if inside.any():
            made.append((low, high, int(inside.sum()), float(probability[inside].mean()), float(truth[inside].mean())))
    return made


def _error(probability: F64, truth: npt.NDArray[np.bool_]) -> float:
    """Expected calibration error over ten bins of like width."""
    if not len(truth):
        return 0.0
    bins = np.minimum((probability * 10).astype(int), 9)
    return float(
        sum(
            abs(probability[bins == number].mean() - truth[bins == number].mean()) * (bins == number).mean()
            for number in np.unique(bins).tolist()
        )
    )
