"""The reference of B7: the fastest writer of workbooks that was found writes the same cells. Runs in .venv-bench."""

import json
import pickle
import sys
import time
from pathlib import Path

import rustpy_xlsxwriter as peer

records = pickle.loads(Path(sys.argv[1]).read_bytes())
for line in sys.stdin:
    (target,) = json.loads(line)
    begun = time.perf_counter()
    peer.FastExcel(target).freeze(row=1).sheet("parts", records).save()
    sys.stdout.write(f"{time.perf_counter() - begun}\n")
    sys.stdout.flush()
