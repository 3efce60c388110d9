"""The linker: a WebAssembly object file from LLVM -> a module that a browser can instantiate.

It writes final indices and addresses where relocations are, exports the entry functions, declares the memory needed,
and drops the sections meant for linkers. Whatever it does not know it refuses: a module that is not exactly right must
not exist. Format: WebAssembly core specification and its tool conventions, "Linking".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from policy_lab.errors import ModelError

_MAGIC = b"\0asm\1\0\0\0"
_CUSTOM, _IMPORT, _EXPORT, _START, _ELEMENT, _CODE, _DATA, _DATA_COUNT = 0, 2, 7, 8, 9, 10, 11, 12
_FUNCTION_INDEX, _ADDRESS, _SIGNED_ADDRESS = 0, 3, 4
_PAGE = 65536
_UNDEFINED = 0x10
MEMORY = "memory"
_MEMORY_KIND = 2


class LinkError(ModelError):
    """An object file with something in it that this linker does not know."""


@dataclass(frozen=True)
class Linked:
    """A finished module: its bytes, and how many bytes of memory its constants take from address 0."""

    module: bytes
    constants: int


@dataclass(frozen=True)
class _Symbol:
    """A function (its index) or a piece of data (its address)."""

    kind: int
    name: str
    value: int


class _Reader:
    """Numbers and names from bytes."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data, self.at = data, at

    @property
    def more(self) -> bool:
        return self.at < len(self.data)

    def byte(self) -> int:
        self.at += 1
        return self.data[self.at - 1]

    def unsigned(self) -> int:
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    def signed(self) -> int:
        start = self.at
        value = self.unsigned()
        bits = 7 * (self.at - start)
        return value - (1 << bits) if value >> (bits - 1) else value

    def take(self, count: int) -> bytes:
        self.at += count
        if self.at > len(self.data):
            raise LinkError("error.link.ends")
        return self.data[self.at - count : self.at]

    def name(self) -> str:
        return self.take(self.unsigned()).decode()


def link(code: bytes, *entries: str) -> Linked:
    """Link one object file; ``entries`` are the functions to export. Raises LinkError."""
    if code[:8] != _MAGIC:
        raise LinkError("error.link.no_object")
    sections = list(_sections(code))
    plain = {number: body for number, _, body in sections if number != _CUSTOM}
    custom = {name: body for number, name, body in sections if number == _CUSTOM}
    addresses, constants = _segments(plain.get(_DATA, b""))
    plain[_IMPORT] = _imports(plain.get(_IMPORT, b"\0"), constants)
    symbols = _symbols(custom.get("linking", b""), addresses)
    for name, body in custom.items():
        if name.startswith("reloc."):
            _relocate(body, sections, plain, symbols)
    functions = {symbol.name: symbol.value for symbol in symbols if symbol.kind == 0}
    lacking = [entry for entry in entries if entry not in functions]
    if lacking:
        raise LinkError("error.link.no_function", name=lacking[0])
    exports = [_text(entry) + b"\0" + _number(functions[entry]) for entry in entries]
    plain[_EXPORT] = _number(len(exports)) + b"".join(exports)
    order = [1, _IMPORT, 3, 4, 5, 6, _EXPORT, _START, _ELEMENT, _DATA_COUNT, _CODE, _DATA]
    unknown = set(plain) - set(order)
    if unknown:
        raise LinkError("error.link.sections", kinds=sorted(unknown))
    parts = [bytes([n]) + _number(len(plain[n])) + plain[n] for n in order if n in plain]
    return Linked(_MAGIC + b"".join(parts), constants)


def _sections(code: bytes) -> Iterator[tuple[int, str, bytes]]:
    """Every section: kind, name of a custom one, and content without that name."""
    reader = _Reader(code, 8)
    while reader.more:
        number = reader.byte()
        body = reader.take(reader.unsigned())
        inner = _Reader(body)
        name = inner.name() if number == _CUSTOM else ""
        yield number, name, body[inner.at :]


def _segments(body: bytes) -> tuple[list[int], int]:
    """Where each data segment begins in memory, and where the last one ends."""
    if not body:
        return [], 0
    reader, starts, end = _Reader(body), [], 0
    for _ in range(reader.unsigned()):
        if reader.byte() != 0 or reader.byte() != 0x41:
            raise LinkError("error.link.segment")
        starts.append(reader.signed())
        if reader.byte() != 0x0B:
            raise LinkError("error.link.segment")
        end = max(end, starts[-1] + len(reader.take(reader.unsigned())))
    return starts, end


def _symbols(body: bytes, addresses: list[int]) -> list[_Symbol]:
    reader = _Reader(body)
    if reader.unsigned() != 2:
        raise LinkError("error.link.convention")
    while reader.more:
        kind, size = reader.byte(), reader.unsigned()
        inner = _Reader(reader.take(size))
        if kind == 8:
            return [_symbol(inner, addresses) for _ in range(inner.unsigned())]
    raise LinkError("error.link.no_symbols")


def _symbol(reader: _Reader, addresses: list[int]) -> _Symbol:
    kind, flags = reader.byte(), reader.unsigned()
    if kind == 0:
        index = reader.unsigned()
        if flags & _UNDEFINED:
            raise LinkError("error.link.calls", index=index)
        return _Symbol(kind, reader.name(), index)
    if kind == 1:
        name = reader.name()
        if flags & _UNDEFINED:
            raise LinkError("error.link.reads", name=name)
        segment, offset, _ = reader.unsigned(), reader.unsigned(), reader.unsigned()
        return _Symbol(kind, name, addresses[segment] + offset)
    if kind == 3:
        reader.unsigned()
        return _Symbol(kind, "", 0)
    raise LinkError("error.link.symbol", kind=kind)


def _relocate(
    body: bytes, sections: list[tuple[int, str, bytes]], plain: dict[int, bytes], symbols: list[_Symbol]
) -> None:
    """Write final indices and addresses into a section."""
    reader = _Reader(body)
    number, name, _ = sections[reader.unsigned()]
    if number == _CUSTOM:
        return  # a section that is dropped
    if number != _CODE:
        raise LinkError("error.link.relocated", section=f"{number}{name}")
    content = bytearray(plain[number])
    for _ in range(reader.unsigned()):
        kind, at, symbol = reader.byte(), reader.unsigned(), symbols[reader.unsigned()]
        if kind == _FUNCTION_INDEX and symbol.kind == 0:
            content[at : at + 5] = _padded(symbol.value)
        elif kind in (_ADDRESS, _SIGNED_ADDRESS) and symbol.kind == 1:
            content[at : at + 5] = _padded(symbol.value + reader.signed())
        else:
            raise LinkError("error.link.relocation", kind=kind)
    plain[number] = bytes(content)


def _imports(body: bytes, constants: int) -> bytes:
    """The import section: memory, which is renamed and must hold the constants, and nothing else."""
    reader = _Reader(body)
    for _ in range(reader.unsigned()):
        module, field, kind = reader.name(), reader.name(), reader.byte()
        if (module, field, kind) != ("env", "__linear_memory", _MEMORY_KIND):
            raise LinkError("error.link.needs", name=f"{module}.{field}")
        reader.take(2)  # flags and size of the memory, replaced below
    pages = -(-constants // _PAGE)
    return _number(1) + _text("env") + _text(MEMORY) + bytes([_MEMORY_KIND, 0]) + _number(pages)


def _number(value: int) -> bytes:
    """Unsigned LEB128."""
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def _padded(value: int) -> bytes:
    """Five bytes, which read the same signed and unsigned below 2**31."""
    if not 0 <= value < 1 << 31:
        raise LinkError("error.link.address")
    return bytes([*((value >> shift & 127) | 128 for shift in (0, 7, 14, 21)), value >> 28])


def _text(name: str) -> bytes:
    data = name.encode()
    return _number(len(data)) + data
