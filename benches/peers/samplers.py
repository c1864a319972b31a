"""The first draw by the samplers of Python, on the population of `benches/sampling.rs`: times, and how often each
class is drawn."""

import hashlib
import heapq
import time

import numpy as np
from consistent_sampler import sampler as consistent_sampler
from cryptorandom.cryptorandom import SHA256
from cryptorandom.sample import random_sample


class Population:
    def __init__(self, head):
        self.n, self.sizes, self.weights = head["n"], head["sizes"], head["weights"]
        self.classes = np.repeat(np.arange(len(self.sizes)), self.sizes)
        self.len = len(self.classes)
        each = np.array(self.weights, dtype=float)[self.classes]
        self.p = each / each.sum()
        self.ids = [f"91330199MA{i:08}" for i in range(self.len)]


def timed(work, runs):
    """Seconds of the shortest run."""
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def by_hashlib(people):
    """Our own rule for equal chances in a few lines: the n smallest H(K ‖ sid)."""
    key = hashlib.sha256(b"K").hexdigest()
    tickets = ((hashlib.sha256(f"{key}{sid}".encode()).hexdigest(), sid) for sid in people.ids)
    return heapq.nsmallest(people.n, tickets)


def times(people):
    """(name, weighted, seconds) of each sampler."""
    generator, prng = np.random.default_rng(0), SHA256(0)
    n, everybody = people.n, np.arange(people.len)
    works = [
        ("hashlib loop", False, 3, lambda: by_hashlib(people)),
        ("consistent_sampler", False, 1, lambda: list(consistent_sampler(people.ids, "seed", take=n, output="id"))),
        ("cryptorandom sample_by_index", False, 2, lambda: random_sample(everybody, n, prng=prng)),
        ("numpy choice", False, 10, lambda: generator.choice(people.len, n, replace=False)),
        ("numpy choice, p", True, 10, lambda: generator.choice(people.len, n, replace=False, p=people.p)),
        ("cryptorandom Exponential", True, 2,
         lambda: random_sample(everybody, n, p=people.p, method="Exponential", prng=prng)),
    ]
    return [(name, weighted, timed(work, runs)) for name, weighted, runs, work in works]


def count(people, name, runs):
    """How many of each class a weighted sampler draws: per class the sum over all runs, and of the squares."""
    generator, prng, everybody = np.random.default_rng(1), SHA256(1), np.arange(people.len)
    draws = {
        "numpy": lambda: generator.choice(people.len, people.n, replace=False, p=people.p),
        "cryptorandom": lambda: random_sample(everybody, people.n, p=people.p, method="Exponential", prng=prng),
    }
    sums = np.zeros(len(people.sizes), dtype=np.int64)
    squares = sums.copy()
    for _ in range(runs):
        drawn = np.bincount(people.classes[draws[name]()], minlength=len(people.sizes))
        sums += drawn
        squares += drawn * drawn
    return {"sampler": name, "runs": runs, "sums": sums.tolist(), "squares": squares.tolist()}


def successive(people):
    """The chance of each class's subjects when one after the other is drawn in proportion to the weights of those
    left, by adding up every order of classes: for few subjects only."""
    states = {(0,) * len(people.sizes): 1.0}
    for _ in range(people.n):
        after = {}
        for drawn, chance in states.items():
            left = [(size - d) * w for size, d, w in zip(people.sizes, drawn, people.weights)]
            for c, mass in enumerate(left):
                state = drawn[:c] + (drawn[c] + 1,) + drawn[c + 1:]
                after[state] = after.get(state, 0.0) + chance * mass / sum(left)
        states = after
    return [sum(chance * drawn[c] for drawn, chance in states.items()) / size for c, size in enumerate(people.sizes)]


def successive_limit(people):
    """The same for many subjects, but for terms of 1/N: 1 − exp(−w·t), t being such that n are drawn (Rosén 1972)."""
    sizes, weights = np.array(people.sizes), np.array(people.weights, dtype=float)
    low, high = 0.0, 1.0
    for _ in range(200):
        t = (low + high) / 2
        low, high = (t, high) if sizes @ -np.expm1(-weights * t) < people.n else (low, t)
    return (-np.expm1(-weights * t)).tolist()


def pareto(people):
    """The exact chances of Pareto order sampling (Rosén 1997) for few subjects: with keys Q = u(1−p)/((1−u)p), the
    chance that fewer than n others have a smaller key, integrated over u by Gauss and Legendre."""
    nodes, weights = np.polynomial.legendre.leggauss(400)
    u, weights = (nodes + 1) / 2, weights / 2
    aims = [people.n * w / np.dot(people.sizes, people.weights) for w in people.weights]
    chances = []
    for own, aim in enumerate(aims):
        key = u * (1 - aim) / ((1 - u) * aim)
        # Per node the distribution of how many others have smaller keys, as far as n.
        fewer = np.zeros((people.n, len(u)))
        fewer[0] = 1
        for c, p in enumerate(aims):
            below = key * p / (1 - p + key * p)
            for _ in range(people.sizes[c] - (c == own)):
                fewer[1:] = fewer[1:] * (1 - below) + fewer[:-1] * below
                fewer[0] = fewer[0] * (1 - below)
        chances.append(float(np.dot(weights, fewer.sum(axis=0))))
    return chances
