#!/usr/bin/env python3
"""The pairing by OR-Tools' min-cost flow, on the arcs that our own run wrote, beside our time.

    mkdir -p /tmp/arcs
    cargo bench --bench pairing -- dense regional --arcs /tmp/arcs
    pip install ortools
    python3 benches/peers.py /tmp/arcs/*.arcs

OR-Tools is given less to do: everybody's number of visits is fixed to the optimum's (its costs have 64 bits, so it
cannot weigh both objectives), only the cheapest candidates of each slot are there unless the arcs were written with
`--cheapest 0`, no ticket has to be hashed, and it proves nothing to anybody else. Tickets lose the bits that its
scaling of costs would overflow; the assignment that it finds is priced with whole tickets again.
"""

import json
import sys
import time

import numpy as np
from ortools.graph.python import min_cost_flow

ARC = np.dtype([("visit", "<u4"), ("slot", "<u4"), ("inspector", "<u4"), ("ticket", "<u8")])


def read(path):
    with open(path, "rb") as file:
        head = json.loads(file.readline())
        return head, np.frombuffer(file.read(), dtype=ARC)


def network(head, arcs):
    """Nodes: inspectors, slots, and (visit, inspector) wherever an inspector could take two slots of a visit."""
    loads = np.array(head["loads"], dtype=np.int64)
    slot_id = arcs["visit"].astype(np.int64) * 16 + arcs["slot"]
    slots, slot = np.unique(slot_id, return_inverse=True)
    pair_id = arcs["visit"].astype(np.int64) * len(loads) + arcs["inspector"]
    pairs, first, pair, count = np.unique(
        pair_id, return_index=True, return_inverse=True, return_counts=True)
    several = np.flatnonzero(count > 1)
    pair_node = np.full(len(pairs), -1, dtype=np.int64)
    pair_node[several] = len(loads) + len(slots) + np.arange(len(several))
    inspector = arcs["inspector"].astype(np.int64)
    tail = np.where(pair_node[pair] >= 0, pair_node[pair], inspector)
    tails = np.concatenate([tail, inspector[first[several]]])
    heads = np.concatenate([len(loads) + slot, pair_node[several]])
    supplies = np.concatenate([loads, -np.ones(len(slots), dtype=np.int64), np.zeros(len(several), dtype=np.int64)])
    return tails, heads, supplies


def solve(path):
    head, arcs = read(path)
    tails, heads, supplies = network(head, arcs)
    # Costs are multiplied by the number of nodes inside OR-Tools, and summed along paths.
    shift = max(0, 64 + 2 * (len(supplies) + 1).bit_length() - 62)
    shift = min(shift, 34)
    costs = np.zeros(len(tails), dtype=np.int64)
    costs[:len(arcs)] = (arcs["ticket"] >> np.uint64(shift)).astype(np.int64)
    flow = min_cost_flow.SimpleMinCostFlow()
    flow.add_arcs_with_capacity_and_unit_cost(
        tails.astype(np.int32), heads.astype(np.int32), np.ones(len(tails), dtype=np.int64), costs)
    flow.set_nodes_supplies(np.arange(len(supplies), dtype=np.int32), supplies)
    start = time.perf_counter()
    status = flow.solve()
    seconds = time.perf_counter() - start
    if status != flow.OPTIMAL:
        return f"{path}: OR-Tools ends with status {status}"
    used = flow.flows(np.arange(len(arcs), dtype=np.int32)) > 0
    found = sum(int(ticket) for ticket in arcs["ticket"][used])
    ours, own_seconds = int(head["tickets"]), head["nanos"] / 1e9
    search = own_seconds - head["hashing"] / 1e9
    verdict = "equal" if found == ours else f"ours less by {found - ours} ({shift} bits dropped)"
    return (f"{path}: {len(arcs)} arcs\n  OR-Tools {seconds:.2f} s, {found}\n"
            f"  ours     {own_seconds:.2f} s, {ours}: all eligible pairs hashed and priced\n"
            f"  {verdict}; OR-Tools takes {seconds / own_seconds:.2f} times as long, "
            f"{seconds / search:.2f} times without hashing")


if __name__ == "__main__":
    for name in sys.argv[1:]:
        print(solve(name), flush=True)
