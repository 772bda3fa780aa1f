"""What the column test_point holds where it is not the number of a row of the test set: negative numbers."""

from __future__ import annotations

# the sum over all rows of the test set
ALL_ROWS = -1
# the sums over the sets of a column: this one, and downwards
FIRST_SET = -2
# no test point: what an evaluation has that is measured on something else, such as the removed group itself
OWN_GROUP = -1
# no test point: what a group has that was not chosen by the influence on any
NO_TEST_POINT = -1
# values that an evaluation has of something else than test points, each with a name: this one, and downwards. No data
# have so many test rows that sets of them would come so far
FIRST_NAMED = -1_000_000_001
# those of sets of test rows beside each other: this one, and downwards, where no parameter's number comes so far
FIRST_COMPARED = -3_000_000_001
