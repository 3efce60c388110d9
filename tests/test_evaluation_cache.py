"""The memory of a search: what was answered once is never asked again, and what was half written never believed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from policy_lab.ensemble.evaluation_cache import EvaluationCache
from policy_lab.errors import OutputError


def never() -> np.ndarray:
    raise AssertionError("asked again")


def test_answers_are_the_same_bits_from_the_file(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    questions, answers = rng.normal(size=(5, 3, 2)), rng.normal(size=(5, 4, 7))
    answers[2, 1, 3] = np.nan
    first = EvaluationCache(tmp_path / "searched")
    for question, answer in zip(questions, answers, strict=True):
        assert np.array_equal(first.recall(lambda a=answer: a, question), answer, equal_nan=True)
    second = EvaluationCache(tmp_path / "searched")
    assert len(second) == 5
    for question, answer in zip(questions, answers, strict=True):
        assert np.array_equal(second.recall(never, question), answer, equal_nan=True)


def test_another_question_is_another_one(tmp_path: Path) -> None:
    memory = EvaluationCache(tmp_path / "searched")
    one, two = np.ones((2, 3)), np.ones((3, 2))
    memory.recall(lambda: np.zeros((1, 1)), one)
    for question in ((two,), (one, two), (one + 1e-16, one), (one * (1 + 2**-52),)):
        with pytest.raises(AssertionError, match="asked again"):
            memory.recall(never, *question)


@pytest.mark.parametrize("cut", [1, 30, 60, 75])
def test_what_was_written_in_part_is_dropped_and_the_rest_stays(cut: int, tmp_path: Path) -> None:
    path = tmp_path / "searched"
    memory, question = EvaluationCache(path), np.arange(3.0)
    for k in range(4):
        memory.recall(lambda k=k: np.full((2, 2), k), question + k)
    path.write_bytes(path.read_bytes()[:-cut])
    again = EvaluationCache(path)
    assert len(again) == 3
    assert again.recall(lambda: np.full((2, 2), 3.0), question + 3)[0, 0] == 3
    assert len(EvaluationCache(path)) == 4, "what follows is appended where the whole part ends"


def test_a_damaged_answer_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "searched"
    EvaluationCache(path).recall(lambda: np.ones((1, 2)), np.zeros(1))
    data = bytearray(path.read_bytes())
    data[-3] ^= 255
    path.write_bytes(data)
    assert len(EvaluationCache(path)) == 0


def test_a_memory_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    memory = EvaluationCache(tmp_path / "gone" / "searched")
    with pytest.raises(OutputError, match="Cannot write"):
        memory.recall(lambda: np.ones((1, 1)), np.zeros(1))
