/** The facts that a verifier prints beside its verdict (protocol.md §7). */
import { type BeaconFile, sourceText } from "./beacon";
import type { Commitment, List } from "./commitment";
import { chanceOf, paretoRest, quotaOf, type Quota } from "./quota";
import type { Run } from "./run";
import type { Drawn } from "./selection";
import type { ChanceFact, Facts, Some, SourceFact } from "./types";

const MOST = 100;

function some<T>(all: readonly T[]): Some<T> {
  return { count: all.length, first: all.slice(0, MOST) };
}

export function factsOf(run: Run, c: Commitment): Facts {
  const beaconGood = run.result(6) !== undefined && run.result(6) !== "failed" && run.beacon !== undefined;
  const facts: Facts = {
    draw: c.draw,
    agency: c.agency,
    title: c.title,
    mode: c.mode,
    suite: c.suite,
    unopened: run.unopened,
    frozen: run.frozen,
    window: c.window,
    commitment: run.digest,
    result: run.result_digest,
    seed: run.seed,
    attempt: c.attempt,
    prev: c.prev,
    rehearsal: c.rehearsal,
    trust: c.trust,
    sources: sourcesOf(c, beaconGood ? run.beacon : undefined),
    margin_s: c.margin_s,
    lists: c.lists.map((list) => {
      const { title, matters, method, frame, n, reserve } = list;
      return { list: list.list, title, matters, method, frame: frame.n, n, reserve };
    }),
    chances: c.lists.flatMap((list, l) => chances(run, list, l)),
    small: c.lists.flatMap((list) =>
      list.strata.filter(({ N }) => N < 10).map(({ stratum, N }) => ({ list: list.list, stratum, N })),
    ),
    whole: some(c.lists.flatMap((list, l) => takenWhole(run, list, l))),
    opening: c.seal === undefined ? undefined : { opens: c.seal.opens, by: c.seal.by },
    void: run.void,
    events: run.events,
    logged: run.logged,
  };
  const incompatible = run.tables.get("incompatible.tsv");
  if (incompatible !== undefined) facts.incompatible = mostRows(incompatible.columns);
  if (run.tables.has("inspectors.tsv")) facts.inspectors = run.tables.get("inspectors.tsv")!.rows;
  if (run.visits !== undefined) {
    facts.visits = run.visits.length;
    facts.slots = run.visits.reduce((sum, visit) => sum + visit.slots.length, 0);
  }
  if (run.rounds !== undefined) facts.rounds = run.rounds.rounds.length;
  if (run.shortage !== undefined) facts.shortage = run.shortage;
  if (run.ground !== undefined) facts.forced = forced(run);
  return facts;
}

/** The sources, with their values if there is a beacon to be told. */
export function sourcesOf(c: Commitment, beacon: BeaconFile | undefined): SourceFact[] {
  return c.sources.map((source, i) => {
    return { kind: source.kind, source: sourceText(source), at: source.at, value: beacon?.strings[i] };
  });
}

/** The quota of a list: the recomputed one, or what the commitment and the seed alone give. */
function quota(run: Run, list: List, l: number): { quota: Quota; drawn?: Drawn } {
  const drawn = run.draws[l];
  return drawn === undefined ? { quota: quotaOf(run.hash, list, run.seed) } : { quota: drawn.quota, drawn };
}

function chances(run: Run, list: List, l: number): ChanceFact[] {
  const { quota: q } = quota(run, list, l);
  if (list.method !== "pareto") {
    return list.strata.map(({ stratum, N, weight }, g): ChanceFact => {
      const known = list.method === "fixed" || run.seed !== undefined || q.whole[g];
      const n = known ? q.n[g] : undefined;
      const chance = chanceOf(list, q, g, weight);
      return { list: list.list, stratum, N, n, weight, chance, exact: true, whole: n === N && N > 0 };
    });
  }
  const frame = run.frames[l];
  if (frame === undefined) return [];
  const { rest, wholeFrom } = paretoRest(list.n, frame.weights);
  const classes = new Map<number, number>();
  for (const w of frame.weights) classes.set(w, (classes.get(w) ?? 0) + 1);
  return [...classes]
    .sort((a, b) => b[0] - a[0])
    .slice(0, MOST)
    .map(([weight, N]): ChanceFact => {
      const chance =
        weight >= wholeFrom ? { numerator: "1", denominator: "1" } : chanceOf(list, { ...q, rest }, 0, weight);
      return { list: list.list, stratum: "", N, weight, chance, exact: false, whole: weight >= wholeFrom };
    });
}

function takenWhole(run: Run, list: List, l: number): { list: string; stratum?: string; sid?: string }[] {
  const { quota: q, drawn } = quota(run, list, l);
  if (list.method !== "pareto") {
    return list.strata.flatMap(({ stratum, N }, g) =>
      N > 0 && q.n[g] === N ? [{ list: list.list, stratum }] : [],
    );
  }
  if (drawn === undefined) return [];
  const { sids, weights } = drawn.frame;
  return sids.flatMap((sid, i) => (weights[i] >= drawn.wholeFrom ? [{ list: list.list, sid }] : []));
}

function mostRows([a, b]: string[][]): { rows: number; iids: string[] } {
  const rows = new Map<string, number>();
  for (const iid of [...a, ...b]) rows.set(iid, (rows.get(iid) ?? 0) + 1);
  const most = Math.max(0, ...rows.values());
  return {
    rows: most,
    iids: [...rows]
      .filter(([, n]) => n === most)
      .map(([iid]) => iid)
      .sort(),
  };
}

function forced(run: Run): Facts["forced"] {
  const ground = run.ground!;
  const found: { sid: string; slot: number; eligible: number }[] = [];
  for (const visit of ground.visits) {
    visit.slots.forEach((slot, k) => {
      const eligible = ground.eligibleCount(visit, slot);
      if (eligible < 3) found.push({ sid: visit.sid, slot: k, eligible });
    });
  }
  return some(found);
}
