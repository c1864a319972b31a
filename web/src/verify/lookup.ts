/** What one subject of a verified bundle sees: chance, ticket, rank, team, and why each other inspector was not chosen. */
import { cheapest, FORBIDDEN } from "./assign";
import type { List } from "./commitment";
import type { Frame } from "./frames";
import type { Ground } from "./ground";
import { handicapsOf } from "./optimum";
import { chanceOf, paretoRest, quotaOf } from "./quota";
import type { Run } from "./run";
import { nowOf } from "./since";
import { drawnOf, keyText, outcomeOf, type Drawn, type Visit } from "./selection";
import type { Slot } from "./slots";
import { hexOfWords } from "./digest";
import { compareText, say, shown, tagsOf } from "./text";
import type { Candidate, Subject, SubjectList, SubjectSlot, Text, Verified } from "./types";

/** Looks a subject up. Of an unopened bundle nothing is found, since nothing of anybody is in it. */
export function lookUp({ state }: Pick<Verified, "state">, sid: string): Subject {
  const run = state as Run;
  const subject: Subject = {
    sid,
    found: false,
    tags: [],
    salt: "-",
    lists: [],
    undrawn: [],
    events: [],
    shown: run.steps.every(shownWell),
  };
  const c = run.commitment;
  if (c === undefined || run.unopened) return subject;
  c.lists.forEach((list, l) => {
    const frame = run.frames[l];
    const row = frame?.sids.indexOf(sid) ?? -1;
    if (frame === undefined || row < 0) return;
    subject.found = true;
    subject.tags = tagsOf(frame.tags[row]) ?? [];
    subject.salt = frame.salts[row];
    const drawn = run.draws[l];
    if (drawn !== undefined) subject.lists.push(listOf(run, drawn, row));
    else subject.undrawn.push(undrawnOf(run, list, frame, row));
  });
  subject.events = run.namedIn(sid);
  subject.now = nowOf({ state }, sid);
  const { standing } = run;
  subject.replaced = standing?.gone.has(sid);
  const v = run.visits?.findIndex((visit) => visit.sid === sid) ?? -1;
  subject.joined = v < 0 && (standing?.visits.has(sid) ?? false);
  if (v >= 0 && run.ground !== undefined) subject.visit = visitOf(run, run.ground, v);
  return subject;
}

/** Steps that a subject's answer rests on; time, manifest and what comes afterwards are others. */
function shownWell({ number, result }: { number: number; result: string }): boolean {
  return result !== "failed" || number === 7 || number === 8 || number > 15;
}

/** What commitment and frame alone tell. */
function undrawnOf(run: Run, list: List, frame: Frame, row: number): Subject["undrawn"][number] {
  const quota = quotaOf(run.hash, list, undefined);
  const pareto = list.method === "pareto";
  const [g, weight] = [frame.strata[row], frame.weights[row]];
  const { rest, wholeFrom } = pareto ? paretoRest(list.n, frame.weights) : { rest: quota.rest, wholeFrom: undefined };
  return {
    list: list.list,
    title: list.title,
    row: row + 2,
    stratum: list.strata[g].stratum,
    weight,
    N: pareto ? frame.sids.length : list.strata[g].N,
    chance: chanceOf(list, { ...quota, rest }, g, weight, wholeFrom),
    exact: !pareto,
  };
}

function listOf(run: Run, drawn: Drawn, row: number): SubjectList {
  const { frame, quota, ranks, order } = drawn;
  const { list, sids, salts } = frame;
  const g = frame.strata[row];
  const pareto = list.method === "pareto";
  const n = drawnOf(drawn, row);
  const sorted = order[pareto ? 0 : g];
  const groupKey = run.hash.line("group", run.seed!, list.group);
  const salt = salts[row] === "-" ? "" : `.${salts[row]}`;
  return {
    list: list.list,
    title: list.title,
    matters: list.matters,
    method: list.method,
    group: list.group,
    row: row + 2,
    stratum: list.strata[g].stratum,
    weight: frame.weights[row],
    N: sorted.length,
    n,
    reserve: list.reserve,
    chance: chanceOf(list, quota, g, frame.weights[row], drawn.wholeFrom),
    exact: !pareto,
    groupKey,
    message: groupKey + sids[row] + salt,
    ticket: hexOfWords(drawn.tickets, 8 * row),
    key: keyText(drawn, row),
    rank: ranks[row],
    outcome: outcomeOf(drawn, row),
    threshold: n > 0 ? keyText(drawn, sorted[n - 1]) : undefined,
  };
}

function visitOf(run: Run, ground: Ground, v: number): Subject["visit"] {
  const visit = ground.visits[v];
  const names = visit.lists.map((l) => run.commitment!.lists[l].list);
  const rowMessage = ground.rowMessage(visit);
  const rounds = run.rounds;
  const last = run.pairing!.shortage ? undefined : rounds?.rounds.length;
  const slots = visit.slots.map((slot, k): SubjectSlot => {
    const { text, name, role, needs, avoids } = slot;
    return {
      slot: k,
      text,
      name,
      role,
      needs,
      avoids,
      candidates: [],
    };
  });
  if (rounds !== undefined && last !== undefined && last > 0) {
    const handicaps = handicapsOf(ground, run.pairing!, rounds, last - 1);
    if (handicaps !== undefined) new Bench(run, ground, v, last - 1, handicaps).fill(slots);
  }
  return {
    lists: names,
    round: last === undefined ? undefined : last - 1,
    pairKey: ground.pairKey,
    rowMessage,
    row: run.hash.ofText(rowMessage),
    slots,
  };
}

const ORDER: Candidate["reason"][] = ["chosen", "other-slot", "dearer", "excluded", "need", "avoid", "recusal"];

/** Everybody before every slot of one visit, in its final round. */
class Bench {
  private readonly visit: Visit;
  private readonly team: Int32Array;
  private readonly excluded: ReadonlySet<number>;
  /** W + h of who may take the slot. */
  private readonly sums: Map<number, bigint>[];
  private readonly least: bigint;

  constructor(
    private readonly run: Run,
    private readonly ground: Ground,
    private readonly v: number,
    round: number,
    private readonly handicaps: bigint[],
  ) {
    this.visit = ground.visits[v];
    const { teams, excluded } = run.rounds!.rounds[round];
    this.team = teams[v];
    this.excluded = excluded.get(v) ?? new Set();
    this.sums = this.visit.slots.map((slot, k) => {
      const sums = new Map<number, bigint>();
      ground.people.forEach((_, i) => {
        if (!ground.eligible(this.visit, slot, i) || this.excluded.has(i)) return;
        sums.set(i, ground.ticket(this.visit, k, i) + handicaps[i]);
      });
      return new Map([...sums].sort((a, b) => (a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : 0)));
    });
    this.least = this.sums.reduce((sum, sums, k) => sum + (sums.get(this.team[k]) ?? 0n), 0n);
  }

  fill(slots: SubjectSlot[]): void {
    slots.forEach((slot, k) => {
      slot.iid = this.ground.people[this.team[k]].iid;
      slot.candidates = this.ground.people.map((_, i) => this.candidate(this.visit.slots[k], k, i));
      slot.candidates.sort((a, b) => {
        const groups = ORDER.indexOf(a.reason) - ORDER.indexOf(b.reason);
        if (a.sum !== undefined && b.sum !== undefined && a.chosen === b.chosen) {
          const [x, y] = [BigInt(a.sum), BigInt(b.sum)];
          return x < y ? -1 : x > y ? 1 : compareText(a.iid, b.iid);
        }
        return groups || compareText(a.iid, b.iid);
      });
    });
  }

  private candidate(slot: Slot, k: number, i: number): Candidate {
    const { ground, visit, team } = this;
    const { iid, tags } = ground.people[i];
    const chosen = team[k] === i;
    const base = { iid, tags: [...tags], eligible: ground.eligible(visit, slot, i), chosen };
    if (!base.eligible) return { ...base, ...this.unfit(slot, i) };
    const ticket = ground.ticket(visit, k, i);
    const known = {
      ...base,
      message: `${this.run.hash.ofText(ground.rowMessage(visit))}${iid}/${k}`,
      ticket: String(ticket),
      handicap: String(this.handicaps[i]),
      sum: String(ticket + this.handicaps[i]),
    };
    if (this.excluded.has(i)) return { ...known, reason: "excluded", why: this.whyExcluded(i) };
    const cost = this.with(k, i);
    const extra = cost === undefined ? undefined : String(cost - this.least);
    if (chosen) {
      const why = say(
        "他在 Σ(W + h) 最小的小组中担任此岗位",
        "he takes this slot in the team with the least Σ(W + h)",
      );
      return { ...known, reason: "chosen", why, extra };
    }
    const other = team.indexOf(i);
    // The handicaps are prices at which some visits are indifferent; which of them gets him, the optimum over all decides.
    const same = say(
      "按公布的让分，含他的小组同样便宜：让分正是使他去别户合适的价格，全部检查户合计没有更好的匹配",
      "at these handicaps a team with him costs the same: they are the prices at which he is due elsewhere, and over all visits nothing is better",
    );
    const more =
      extra === "0"
        ? same
        : extra === undefined
          ? say("没有含他的小组", "no team has him here")
          : say(
              `含他的最小小组的 Σ(W + h) 多 ${extra}`,
              `the cheapest team with him here has a Σ(W + h) larger by ${extra}`,
            );
    if (other >= 0) {
      const why = say(`已担任本户岗位 ${other}；${more.zh}`, `he takes slot ${other} of this visit; ${more.en}`);
      return { ...known, reason: "other-slot", why, extra };
    }
    return { ...known, reason: "dearer", why: more, extra };
  }

  /** The least Σ(W + h) of a team in which inspector `i` takes slot `k`. */
  private with(k: number, i: number): bigint | undefined {
    const others = this.sums.map((_, j) => j).filter((j) => j !== k);
    const columns: number[] = [];
    for (const j of others) {
      let taken = 0;
      for (const person of this.sums[j].keys()) {
        if (taken++ > this.sums.length) break;
        if (person !== i && !columns.includes(person)) columns.push(person);
      }
    }
    const cost = others.map((j) => columns.map((person) => this.sums[j].get(person) ?? FORBIDDEN));
    const rest = cheapest(cost);
    return rest === undefined ? undefined : rest.cost + this.sums[k].get(i)!;
  }

  private unfit(slot: Slot, i: number): { reason: Candidate["reason"]; why: Text } {
    const { iid, tags } = this.ground.people[i];
    if (this.ground.barredFrom(this.visit.sid).has(iid)) {
      return { reason: "recusal", why: say("应当回避此户", "recused from this visit") };
    }
    const missing = slot.needs.filter((need) => !tags.has(need)).map(shown);
    if (missing.length > 0) {
      return { reason: "need", why: say(`缺少“${missing.join("”“")}”`, `lacks “${missing.join("”, “")}”`) };
    }
    const hit = slot.avoids.filter((avoid) => tags.has(avoid)).map(shown);
    return {
      reason: "avoid",
      why: say(`有应避开的“${hit.join("”“")}”`, `has “${hit.join("”, “")}”, which is to be avoided`),
    };
  }

  private whyExcluded(i: number): Text {
    const { ground, v } = this;
    const { rounds } = this.run.rounds!;
    const r = rounds.findIndex(({ found }) => found.some(([visit, person]) => visit === v && person === i));
    const { iid } = ground.people[i];
    const mates = [...rounds[r].teams[v]]
      .map((person) => ground.people[person].iid)
      .filter((mate) => ground.clashes.has(iid, mate));
    return say(
      `第 ${r} 轮中与不能同组的 ${mates.join("、")} 同组，抽签号较大，其后退出`,
      `in round ${r} he was in a team with ${mates.join(", ")}, with whom he must not be, and had the larger ticket: he stepped out`,
    );
  }
}
