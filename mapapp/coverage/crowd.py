"""All matters at once where many points take them (许多事项一起算): for every cell the set of matters covered there.

A point reaches a hundredth of the land, so most words of its set of cells are empty, and a union for each matter reads
all of them. Turned round, every point adds the set of its matters to the cells it reaches, and to no other.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from mapapp.coverage.cells import WORD, Grid, Numbers, Words

# Matters at a time: 256 bytes a cell, 21 MB in Jiangbei.
BLOCK = 2048
# How much longer a word takes that is fetched and put back than one that is read in its order, and how many of those
# take as long as what is done once for each point; measured.
_FETCHED, _FOR_A_POINT = 4, 50_000
# Sums of so many bits fit in a byte.
_BYTE = 255
# So many sums at once: their words stay near the processor.
_TOGETHER = 16

# For each matter the numbers of the points that take it.
Takers = Sequence[Sequence[int]]


def covered_counts(grid: Grid, rows: Sequence[Words], takers: Takers) -> list[int]:
    """Return how many cells each matter covers; `rows` are the cells that each point reaches."""
    if not is_crowded(grid, rows, takers):
        return [_count_of_union(grid, rows, numbers) for numbers in takers]
    counts: list[int] = []
    for first in range(0, len(takers), BLOCK):
        block = takers[first : first + BLOCK]
        cells = _nothing(grid, len(block))
        for reached, matters in zip(map(_slots, rows), _matters_of(len(rows), block), strict=True):
            cells[reached] |= matters
        counts += _count_columns(cells)[: len(block)].tolist()
    return counts


def lone_counts(grid: Grid, rows: Sequence[Words], takers: Takers) -> Iterator[tuple[int, int, int]]:
    """Yield (point, matter, cells that no other point taking it reaches), without those that are none."""
    for first in range(0, len(takers), BLOCK):
        block = takers[first : first + BLOCK]
        matters_of = _matters_of(len(rows), block)
        once, twice = _nothing(grid, len(block)), _nothing(grid, len(block))
        for reached, matters in zip(map(_slots, rows), matters_of, strict=True):
            before = once[reached]
            twice[reached] |= before & matters
            once[reached] = before | matters
        once &= ~twice
        for point, (reached, matters) in enumerate(zip(map(_slots, rows), matters_of, strict=True)):
            lone = once[reached] & matters
            counts = _count_columns(lone[lone.any(axis=1)])
            for matter in np.flatnonzero(counts).tolist():
                yield point, first + matter, int(counts[matter])


def is_crowded(grid: Grid, rows: Sequence[Words], takers: Takers) -> bool:
    """Return whether turning round takes less time than a union for each matter."""
    words = -(-len(takers) // WORD)
    reached = sum(int(np.bitwise_count(row).sum()) for row in rows)
    turned_round = _FETCHED * words * (reached + 2 * grid.words * WORD) + _FOR_A_POINT * len(rows)
    return sum(map(len, takers)) * grid.words > turned_round


def _count_of_union(grid: Grid, rows: Sequence[Words], numbers: Sequence[int]) -> int:
    union = np.zeros(grid.words, dtype=np.uint64)
    for number in numbers:
        np.bitwise_or(union, rows[number], out=union)
    return int(np.bitwise_count(union).sum())


def _nothing(grid: Grid, matters: int) -> Words:
    """Return for every bit of a set of cells an empty set of matters."""
    return np.zeros((grid.words * WORD, -(-matters // WORD)), dtype=np.uint64)


def _matters_of(points: int, takers: Takers) -> Words:
    """Return for each point the set of the matters it takes."""
    marks = np.zeros((points, -(-len(takers) // WORD) * WORD), dtype=np.uint8)
    for matter, numbers in enumerate(takers):
        marks[list(numbers), matter] = 1
    return np.packbits(marks, axis=1, bitorder="little").view(np.uint64)


def _slots(row: Words) -> Numbers:
    """Return the numbers of the bits that are set."""
    words = np.flatnonzero(row)
    bits = np.unpackbits(row[words].view(np.uint8), bitorder="little").reshape(len(words), WORD)
    word, bit = np.nonzero(bits)
    return words[word] * WORD + bit


def _count_columns(sets: Words) -> Numbers:
    """Return how many of the sets hold each thing: every eighth bit at once, in sums of a byte."""
    if len(sets) <= _BYTE:
        bits = np.unpackbits(sets.view(np.uint8), axis=1, bitorder="little")
        return np.asarray(bits.sum(axis=0, dtype=np.int64), dtype=np.int64)
    ones = np.uint64(0x0101010101010101)
    words = sets.shape[1]
    total: Numbers = np.zeros((words, 8, 8), dtype=np.int64)
    for first in range(0, len(sets), _BYTE * _TOGETHER):
        part = sets[first : first + _BYTE * _TOGETHER]
        starts = np.arange(0, len(part), _BYTE)
        for place in range(8):
            sums = np.add.reduceat((part >> np.uint64(place)) & ones, starts, axis=0)
            total[:, :, place] += sums.view(np.uint8).reshape(len(starts), words, 8).sum(axis=0, dtype=np.int64)
    return total.ravel()
