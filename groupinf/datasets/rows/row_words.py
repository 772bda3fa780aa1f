"""What rows are called in messages and notes: of the training set, of the test set, of a pool."""

from __future__ import annotations

from dataclasses import dataclass

from groupinf.wording import counted


@dataclass(frozen=True)
class RowWords:
    """``one`` row and ``many``; ``points`` is a shorter word for these, ``whole`` one for all of them together.

    ``sign`` is what their number is called where it has a name. ``others`` are the rows that are neither of these nor
    test rows: one of them.
    """

    one: str
    many: str
    points: str
    whole: str
    sign: str = ""
    others: str = ""

    def counted(self, count: int) -> str:
        """So many rows.

        >>> POOL.counted(1), TRAINING.counted(1200)
        ('1 row of the pool', '1,200 training rows')
        """
        return counted(count, self.one, self.many)

    def number(self, count: int) -> str:
        """Their number, and what it is of.

        >>> TRAINING.number(90), POOL.number(36)
        ('n = 90, the number of training points', '36, the number of rows of the pool')
        """
        return f"{f'{self.sign} = ' if self.sign else ''}{count}, the number of {self.points}"


TRAINING = RowWords("training row", "training rows", "training points", "training set", "n", "a row of the pool")
TEST = RowWords("test row", "test rows", "test points", "test set")
POOL = RowWords("row of the pool", "rows of the pool", "rows of the pool", "pool", others="a training row")
