"""A peer as a process that answers on standard output what standard input asks, as `ecgctl bench
kernels --serve` does: "run BATCH TIMES" with nanoseconds of processor time, "output COUNT FILE"."""

import sys
import time

import numpy as np

from models import windows


def serve(name, compute, path):
    """`compute` takes [steps, batch, 1] and returns the same."""
    inputs = {}

    def input_of(batch):
        if batch not in inputs:
            inputs[batch] = np.ascontiguousarray(windows(path, batch).T[:, :, None])
        return inputs[batch]

    print(f"ready {name}", flush=True)
    for line in sys.stdin:
        match line.split():
            case ["run", batch, times]:
                x, times = input_of(int(batch)), int(times)
                start = time.process_time_ns()
                for _ in range(times):
                    compute(x)
                print(time.process_time_ns() - start, flush=True)
            case ["output", count, file]:
                y = np.asarray(compute(input_of(int(count))))
                y.reshape(len(y), -1).T.astype("<f4").tofile(file)
                print("ok", flush=True)
            case _:
                print("unknown", flush=True)
