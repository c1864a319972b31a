"""The pairing by other solvers, on the arcs that our own run wrote (`benches/pairing.rs`).

No solver with 64-bit costs can weigh both objectives at once, so they are asked for one after the other. The least
Σ (load + visits)² is a flow whose arcs from a source to an inspector cost 2ℓ + 1 each: small numbers. The least ΣW is
a flow with everybody's number of visits fixed to our optimum's; tickets lose the bits that OR-Tools' scaling of costs
would overflow, and what it finds is priced with whole tickets again. That is less than our run has to do: no pair has
to be hashed, no number of visits has to be found, and nothing is proved to anybody else.
"""

import json
import time

import numpy as np

ARC = np.dtype([("visit", "<u4"), ("slot", "<u4"), ("inspector", "<u4"), ("held", "<u4"), ("ticket", "<u8")])


def read(path):
    with open(path, "rb") as file:
        head = json.loads(file.readline())
        return head, np.frombuffer(file.read(), dtype=ARC)


def slot_of(arcs):
    """The arcs' slots, numbered through all visits; the arcs stand slot after slot."""
    new = np.ones(len(arcs), dtype=bool)
    new[1:] = (arcs["visit"][1:] != arcs["visit"][:-1]) | (arcs["slot"][1:] != arcs["slot"][:-1])
    return np.cumsum(new) - 1


def cheapest(arcs, kept):
    """The arcs of each slot's `kept` smallest tickets, and of our optimum."""
    slot = slot_of(arcs)
    first = np.searchsorted(slot, np.arange(slot[-1] + 1))
    place = np.arange(len(arcs)) - first[slot]
    return arcs[(place < kept) | (arcs["held"] == 1)]


class Network:
    """Nodes: inspectors, slots, and (visit, inspector) wherever an inspector could take two slots of a visit."""

    def __init__(self, head, arcs):
        self.inspectors = len(head["loads"])
        slot = slot_of(arcs)
        self.slots = int(slot[-1]) + 1
        inspector = arcs["inspector"].astype(np.int64)
        pair = arcs["visit"].astype(np.int64) * self.inspectors + inspector
        pairs, first, self.pair, count = np.unique(pair, return_index=True, return_inverse=True, return_counts=True)
        several = np.flatnonzero(count > 1)
        self.several = several
        node = np.full(len(pairs), -1, dtype=np.int64)
        node[several] = self.inspectors + self.slots + np.arange(len(several))
        self.slot, self.inspector = slot, inspector
        tail = np.where(node[self.pair] >= 0, node[self.pair], inspector)
        self.tails = np.concatenate([tail, inspector[first[several]]])
        self.heads = np.concatenate([self.inspectors + slot, node[several]])
        self.nodes = self.inspectors + self.slots + len(several)


def flow(tails, heads, costs, supplies):
    """A solved min-cost flow with unit capacities, and the seconds it took."""
    from ortools.graph.python import min_cost_flow

    solver = min_cost_flow.SimpleMinCostFlow()
    solver.add_arcs_with_capacity_and_unit_cost(
        tails.astype(np.int32), heads.astype(np.int32), np.ones(len(tails), dtype=np.int64), costs)
    solver.set_nodes_supplies(np.arange(len(supplies), dtype=np.int32), supplies)
    start = time.perf_counter()
    status = solver.solve()
    seconds = time.perf_counter() - start
    if status != solver.OPTIMAL:
        raise RuntimeError(f"OR-Tools ends with status {status}")
    return solver, seconds


def least_squares(head, arcs):
    """The least Σ (load + visits)² by OR-Tools; tickets do not matter."""
    net = Network(head, arcs)
    before, capacity = np.array(head["before"]), np.array(head["capacity"])
    # Steps far beyond our own numbers are left out; whoever used the last one left in would show.
    steps = np.minimum(capacity, 2 * np.array(head["loads"]) + 16)
    owner = np.repeat(np.arange(net.inspectors), steps)
    step = np.arange(len(owner)) - np.repeat(np.cumsum(steps) - steps, steps)
    supplies = np.zeros(net.nodes + 1, dtype=np.int64)
    supplies[net.inspectors:net.inspectors + net.slots] = -1
    supplies[net.nodes] = net.slots
    tails = np.concatenate([net.tails, np.full(len(owner), net.nodes)])
    heads = np.concatenate([net.heads, owner])
    costs = np.concatenate([np.zeros(len(net.tails), dtype=np.int64), 2 * (before[owner] + step) + 1])
    solver, seconds = flow(tails, heads, costs, supplies)
    used = solver.flows(np.arange(len(net.tails), len(tails), dtype=np.int32)) > 0
    visits = np.bincount(owner[used], minlength=net.inspectors)
    if any((visits == steps) & (steps < capacity)):
        raise RuntimeError("a step that was left out may be missing")
    return sum(int(n) ** 2 for n in before + visits), seconds


def least_tickets(head, arcs):
    """ΣW of the assignment that OR-Tools finds with numbers of visits fixed to ours, seconds, and bits dropped."""
    net = Network(head, arcs)
    # Costs are multiplied by the number of nodes inside OR-Tools, and summed along paths.
    bits = (net.nodes + 1).bit_length()
    shift = min(max(0, 64 + 2 * bits - 62), 34)
    costs = np.zeros(len(net.tails), dtype=np.int64)
    costs[:len(arcs)] = (arcs["ticket"] >> np.uint64(shift)).astype(np.int64)
    supplies = np.zeros(net.nodes, dtype=np.int64)
    supplies[:net.inspectors] = head["loads"]
    supplies[net.inspectors:net.inspectors + net.slots] = -1
    solver, seconds = flow(net.tails, net.heads, costs, supplies)
    used = solver.flows(np.arange(len(arcs), dtype=np.int32)) > 0
    return sum(int(ticket) for ticket in arcs["ticket"][used]), seconds, shift


def highs(head, arcs):
    """The same by HiGHS, through scipy's `milp`: one binary variable for each arc, costs as floats."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    net = Network(head, arcs)
    n = len(arcs)
    ones, columns = np.ones(n), np.arange(n)
    slots = csr_array((ones, (net.slot, columns)), shape=(net.slots, n))
    loads = csr_array((ones, (net.inspector, columns)), shape=(net.inspectors, n))
    row = np.full(int(net.pair.max()) + 1, -1)
    row[net.several] = np.arange(len(net.several))
    inside = row[net.pair] >= 0
    pairs = csr_array((ones[inside], (row[net.pair][inside], columns[inside])), shape=(len(net.several), n))
    constraints = [LinearConstraint(slots, 1, 1), LinearConstraint(loads, head["loads"], head["loads"]),
                   LinearConstraint(pairs, 0, 1)]
    start = time.perf_counter()
    found = milp(arcs["ticket"] / 2.0**60, constraints=constraints, integrality=ones, bounds=Bounds(0, 1),
                 options={"mip_rel_gap": 0})
    seconds = time.perf_counter() - start
    if not found.success:
        raise RuntimeError(f"HiGHS: {found.message}")
    return sum(int(ticket) for ticket in arcs["ticket"][found.x > 0.5]), seconds
