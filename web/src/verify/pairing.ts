/** Steps 12 and 14: the teams of every round, and the exclusions that lead from one to the next (protocol.md §6.4). */
import type { Ground } from "./ground";
import type { Check } from "./run";
import type { Table } from "./table";
import { say } from "./text";

/** Who is excluded: number of the visit → numbers of inspectors. */
export type Excluded = Map<number, Set<number>>;

export interface Round {
  /** For each visit who holds each slot. */
  teams: Int32Array[];
  /** Excluded by the rounds before. */
  excluded: Excluded;
  /** Who is excluded after this round. */
  found: [visit: number, person: number][];
  /** Inspector → number of visits. */
  visits: Int32Array;
}

/** Rounds that were read. `excluded` is that after the last of them. */
export interface Rounds {
  rounds: Round[];
  excluded: Excluded;
  /** Rows of handicaps.tsv: where each round begins, and the end. */
  starts: number[];
}

/** The tables of a pairing, in the bundle itself or in the folder of an event. */
export interface PairingFiles {
  folder: string;
  assignment: Table;
  handicaps: Table;
  shortage: boolean;
}

/** Step 12. `undefined` where the rounds could not be read to their end. */
export function checkTeams(
  ground: Ground,
  files: PairingFiles,
  check: Check,
  tick: (done: number, of: number) => void,
): Rounds | undefined {
  const starts = roundStarts(files, check);
  if (starts === undefined) return undefined;
  const m = starts.length - 1;
  const none = ground.people.length === 0 && ground.visits.length === 0;
  if (m === 0 && !files.shortage && !none) {
    check.fail({ file: `${files.folder}assignment.tsv` }, say("没有任何一轮匹配", "there is no round"));
    return undefined;
  }
  const rounds: Round[] = [];
  let excluded: Excluded = new Map();
  let row = 0;
  for (let r = 0; r < m; r++) {
    const teams = new TeamReader(ground, files, check, r, row, excluded);
    const read = teams.read((part) => tick(r + part, m));
    row = teams.row;
    if (read === undefined) return undefined;
    const found = clashing(ground, read.teams);
    rounds.push({ ...read, excluded, found });
    excluded = withFound(excluded, found);
  }
  if (row < files.assignment.rows) {
    const place = { file: `${files.folder}assignment.tsv`, row: row + 2, id: files.assignment.columns[1][row] };
    check.fail(place, say("此轮在 handicaps.tsv 中没有", "a round that handicaps.tsv does not have"));
    return undefined;
  }
  return check.failed ? undefined : { rounds, excluded, starts };
}

/** Where each round of handicaps.tsv begins; they are 0 … m − 1 without gap. */
export function roundStarts(files: PairingFiles, check: Check): number[] | undefined {
  const starts: number[] = [];
  const column = files.handicaps.columns[0];
  for (let i = 0; i < column.length; i++) {
    if (i > 0 && column[i] === column[i - 1]) continue;
    if (Number(column[i]) !== starts.length) {
      const text = say(`轮次不连续，此处应为 ${starts.length}`, `rounds have a gap, ${starts.length} is due here`);
      check.fail({ file: `${files.folder}handicaps.tsv`, row: i + 2, column: "round" }, text);
      return undefined;
    }
    starts.push(i);
  }
  starts.push(column.length);
  return starts;
}

/** Reads the rows of one round: exactly those of all visits and their slots. */
class TeamReader {
  private readonly file: string;
  private readonly visits: Int32Array;

  constructor(
    private readonly ground: Ground,
    private readonly files: PairingFiles,
    private readonly check: Check,
    private readonly round: number,
    public row: number,
    private readonly excluded: Excluded,
  ) {
    this.file = `${files.folder}assignment.tsv`;
    this.visits = new Int32Array(ground.people.length);
  }

  /** `tick` is told which part of the visits is read. */
  read(tick: (part: number) => void): Pick<Round, "teams" | "visits"> | undefined {
    const { ground, check } = this;
    const teams: Int32Array[] = [];
    for (let v = 0; v < ground.visits.length; v++) {
      if (v % 1024 === 0) tick(v / ground.visits.length);
      const { sid, slots } = ground.visits[v];
      const team = new Int32Array(slots.length);
      for (let k = 0; k < slots.length; k++) {
        if (!this.expect(sid, k)) return undefined;
        team[k] = this.holder(v, k, team);
        this.row++;
      }
      teams.push(team);
      if (check.full) return undefined;
    }
    ground.people.forEach(({ iid, capacity }, i) => {
      if (this.visits[i] <= capacity) return;
      const n = this.visits[i];
      const text = say(
        `第 ${this.round} 轮有 ${n} 户，超过上限 ${capacity}`,
        `round ${this.round} gives him ${n} visits, his capacity is ${capacity}`,
      );
      check.fail({ file: this.file, id: iid }, text);
    });
    return check.failed ? undefined : { teams, visits: this.visits };
  }

  /** The next row is that of this slot; if not, a slot is missing or a row too many. */
  private expect(sid: string, slot: number): boolean {
    const { file, files, round, row } = this;
    const [rounds, sids, slots] = files.assignment.columns;
    const here = row < files.assignment.rows;
    if (here && Number(rounds[row]) === round && sids[row] === sid && Number(slots[row]) === slot) return true;
    const before =
      here &&
      (Number(rounds[row]) - round ||
        (sids[row] < sid ? -1 : sids[row] > sid ? 1 : 0) ||
        Number(slots[row]) - slot) < 0;
    if (before) {
      this.check.fail(
        { file, row: row + 2, id: sids[row] },
        say("没有这样的检查户或岗位", "there is no such visit or slot"),
      );
    } else {
      this.check.fail(
        { file, id: sid },
        say(`第 ${round} 轮缺少岗位 ${slot}`, `round ${round} lacks slot ${slot}`),
      );
    }
    return false;
  }

  private holder(v: number, k: number, team: Int32Array): number {
    const { ground, file, row } = this;
    const visit = ground.visits[v];
    const iid = this.files.assignment.columns[3][row];
    const person = ground.numbers.get(iid);
    const fail = (zh: string, en: string): void =>
      this.check.fail({ file, row: row + 2, column: "iid", id: visit.sid }, say(zh, en));
    if (person === undefined) {
      fail(`${iid} 不在 inspectors.tsv 中`, `${iid} does not stand in inspectors.tsv`);
      return -1;
    }
    if (!ground.eligible(visit, visit.slots[k], person)) {
      const recused = ground.barredFrom(visit.sid).has(iid);
      if (recused) fail(`${iid} 应当回避此户`, `${iid} is recused from this visit`);
      else
        fail(`${iid} 不符合岗位“${visit.slots[k].text}”`, `${iid} does not fit the slot “${visit.slots[k].text}”`);
    }
    if (this.excluded.get(v)?.has(person)) {
      fail(`${iid} 已被前面的轮次排除`, `${iid} is excluded from this visit by an earlier round`);
    }
    if (team.subarray(0, k).includes(person))
      fail(`${iid} 在同一户中出现两次`, `${iid} stands twice in one visit`);
    this.visits[person]++;
    return person;
  }
}

/** Of each incompatible pair in a team the one with the larger (W of his slot, iid). */
export function clashing(ground: Ground, teams: Int32Array[]): Round["found"] {
  const found: Round["found"] = [];
  teams.forEach((team, v) => {
    const out = new Set<number>();
    for (let a = 0; a < team.length; a++) {
      for (let b = a + 1; b < team.length; b++) {
        const [x, y] = [ground.people[team[a]].iid, ground.people[team[b]].iid];
        if (!ground.clashes.has(x, y)) continue;
        const visit = ground.visits[v];
        const wa = ground.ticket(visit, a, team[a]);
        const wb = ground.ticket(visit, b, team[b]);
        out.add(wa > wb || (wa === wb && x > y) ? team[a] : team[b]);
      }
    }
    for (const person of out) found.push([v, person]);
  });
  return found;
}

export function withFound(excluded: Excluded, found: Round["found"]): Excluded {
  const next: Excluded = new Map([...excluded].map(([v, people]) => [v, new Set(people)]));
  for (const [v, person] of found) {
    const people = next.get(v);
    if (people === undefined) next.set(v, new Set([person]));
    else people.add(person);
  }
  return next;
}

/** Step 14. */
export function checkRounds(ground: Ground, files: PairingFiles, { rounds }: Rounds, check: Check): void {
  const file = `${files.folder}assignment.tsv`;
  rounds.forEach(({ found }, r) => {
    const last = r === rounds.length - 1 && !files.shortage;
    if (!last && found.length === 0) {
      const text = say(
        `第 ${r} 轮没有不能同组的人员，其后不应再有一轮`,
        `round ${r} has no incompatible team, so that nothing should follow it`,
      );
      check.fail({ file }, text);
    } else if (last) {
      for (const [v, person] of found) {
        const text = say(
          `最后一轮（第 ${r} 轮）中 ${ground.people[person].iid} 与同组人员不能同组`,
          `in the last round (${r}) ${ground.people[person].iid} is in a team with somebody incompatible`,
        );
        check.fail({ file, id: ground.visits[v].sid }, text);
      }
    }
  });
}
