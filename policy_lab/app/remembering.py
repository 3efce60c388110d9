"""What servers remember: up to so many bytes, however many runs and studies there are.

Findings are megabytes, and what the page shows of them a hundred to five hundred kilobytes. What is made of findings
knows them weakly: those that are read again after others have taken their place are new ones, and a view of the former
must not keep them.
"""

from __future__ import annotations

import sys
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from functools import wraps
from itertools import chain
from typing import Any, Generic, ParamSpec, TypeVar

from policy_lab.ensemble.findings import Findings

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
P = ParamSpec("P")


class Shelf(Generic[K, V]):
    """The things used latest, safe to share between threads.

    Args:
        room: bytes of all of them; the one longest unused goes first, but the last one stays however large.
    """

    def __init__(self, room: int) -> None:
        self._room = room
        self._kept: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: K) -> V | None:
        """What is there, None if it is not."""
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key][0]

    def put(self, key: K, thing: V, size: int) -> None:
        """Add something of so many bytes."""
        with self._lock:
            self._room += self._kept.pop(key, (None, 0))[1] - size
            self._kept[key] = thing, size
            while self._room < 0 and len(self._kept) > 1:
                self._room += self._kept.popitem(last=False)[1][1]

    def __len__(self) -> int:
        return len(self._kept)


def size_of(made: object) -> int:
    """Bytes of lists and dictionaries with all that is in them: several times those of their text."""
    inside: Iterable[object] = ()
    if isinstance(made, dict):
        inside = chain(made.keys(), made.values())
    elif isinstance(made, list | tuple):
        inside = made
    return sys.getsizeof(made) + sum(map(size_of, inside))


def remembered(room: int, size: Callable[[Any], int] = size_of) -> Callable[[Callable[P, V]], Callable[P, V]]:
    """Makes a function of findings, and of other hashable things in order, remember its latest results.

    Args:
        room: bytes of all results.
        size: bytes of one.
    """

    def decorate(make: Callable[P, V]) -> Callable[P, V]:
        shelf: Shelf[tuple[object, ...], V] = Shelf(room)

        @wraps(make)
        def known(*given: P.args, **named: P.kwargs) -> V:
            key = tuple(weakref.ref(one) if isinstance(one, Findings) else one for one in given)
            made = shelf.get(key)
            if made is None:
                made = make(*given, **named)
                shelf.put(key, made, size(made))
            return made

        return known

    return decorate
