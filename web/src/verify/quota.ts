/** How many are drawn of each stratum, the chances, and the keys of pareto: protocol.md §6.1, all in exact integers. */
import type { List } from "./commitment";
import { Hasher, type Prefix } from "./digest";
import type { Fraction } from "./types";

/** What is left after those of a large weight were taken whole: `n` to draw over a total weight `W`. */
export interface Rest {
  n: bigint;
  W: bigint;
}

export interface Quota {
  /** n_g for each stratum of the list, in committed order; in a pareto list 0. */
  n: number[];
  rest: Rest;
  /** Taken whole by weight (proportional: by stratum, in committed order). */
  whole: boolean[];
}

function floorDiv(a: bigint, b: bigint): bigint {
  const q = a / b;
  return a % b < 0n ? q - 1n : q;
}

/** Takes those whole that n·w ≥ W asks for, until none is left that does. `sizes` are N_g, `weights` are w_g. */
function takeAll(n: bigint, sizes: bigint[], weights: bigint[]): { rest: Rest; whole: boolean[] } {
  const whole = sizes.map(() => false);
  for (;;) {
    const W = sizes.reduce((sum, N, g) => (whole[g] ? sum : sum + weights[g] * N), 0n);
    const taken = sizes.flatMap((N, g) => (!whole[g] && N > 0n && n * weights[g] >= W ? [g] : []));
    if (taken.length === 0) return { rest: { n, W }, whole };
    for (const g of taken) {
      whole[g] = true;
      n -= sizes[g];
    }
  }
}

/** The quota of a list; without a seed (no beacon yet) that of proportional lists has zeros where rounding decides. */
export function quotaOf(hash: Hasher, list: List, seed: string | undefined): Quota {
  if (list.method !== "proportional") {
    const n = list.strata.map((g) => (list.method === "fixed" ? g.n : 0));
    return { n, rest: { n: BigInt(list.n), W: 0n }, whole: list.strata.map(() => false) };
  }
  const sizes = list.strata.map((g) => BigInt(g.N));
  const weights = list.strata.map((g) => BigInt(g.weight));
  const { rest, whole } = takeAll(BigInt(list.n), sizes, weights);
  const n = list.strata.map((g, i) => (whole[i] ? g.N : 0));
  const left = list.strata.map((_, g) => g).filter((g) => !whole[g]);
  if (left.length === 0 || rest.n <= 0n || seed === undefined) return { n, rest, whole };
  left.sort((a, b) => {
    const [x, y] = [list.strata[a], list.strata[b]];
    return x.weight - y.weight || (x.stratum < y.stratum ? -1 : 1);
  });
  const start = BigInt(`0x${hash.line("round", seed, list.list)}`) % rest.W;
  let before = 0n;
  for (const g of left) {
    const after = before + rest.n * weights[g] * sizes[g];
    n[g] = Number(floorDiv(after - 1n - start, rest.W) - floorDiv(before - 1n - start, rest.W));
    before = after;
  }
  return { n, rest, whole };
}

/** Take-all of a pareto list, subject by subject: which weights are taken whole, and what is left. */
export function paretoRest(n: number, weights: Int32Array): { rest: Rest; wholeFrom: number } {
  // Whoever is taken has a greater weight than whoever is left, so that a weight tells both apart.
  const classes = new Map<number, number>();
  for (const w of weights) classes.set(w, (classes.get(w) ?? 0) + 1);
  const left = [...classes].sort((a, b) => b[0] - a[0]);
  let rest: Rest = { n: BigInt(n), W: left.reduce((sum, [w, N]) => sum + BigInt(w) * BigInt(N), 0n) };
  let wholeFrom = Infinity;
  for (;;) {
    const taken = left.filter(([w]) => rest.n * BigInt(w) >= rest.W);
    if (taken.length === 0) return { rest, wholeFrom };
    for (const [w, N] of taken) {
      rest = { n: rest.n - BigInt(N), W: rest.W - BigInt(w) * BigInt(N) };
      wholeFrom = w;
    }
    left.splice(0, taken.length);
  }
}

const TOP = (1n << 128n) - 1n;

/** The pareto key of a subject that was not taken whole, as 32 hex digits; `high` and `low` are the ticket's first two words. */
export function paretoKey(high: number, low: number, weight: number, { n, W }: Rest): string {
  let key = TOP;
  if (n !== 0n) {
    const X = 2n * ((BigInt(high >>> 0) << 32n) | BigInt(low >>> 0)) + 1n;
    const nw = n * BigInt(weight);
    key = ((X * (W - nw)) << 64n) / (((1n << 65n) - X) * nw);
    if (key > TOP) key = TOP;
  }
  return key.toString(16).padStart(32, "0");
}

export function fraction(numerator: bigint, denominator: bigint): Fraction {
  let [a, b] = [numerator, denominator];
  while (b > 0n) [a, b] = [b, a % b];
  if (a === 0n) a = 1n;
  return { numerator: String(numerator / a), denominator: String(denominator / a) };
}

/** Chance of a subject in stratum `g` (fixed, proportional); of one with `weight` (pareto, approximately). */
export function chanceOf(list: List, quota: Quota, g: number, weight: number, wholeFrom = Infinity): Fraction {
  const { N } = list.strata[g];
  // Of nobody nobody is drawn, whatever the stratum's weight.
  if (list.method !== "pareto" && N === 0) return fraction(0n, 1n);
  if (list.method === "fixed") return fraction(BigInt(quota.n[g]), BigInt(N));
  if (list.method === "proportional" ? quota.whole[g] : weight >= wholeFrom) return fraction(1n, 1n);
  const { n, W } = quota.rest;
  return W === 0n ? fraction(0n, 1n) : fraction(n * BigInt(weight), W);
}

/** Tickets of a list, eight words for each row of the frame. */
export function ticketsOf(
  hash: Hasher,
  group: Prefix,
  sids: string[],
  salts: string[],
  tick: (i: number) => void,
): Int32Array {
  const tickets = new Int32Array(8 * sids.length);
  for (let i = 0; i < sids.length; i++) {
    if (i % 16384 === 0) tick(i);
    hash.start(group).ascii(sids[i]);
    if (salts[i] !== "-") hash.byte(0x2e).ascii(salts[i]);
    tickets.set(hash.end().words, 8 * i);
  }
  return tickets;
}
