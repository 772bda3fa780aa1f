"""Compare the orders of a run that repairs labels with cleanlab's: python scripts/label_orders.py RUN_DIR

cleanlab is needed besides (pip install cleanlab); the package does not depend on it. It scores rows by class
probabilities of models that have not seen them, here by cross-validation of the same model on the flipped labels.
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarking.label_orders import compared

if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Error: expected one folder of a run that repairs labels")
    print(compared(Path(sys.argv[1])))
