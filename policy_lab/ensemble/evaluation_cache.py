"""Evaluation cache: outcomes of the points that a search has evaluated, on disk, so that a stopped search resumes.

A search draws its next points from the outcomes of those before. Run again with the same seed it evaluates the same
points in the same order, reads the known ones from the cache, and goes on where it was stopped, to the same bits. An
answer is written as soon as it is known, under the hash of its question and with a checksum; what a killed process
wrote in part is dropped.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final

import numpy as np

from policy_lab.ensemble.folder import writing
from policy_lab.runs import Floats

#: Before each answer: hash of the question, rows, columns, checksum of the numbers.
_HEAD: Final = struct.Struct("<32sIII")


class EvaluationCache:
    """Answers by question, in one file that only grows.

    Args:
        path: of the file; made with the first answer.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known: dict[bytes, Floats] = {}
        whole = 0
        for key, answer, end in _read(path):
            self._known[key], whole = answer, end
        if path.exists():
            with writing(path), path.open("r+b") as file:
                file.truncate(whole)

    def __len__(self) -> int:
        return len(self._known)

    def recall(self, ask: Callable[[], Floats], *question: Floats) -> Floats:
        """The cached answer to a question, or else the value of ``ask()``, which is cached.

        Args:
            ask: finds the answer, a table of numbers.
            question: all arrays that the answer depends on.

        Raises:
            OutputError: the answer cannot be written.
        """
        key = _key(question)
        if key not in self._known:
            answer = np.ascontiguousarray(ask(), dtype="<f8")
            data = answer.tobytes()
            with writing(self.path), self.path.open("ab", buffering=0) as file:
                file.write(_HEAD.pack(key, *answer.shape, zlib.crc32(data)) + data)
            self._known[key] = answer
        return self._known[key]


def _key(question: tuple[Floats, ...]) -> bytes:
    digest = sha256()
    for array in question:
        digest.update(repr(array.shape).encode())
        digest.update(np.ascontiguousarray(array, dtype="<f8").tobytes())
    return digest.digest()


def _read(path: Path) -> Iterator[tuple[bytes, Floats, int]]:
    """Question, answer and end in the file of every answer, up to the first that is not whole."""
    if not path.exists():
        return
    data, start = path.read_bytes(), 0
    while start + _HEAD.size <= len(data):
        key, rows, columns, checksum = _HEAD.unpack_from(data, start)
        begin = start + _HEAD.size
        start = begin + rows * columns * 8
        numbers = data[begin:start]
        if len(numbers) < rows * columns * 8 or zlib.crc32(numbers) != checksum:
            return
        yield key, np.frombuffer(numbers, dtype="<f8").reshape(rows, columns), start
