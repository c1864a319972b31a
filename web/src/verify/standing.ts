/** The standing after a draw: who is visited by whom, as events change it (protocol.md §4.5). */
import { cheapest, FORBIDDEN } from "./assign";
import type { List } from "./commitment";
import { Ground, type Clashes, type Person } from "./ground";
import { outcomeOf, type Drawn, type Visit } from "./selection";
import { fits, SlotBook, SlotFault, type Slot } from "./slots";
import { compareText, say } from "./text";
import type { Text } from "./types";

interface Post extends Person {
  available: boolean;
}

interface StandingVisit extends Visit {
  /** Slot text → who holds it; nobody where there is no entry. */
  holders: Map<string, string>;
}

/** One row of `teams.tsv`: a slot that was lost or was to be filled. */
export interface Change {
  sid: string;
  slot: Slot;
  before: string;
}

/** W′ of an event: a ground over the visits as they are. */
export type Tickets = Ground;

export class Standing {
  readonly visits = new Map<string, StandingVisit>();
  readonly people = new Map<string, Post>();
  readonly barred: Map<string, Set<string>>;
  readonly gone = new Set<string>();
  private readonly used = new Set<string>();
  private readonly load = new Map<string, number>();
  private readonly book: SlotBook;

  constructor(
    private readonly ground: Ground,
    private readonly lists: List[],
    private readonly draws: Drawn[],
    teams: Int32Array[] | undefined,
    public paired: boolean,
  ) {
    this.book = new SlotBook(lists);
    this.barred = new Map([...ground.barred].map(([sid, iids]) => [sid, new Set(iids)]));
    for (const person of ground.people) this.people.set(person.iid, { ...person, available: true });
    ground.visits.forEach((visit, v) => {
      const holders = new Map<string, string>();
      this.visits.set(visit.sid, { ...visit, holders });
      if (teams === undefined) return;
      visit.slots.forEach(({ text }, k) => this.give(visit.sid, text, ground.people[teams[v][k]].iid));
    });
  }

  get clashes(): Clashes {
    return this.ground.clashes;
  }

  /** The tickets W′: they ask for people alone. */
  ticketsFor(pairKey: string): Tickets {
    return new Ground(this.ground.hash, pairKey, [...this.people.values()], [], this.barred, this.ground.clashes);
  }

  /** The ground of a new pairing: the people by iid, with capacity 0 for whoever is not available. */
  groundFor(pairKey: string): Ground {
    const people = [...this.people.values()].sort((a, b) => compareText(a.iid, b.iid));
    const able = people.map((person) => ({ ...person, capacity: person.available ? person.capacity : 0 }));
    const visits = [...this.visits.values()].sort((a, b) => compareText(a.sid, b.sid));
    return new Ground(this.ground.hash, pairKey, able, visits, this.barred, this.ground.clashes);
  }

  private give(sid: string, text: string, iid: string): void {
    this.visits.get(sid)!.holders.set(text, iid);
    this.load.set(iid, (this.load.get(iid) ?? 0) + 1);
  }

  private free(visit: StandingVisit, text: string): void {
    const iid = visit.holders.get(text);
    if (iid === undefined) return;
    visit.holders.delete(text);
    this.load.set(iid, this.load.get(iid)! - 1);
  }

  private slotHeld(visit: StandingVisit, iid: string): Slot | undefined {
    return visit.slots.find(({ text }) => visit.holders.get(text) === iid);
  }

  /** Why the pairs cannot become barred. */
  cannotRecuse(iid: string, sids: string[]): Text | undefined {
    if (!this.people.has(iid)) return say(`${iid} 不在人员中`, `${iid} is not among the inspectors`);
    for (const sid of sids) {
      if (!this.visits.has(sid)) return say(`${sid} 没有检查`, `${sid} has no visit`);
      if (this.barred.get(sid)?.has(iid))
        return say(`${iid} 对 ${sid} 早已回避`, `${iid} is recused from ${sid} already`);
    }
    return undefined;
  }

  /** `recused`: the pairs become barred, and what is lost is to be filled. */
  recuse(iid: string, sids: string[]): Change[] {
    for (const sid of sids) this.barred.set(sid, new Set([...(this.barred.get(sid) ?? []), iid]));
    return this.lose(iid, sids);
  }

  /** Why somebody cannot leave these visits, or for good. */
  cannotLeave(iid: string, sids: string[]): Text | undefined {
    const person = this.people.get(iid);
    if (person === undefined) return say(`${iid} 不在人员中`, `${iid} is not among the inspectors`);
    if (sids.length === 0 && !person.available) return say(`${iid} 早已离岗`, `${iid} is not available already`);
    for (const sid of sids) {
      const visit = this.visits.get(sid);
      if (visit === undefined || this.slotHeld(visit, iid) === undefined) {
        return say(`${iid} 在 ${sid} 没有岗位`, `${iid} holds no slot of ${sid}`);
      }
    }
    return undefined;
  }

  /** `leave`, `certificate`: not available for anything that follows. */
  leave(iid: string, sids: string[]): Change[] {
    this.people.get(iid)!.available = false;
    return this.lose(iid, sids);
  }

  private lose(iid: string, sids: string[]): Change[] {
    return sids.flatMap((sid): Change[] => {
      const visit = this.visits.get(sid)!;
      const slot = this.slotHeld(visit, iid);
      if (slot === undefined) return [];
      this.free(visit, slot.text);
      return [{ sid, slot, before: iid }];
    });
  }

  /** `closed`, `moved`, `refused` where the next reserve follows: list, sid and who follows, and the slots to be filled. */
  replace(sid: string): { subjects: [string, string, string][]; changes: Change[] } {
    const ended = this.visits.get(sid)!;
    for (const { text } of ended.slots) this.free(ended, text);
    this.visits.delete(sid);
    this.gone.add(sid);
    const subjects: [string, string, string][] = [];
    const joined = new Map<string, number[]>();
    const rows = new Map<string, Pick<Visit, "tags" | "salt">>();
    for (const l of [...ended.lists].sort((a, b) => compareText(this.lists[a].list, this.lists[b].list))) {
      const drawn = this.draws[l];
      const next = this.nextReserve(l, sid);
      subjects.push([this.lists[l].list, sid, next === undefined ? "-" : drawn.frame.sids[next]]);
      if (next === undefined) continue;
      const follower = drawn.frame.sids[next];
      joined.set(follower, [...(joined.get(follower) ?? []), l]);
      rows.set(follower, { tags: drawn.frame.tags[next], salt: drawn.frame.salts[next] });
    }
    const changes: Change[] = [];
    for (const [follower, lists] of joined) {
      changes.push(...this.join(follower, lists, rows.get(follower)!));
    }
    return { subjects, changes };
  }

  /** The first unused reserve of the stratum (pareto: of the list) that is not gone, by rank. */
  private nextReserve(l: number, sid: string): number | undefined {
    const drawn = this.draws[l];
    const { frame } = drawn;
    const row = frame.sids.indexOf(sid);
    const order = drawn.order[frame.list.method === "pareto" ? 0 : frame.strata[row]];
    for (const candidate of order) {
      const outcome = outcomeOf(drawn, candidate);
      if (outcome === "none") break;
      const key = `${l}\t${frame.sids[candidate]}`;
      if (outcome !== "reserve" || this.used.has(key)) continue;
      this.used.add(key);
      if (!this.gone.has(frame.sids[candidate])) return candidate;
    }
    return undefined;
  }

  /** Visits a subject for more lists: its slots anew, equal texts with their holders. */
  private join(sid: string, lists: number[], row: Pick<Visit, "tags" | "salt">): Change[] {
    const known = this.visits.get(sid);
    const all = [...(known?.lists ?? []), ...lists].sort((a, b) =>
      compareText(this.lists[a].list, this.lists[b].list),
    );
    const slots = this.book.of(all, row.tags);
    if (slots instanceof SlotFault) throw new Error("step 4 has tried the union over all lists");
    const before = new Set(known?.slots.map(({ text }) => text));
    this.visits.set(sid, { sid, lists: all, ...row, slots, holders: known?.holders ?? new Map() });
    return slots.filter(({ text }) => !before.has(text)).map((slot) => ({ sid, slot, before: "-" }));
  }

  /** Why capacities cannot grow by so much, or these rows of standby.tsv cannot join. */
  cannotStaff(raise: number, iids: string[], standby: Person[]): Text | undefined {
    for (const { iid, capacity } of this.people.values()) {
      if (capacity + raise > 1 << 16) return say(`${iid} 的上限超过 2^16`, `the capacity of ${iid} passes 2^16`);
    }
    for (const iid of iids) {
      if (!standby.some((person) => person.iid === iid))
        return say(`${iid} 不在 standby.tsv 中`, `${iid} does not stand in standby.tsv`);
      if (this.people.has(iid)) return say(`${iid} 已在人员中`, `${iid} is among the inspectors already`);
    }
    return undefined;
  }

  /** `staff`: what is vacant is then to be filled. */
  staff(raise: number, iids: string[], standby: Person[]): Change[] {
    for (const person of this.people.values()) person.capacity += raise;
    for (const person of standby.filter(({ iid }) => iids.includes(iid)))
      this.people.set(person.iid, { ...person, available: true });
    return this.vacant();
  }

  /** All vacant slots, by sid and number. */
  vacant(): Change[] {
    const visits = [...this.visits.values()].sort((a, b) => compareText(a.sid, b.sid));
    return visits.flatMap(({ sid, slots, holders }) => {
      return slots.filter(({ text }) => !holders.has(text)).map((slot) => ({ sid, slot, before: "-" }));
    });
  }

  /** Teams of a new pairing's final round take the slots. */
  takeTeams(ground: Ground, teams: Int32Array[]): void {
    ground.visits.forEach(({ sid, slots }, v) => {
      slots.forEach(({ text }, k) => this.give(sid, text, ground.people[teams[v][k]].iid));
    });
    this.paired = true;
  }

  /** Fills the slots of these changes, visit by visit; all of a visit or none. */
  fillAll(tickets: Tickets, changes: readonly Change[]): void {
    if (!this.paired) return;
    for (const sid of [...new Set(changes.map((change) => change.sid))].sort(compareText)) {
      const visit = this.visits.get(sid)!;
      const wanted = changes.filter((change) => change.sid === sid).map(({ slot }) => slot);
      const found = this.fill(tickets, visit, wanted);
      found?.forEach((iid, k) => this.give(sid, wanted[k].text, iid));
    }
  }

  /** Of all ways to fill these slots the one with the smallest Σ W′, and for one slot the smallest (W′, iid). */
  private fill(tickets: Tickets, visit: StandingVisit, wanted: Slot[]): string[] | undefined {
    const team = [...visit.holders.values()];
    const costs = wanted.map((slot) => {
      const number = visit.slots.findIndex(({ text }) => text === slot.text);
      const costs: { iid: string; cost: bigint }[] = [];
      for (const person of this.people.values()) {
        const { iid, available, capacity, tags } = person;
        if (!available || !fits(slot, tags) || this.barred.get(visit.sid)?.has(iid)) continue;
        if ((this.load.get(iid) ?? 0) >= capacity || team.includes(iid)) continue;
        if (team.some((mate) => this.clashes.has(iid, mate))) continue;
        costs.push({ iid, cost: tickets.ticket(visit, number, tickets.numbers.get(iid)!) });
      }
      return costs.sort((a, b) => (a.cost < b.cost ? -1 : a.cost > b.cost ? 1 : compareText(a.iid, b.iid)));
    });
    return cheapestPeace(costs, this.clashes, new Set())?.team;
  }
}

/**
 * The cheapest distinct team without an incompatible pair. Where the cheapest one has such a pair, either one of the two
 * stays out or everybody who is incompatible with him does: both ways are tried, and among many who all clash the second
 * leaves one of them. Offers are in order of cost, and as only the s cheapest for each of s slots can matter, few are needed.
 */
export function cheapestPeace(
  offers: { iid: string; cost: bigint }[][],
  clashes: Clashes,
  out: ReadonlySet<string>,
  below?: bigint,
): { team: string[]; cost: bigint } | undefined {
  const rows = offers.map((row) => row.filter(({ iid }) => !out.has(iid)).slice(0, offers.length));
  const columns = [...new Set(rows.flat().map(({ iid }) => iid))];
  const cost = rows.map((row) => {
    const known = new Map(row.map(({ iid, cost: price }) => [iid, price]));
    return columns.map((iid) => known.get(iid) ?? FORBIDDEN);
  });
  const best = columns.length === 0 && offers.length > 0 ? undefined : cheapest(cost);
  if (best === undefined || (below !== undefined && best.cost >= below)) return undefined;
  const team = best.columns.map((column) => columns[column]);
  for (let a = 0; a < team.length; a++) {
    for (let b = a + 1; b < team.length; b++) {
      if (!clashes.has(team[a], team[b])) continue;
      const rivals = offers.flat().filter(({ iid }) => clashes.has(team[a], iid));
      const first = cheapestPeace(offers, clashes, new Set([...out, ...rivals.map(({ iid }) => iid)]), below);
      const second = cheapestPeace(offers, clashes, new Set([...out, team[a]]), first?.cost ?? below);
      return second ?? first;
    }
  }
  return { team, cost: best.cost };
}
