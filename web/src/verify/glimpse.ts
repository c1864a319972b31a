/**
 * What one subject sees of a bundle before any of it is verified: seed, its lists' tickets, its own slots, and the rows of the
 * pairing that are its own. Digests, roots, signatures, draw files and everybody else's teams are left to `verify`, so that an
 * answer is there at once; it is what the files claim, and says nothing of whether they are right.
 */
import { readBeaconFile } from "./beacon";
import { readJson } from "./bundle";
import { readCommitment, type List } from "./commitment";
import { Hasher } from "./digest";
import { sourcesOf } from "./facts";
import { frameOf } from "./frames";
import { barredOf, Clashes, Ground, peopleOf } from "./ground";
import type { JsonObject } from "./json";
import { Keys, Unreadable } from "./keys";
import { lookUp } from "./lookup";
import { clashing, roundStarts, withFound, type Excluded, type Round, type Rounds } from "./pairing";
import { Check, Run } from "./run";
import { drawList, outcomeOf, seedOf, type Visit } from "./selection";
import { SlotBook, SlotFault } from "./slots";
import { readTable, type ShapeName, type Table } from "./table";
import { compareText, decode, say } from "./text";
import type { Files, Glimpse, Now } from "./types";

/**
 * The answer for the first of these codes that a frame has, or that there is none. `undefined` where the files cannot be read
 * so far: then `verify` says why.
 */
export function glimpse(files: Files, sids: readonly string[]): Glimpse | undefined {
  try {
    return new Reader(files).glimpse(sids);
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
}

const EVENT = /^events\/\d{4}\.json$/;

/** What follows from events is left to `verify`; that there are some is told. */
const UNKNOWN: Now = {
  events: 0,
  waiting: 0,
  known: false,
  why: say(
    "事件的结果尚未核算：现在由谁检查，核验完成后才知道",
    "what follows from the events is not computed yet: who comes now is known once the checks are done",
  ),
  void: false,
  visited: false,
  slots: [],
  waits: false,
  since: [],
};

function unreadable(file: string): never {
  throw new Unreadable(file);
}

class Reader {
  private readonly run: Run;
  /** Where faults would be told; here one fault is enough to give up. */
  private readonly check = new Check(0, "files");

  constructor(private readonly files: Files) {
    this.run = new Run(files, {}, () => undefined);
  }

  glimpse(sids: readonly string[]): Glimpse {
    const { run } = this;
    this.readHead();
    const c = run.commitment!;
    const sid = run.unopened ? undefined : sids.find((each) => this.readFrames(each));
    if (sid !== undefined) this.readPairing(sid);
    const { unopened, seed } = run;
    const facts = { suite: c.suite, commitment: run.digest, unopened, frozen: false, seed, sources: sourcesOf(c, run.beacon) };
    const subject = lookUp({ state: run }, sid ?? sids[0]);
    const events = [...this.files.keys()].filter((file) => EVENT.test(file)).length;
    if (events > 0) subject.now = { ...UNKNOWN, events };
    return { subject, facts };
  }

  /** Commitment, beacon and seed. */
  private readHead(): void {
    const { run, files } = this;
    const keys = new Keys({ file: "commitment.json" });
    run.commitment = readCommitment(keys, this.json("commitment.json", false)) ?? unreadable("commitment.json");
    run.beacon = readBeaconFile(keys, this.json("beacon.json"));
    if (keys.problems.length > 0) unreadable("commitment.json");
    run.hash = new Hasher(run.commitment.suite);
    run.digest = run.hash.ofBytes(this.bytes("commitment.json"));
    run.seed = seedOf(run);
    run.sealed = run.commitment.mode === "sealed";
    run.unopened = run.sealed && !files.has("opening.json");
  }

  /** Frames and draws of the lists that have this subject, if any has. */
  private readFrames(sid: string): boolean {
    const { run } = this;
    const { lists } = run.commitment!;
    run.frames = lists.map((list) => {
      const file = `frames/${list.list}.tsv`;
      const bytes = this.bytes(file);
      if (!includes(bytes, `\n${sid}\t`)) return undefined;
      const table = this.table(file, run.sealed ? "sealedFrame" : "frame");
      return frameOf(run, this.check, list, file, table) ?? unreadable(file);
    });
    run.draws = run.frames.map((frame, l) => frame && drawList(run, lists[l], frame, 0));
    return run.frames.some((frame) => frame !== undefined);
  }

  /** The visit of a subject that is drawn, and its rows of the pairing. */
  private readPairing(sid: string): void {
    const { run } = this;
    const visit = this.visitOf(sid, run.commitment!.lists);
    if (visit === undefined) return;
    const barred = barredOf(this.table("recusals.tsv", run.sealed ? "sealedRecusals" : "recusals"));
    const clashes = new Clashes(this.table("incompatible.tsv", "incompatible"));
    const people = peopleOf(this.table("inspectors.tsv", "people"));
    const pairKey = run.hash.line("pair", run.seed!);
    const ground = new Ground(run.hash, pairKey, people, [visit], barred, clashes);
    const handicaps = this.table("handicaps.tsv", "handicaps");
    const assignment = { columns: [], rows: 0 };
    run.visits = [visit];
    run.ground = ground;
    run.pairing = { folder: "", assignment, handicaps, shortage: this.files.has("shortage.json") };
    const starts = roundStarts(run.pairing, this.check) ?? unreadable("handicaps.tsv");
    run.rounds = { ...this.roundsOf(ground, visit, starts.length - 1), starts };
  }

  private visitOf(sid: string, lists: readonly List[]): Visit | undefined {
    const { run } = this;
    const drawn = run.draws.flatMap((draw, l) => {
      const row = draw?.frame.sids.indexOf(sid) ?? -1;
      return draw !== undefined && outcomeOf(draw, row) === "drawn" ? [{ l, row, frame: draw.frame }] : [];
    });
    if (drawn.length === 0) return undefined;
    drawn.sort((a, b) => compareText(lists[a.l].list, lists[b.l].list));
    const [{ row, frame }] = drawn;
    const numbers = drawn.map(({ l }) => l);
    const slots = new SlotBook(lists).of(numbers, frame.tags[row]);
    if (slots instanceof SlotFault) unreadable(frame.file);
    return { sid, lists: numbers, tags: frame.tags[row], salt: frame.salts[row], slots };
  }

  /** The team of this visit in each round. Who is excluded from it follows from its own teams alone. */
  private roundsOf(ground: Ground, visit: Visit, count: number): Omit<Rounds, "starts"> {
    const rounds: Round[] = [];
    let excluded: Excluded = new Map();
    const teams = this.teamsOf(ground, visit, count);
    for (const team of teams) {
      const found = clashing(ground, [team]);
      // How many visits anybody has in all is nothing that a single one could tell.
      rounds.push({ teams: [team], excluded, found, visits: new Int32Array(ground.people.length) });
      excluded = withFound(excluded, found);
    }
    return { rounds, excluded };
  }

  private teamsOf(ground: Ground, visit: Visit, count: number): Int32Array[] {
    const file = "assignment.tsv";
    const teams = Array.from({ length: count }, () => new Int32Array(visit.slots.length).fill(-1));
    for (const line of linesWith(this.text(file), `\t${visit.sid}\t`)) {
      const [round, sid, slot, iid] = line.split("\t");
      const team = teams[Number(round)];
      const person = ground.numbers.get(iid);
      if (sid !== visit.sid || person === undefined || !(team?.[Number(slot)] === -1)) unreadable(file);
      team[Number(slot)] = person;
    }
    if (teams.some((team) => team.includes(-1))) unreadable(file);
    return teams;
  }

  private bytes(file: string): Uint8Array {
    return this.files.get(file) ?? unreadable(file);
  }

  private text(file: string): string {
    const decoded = decode(this.bytes(file));
    return "text" in decoded ? decoded.text : unreadable(file);
  }

  private json(file: string, lf = true): JsonObject {
    const read = readJson(file, this.bytes(file), lf);
    return "object" in read ? read.object : unreadable(file);
  }

  private table(file: string, shape: ShapeName): Table {
    const table = readTable(file, this.bytes(file), shape);
    return Array.isArray(table) ? unreadable(file) : table;
  }
}

/** Whether bytes have a text of ASCII characters. */
function includes(bytes: Uint8Array, text: string): boolean {
  const sought = Uint8Array.from(text, (character) => character.charCodeAt(0));
  const first = sought[0];
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (sought.every((byte, i) => bytes[at + i] === byte)) return true;
  }
  return false;
}

/** The lines of a text that have this in them. */
function linesWith(text: string, part: string): string[] {
  const lines: string[] = [];
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) {
    const from = text.lastIndexOf("\n", at) + 1;
    const to = text.indexOf("\n", at);
    lines.push(text.slice(from, to < 0 ? undefined : to));
  }
  return lines;
}
