"""A small cache of the most recently used, for several threads."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

V = TypeVar("V")


class Recent(Generic[V]):
    """Keeps values until their sizes add up to more than `capacity`."""

    def __init__(self, capacity: int, size: Callable[[V], int] = lambda _value: 1) -> None:
        self._capacity, self._size, self._used = capacity, size, 0
        self._values: OrderedDict[Hashable, V] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> V | None:
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def forget(self, key: Hashable) -> None:
        with self._lock:
            if (old := self._values.pop(key, None)) is not None:
                self._used -= self._size(old)

    def put(self, key: Hashable, value: V) -> V:
        with self._lock:
            if (old := self._values.pop(key, None)) is not None:
                self._used -= self._size(old)
            self._values[key] = value
            self._used += self._size(value)
            while self._used > self._capacity and self._values:
                self._used -= self._size(self._values.popitem(last=False)[1])
        return value
