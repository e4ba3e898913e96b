"""Which of several equal elements a selection names: the steps of torch's quick selection and of the C++ library's.

Selections are not stable, so where elements are equal only the same steps give the same places. All work on a list of
places and a function ``less`` of two places; they are meant for the rows that have equal elements at all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Less = Callable[[Any, Any], bool]

INSERTION = 16
"""Up to so many elements the C++ library sorts by insertion."""


def quick_select(places: list[Any], k: int, less: Less) -> None:
    """Bring the element of rank ``k`` to position ``k``: Hoare's selection with the median of three in front."""
    left, right = 0, len(places) - 1
    while right > left:
        if right == left + 1:
            if less(places[right], places[left]):
                _swap(places, left, right)
            return
        _swap(places, left + (right - left) // 2, left + 1)
        for low, high in ((left + 1, right), (left, right), (left + 1, left)):
            if less(places[high], places[low]):
                _swap(places, low, high)
        up, down, pivot = left + 1, right, places[left]
        while True:
            up += 1
            while less(places[up], pivot):
                up += 1
            down -= 1
            while less(pivot, places[down]):
                down -= 1
            if down < up:
                break
            _swap(places, up, down)
        _swap(places, left, down)
        if down <= k:
            left = up
        if down >= k:
            right = down - 1


def nth_element(places: list[Any], nth: int, less: Less) -> None:
    """Bring the element of rank ``nth`` to its position, none before it larger, as ``std::nth_element`` does."""
    first, last = 0, len(places)
    if first == last or nth == last:
        return
    depth = 2 * (last.bit_length() - 1)
    while last - first > 3:
        if not depth:
            _heap_select(places, first, nth + 1, last, less)
            _swap(places, first, nth)
            return
        depth -= 1
        cut = _partition(places, first, last, less)
        if cut <= nth:
            first = cut
        else:
            last = cut
    _insertion_sort(places, first, last, less)


def sort(places: list[Any], first: int, last: int, less: Less) -> None:
    """Sort a part of the list as ``std::sort`` does."""
    if first == last:
        return
    _introsort(places, first, last, 2 * ((last - first).bit_length() - 1), less)
    if last - first > INSERTION:
        _insertion_sort(places, first, first + INSERTION, less)
        for i in range(first + INSERTION, last):
            _insert(places, i, less)
    else:
        _insertion_sort(places, first, last, less)


def partial_sort(places: list[Any], middle: int, less: Less) -> None:
    """Bring the ``middle`` smallest elements to the front, in order, as ``std::partial_sort`` does."""
    _heap_select(places, 0, middle, len(places), less)
    _sort_heap(places, 0, middle, less)


def _swap(places: list[Any], a: int, b: int) -> None:
    places[a], places[b] = places[b], places[a]


def _partition(places: list[Any], first: int, last: int, less: Less) -> int:
    """Part ``[first + 1, last)`` around the median of three, put at ``first``; where the second part begins."""
    a, b, c = first + 1, first + (last - first) // 2, last - 1
    if less(places[a], places[b]):
        middle = b if less(places[b], places[c]) else c if less(places[a], places[c]) else a
    else:
        middle = a if less(places[a], places[c]) else c if less(places[b], places[c]) else b
    _swap(places, first, middle)
    pivot = places[first]
    up, down = first + 1, last
    while True:
        while less(places[up], pivot):
            up += 1
        down -= 1
        while less(pivot, places[down]):
            down -= 1
        if up >= down:
            return up
        _swap(places, up, down)
        up += 1


def _introsort(places: list[Any], first: int, last: int, depth: int, less: Less) -> None:
    while last - first > INSERTION:
        if not depth:
            _heap_select(places, first, last, last, less)
            _sort_heap(places, first, last, less)
            return
        depth -= 1
        cut = _partition(places, first, last, less)
        _introsort(places, cut, last, depth, less)
        last = cut


def _insertion_sort(places: list[Any], first: int, last: int, less: Less) -> None:
    for i in range(first + 1, last):
        if less(places[i], places[first]):
            places.insert(first, places.pop(i))
        else:
            _insert(places, i, less)


def _insert(places: list[Any], i: int, less: Less) -> None:
    """Move the element at ``i`` back to behind the first that is not larger; there is one."""
    value = places[i]
    while less(value, places[i - 1]):
        places[i] = places[i - 1]
        i -= 1
    places[i] = value


def _heap_select(places: list[Any], first: int, middle: int, last: int, less: Less) -> None:
    """Make ``[first, middle)`` a heap of the smallest elements."""
    length = middle - first
    for parent in range((length - 2) // 2, -1, -1) if length >= 2 else ():
        _sift(places, first, parent, length, places[first + parent], less)
    for i in range(middle, last):
        if less(places[i], places[first]):
            value = places[i]
            places[i] = places[first]
            _sift(places, first, 0, length, value, less)


def _sort_heap(places: list[Any], first: int, last: int, less: Less) -> None:
    while last - first > 1:
        last -= 1
        value = places[last]
        places[last] = places[first]
        _sift(places, first, 0, last - first, value, less)


def _sift(places: list[Any], first: int, hole: int, length: int, value: Any, less: Less) -> None:
    """Let the hole sink to a leaf along the larger children, then let ``value`` rise from there."""
    top = hole
    child = hole
    while child < (length - 1) // 2:
        child = 2 * (child + 1)
        if less(places[first + child], places[first + child - 1]):
            child -= 1
        places[first + hole] = places[first + child]
        hole = child
    if length % 2 == 0 and child == (length - 2) // 2:
        child = 2 * (child + 1)
        places[first + hole] = places[first + child - 1]
        hole = child - 1
    parent = (hole - 1) // 2
    while hole > top and less(places[first + parent], value):
        places[first + hole] = places[first + parent]
        hole = parent
        parent = (hole - 1) // 2
    places[first + hole] = value
