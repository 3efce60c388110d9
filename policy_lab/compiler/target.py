"""Compilation targets: the processor, the width of its vectors, and the precision of a number."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable
from dataclasses import dataclass

SMALLEST_FLOAT, LARGEST_FLOAT = 2.0**-126, (2.0 - 2.0**-23) * 2.0**127


class TooFine(ValueError):
    """A Program cannot run in single precision; the message is half a sentence: "it has the number 1e-60"."""


@dataclass(frozen=True)
class Target:
    """A processor and a precision.

    Attributes:
        triple, cpu, features: as LLVM spells them; ``of_kernels``: features that only the math kernels use.
        lanes: runs in one vector (8 doubles for AVX-512, 4 for AVX2, 2 for SSE2, NEON and WebAssembly).
        fma: name of LLVM's function for a fused multiply-add where that is one instruction, else "" (it would become
            a library call).
        permute: AVX-512's two-register table look-up is there, and its conversion of 64-bit integers.
        index: integer type of addresses, ``"i64"`` or ``"i32"``.
        abreast: how many vectors of exp, log or power are interleaved (see ``call_scheduling.py``); 1 where the
            processor is busy enough with one.
        bits: 64 or 32, of a number; double or single precision.
        pooled: literal numbers are loaded from memory (V8 makes three instructions of a literal), and every result is
            stored at once (V8 keeps too many in registers, and spills them anyway).
    """

    triple: str
    cpu: str
    features: str
    lanes: int
    fma: str
    permute: bool
    index: str
    abreast: int = 1
    pooled: bool = False
    of_kernels: str = ""
    bits: int = 64

    @property
    def real(self) -> str:
        """LLVM's type of a number."""
        return "double" if self.bits == 64 else "float"

    @property
    def integer(self) -> str:
        """LLVM's type of an integer as wide as a number."""
        return f"i{self.bits}"

    @property
    def size(self) -> int:
        """Bytes of a number."""
        return self.bits // 8

    def exact(self, value: float) -> bool:
        """Whether a number has no rounding error at this precision."""
        return self.bits == 64 or struct.unpack("<f", struct.pack("<f", value))[0] == value

    def packed(self, value: float) -> bytes:
        """A number as bytes in memory, rounded once. Raises TooFine."""
        if self.bits == 64:
            return struct.pack("<d", value)
        if math.isfinite(value) and value and not SMALLEST_FLOAT <= abs(value) <= LARGEST_FLOAT:
            raise TooFine(f"it has the number {value:g}")
        return struct.pack("<f", value)

    def check(self, values: Iterable[float]) -> None:
        """Raise TooFine where a number has no value at this precision, or hardly one."""
        for value in values:
            self.packed(value)

    def literal(self, value: float) -> str:
        """A number with its type, exactly; LLVM writes a float as the double that is the same number."""
        rounded: float = value if self.bits == 64 else struct.unpack("<f", self.packed(value))[0]
        return f"{self.real} {hexadecimal(rounded)}"

    @property
    def alignment(self) -> int:
        """Bytes at which working memory is aligned."""
        return self.lanes * self.size

    @property
    def sign(self) -> int:
        """The bit of a number that says whether it is negative, as an integer."""
        return -(1 << (self.bits - 1))

    @property
    def paired(self) -> bool:
        """Whether a run on its own puts two calls into the two lanes of a vector."""
        return self.abreast > 1 and self.lanes == 2


def hexadecimal(value: float) -> str:
    """A double in LLVM's exact notation."""
    return f"0x{struct.unpack('<Q', struct.pack('<d', value))[0]:016X}"
