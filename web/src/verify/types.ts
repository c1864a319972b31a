/**
 * What the verifier of `dr1` (docs/protocol.md) takes and gives. Everything here is plain data that can be posted from a
 * worker to a page. Integers that may pass 2^53 (tickets as numbers, handicaps, sums, chances) are decimal texts.
 *
 * The functions, all in `index.ts`, all synchronous, without DOM, network or clock:
 *
 *   verify(files, options?, progress?): Verified            the 17 steps of protocol.md §7
 *   lookUp(verified, sid): Subject                          what one subject sees (keep `Verified` in the worker)
 *   glimpse(files, sids): Glimpse | undefined               the same before anything is verified, as the files claim it
 *   verifyReceipt(bytes, files?, of?): ReceiptReport        protocol.md §8.1, with a bundle §8.2 as well; `of` is what `verify`
 *                                                           made of it: then the report says who comes now, after its events
 *   verifyCode(code, files?, of?): ReceiptReport            protocol.md §8.3; without a bundle it says that it needs one
 *   filesOfZip(bytes): Files                                a zip as a bundle; one folder around everything is taken off
 *   eventWords(kind, reason): [Text, Text]                  a kind of event and its reason in words
 *   stepWords(id): StepWords                                name, what a step proves and what it does not (words.ts)
 */

/** Path in the bundle, with `/`, without the folder's own name → bytes. */
export type Files = ReadonlyMap<string, Uint8Array>;

/** One sentence in both languages. It may hold text of the bundle: show it as text, never as HTML. */
export interface Text {
  zh: string;
  en: string;
}

export type Result = "passed" | "failed" | "not-shown";

export type StepId =
  | "files"
  | "commitment"
  | "registers"
  | "frames"
  | "opening"
  | "beacon"
  | "time"
  | "manifest"
  | "draw"
  | "rolls"
  | "visits"
  | "pairing"
  | "optimum"
  | "rounds"
  | "shortage"
  | "events"
  | "schedule";

/** Where something is. Rows count from 1, the header being row 1. `column` is a column or a JSON key (`lists[0].n`). */
export interface Place {
  file: string;
  row?: number;
  column?: string;
  id?: string;
}

export interface Problem {
  place: Place;
  text: Text;
}

/** One step of protocol.md §7. A step that does not apply is absent; numbers never shift. */
export interface Step {
  number: number;
  id: StepId;
  result: Result;
  /** Why it failed; at most 50 are kept, the first ones. */
  problems: Problem[];
  /** What could not be shown from what was given, and why. */
  notShown: Text[];
}

/** An exact fraction, in lowest terms, as decimal texts. */
export interface Fraction {
  numerator: string;
  denominator: string;
}

/** Of a long enumeration: how many there are, and the first 100 of them. */
export interface Some<T> {
  count: number;
  first: T[];
}

export interface SourceFact {
  kind: string;
  /** What stands before the value in the beacon string, e.g. `digits:3d-2026193`. */
  source: string;
  /** Seconds since 1970-01-01T00:00:00 UTC. */
  at: number;
  /** The beacon string, once there is one. */
  value?: string;
}

/** One stratum of a list, or in a pareto list one class of equal weights. */
export interface ChanceFact {
  list: string;
  stratum: string;
  N: number;
  /** How many are drawn of it; absent where it cannot be known (pareto, no beacon). */
  n?: number;
  weight: number;
  /** Inclusion chance; `exact` is false for pareto, where it is an approximation. */
  chance: Fraction;
  exact: boolean;
  /** Drawn whole (必查). */
  whole: boolean;
}

/**
 * What became of an event: it `acted`, it `waits` for its values, it changes nobody (`none`), or what follows from it was not
 * computed.
 */
export type Effect = "acted" | "waits" | "none" | "unknown";

export interface EventFacts {
  count: number;
  events: { n: number; kind: string; reason: string; at: number; by: string; approver: string; effect: Effect }[];
  /** Subjects that were replaced. */
  replaced: string[];
  /** How often each slot (`sid/number`) and each inspector was exchanged. */
  slots: [string, number][];
  people: [string, number][];
  vacant: { sid: string; slot: number }[];
}

/** Facts of protocol.md §7 "Verdict and facts", as far as the bundle could be read. */
export interface Facts {
  draw: string;
  agency: string;
  title: string;
  mode: "open" | "sealed";
  suite: "sha256" | "sm3";
  /** Sealed and not opened: the public part alone was there. */
  unopened: boolean;
  /** Nothing is drawn yet, as in the report. */
  frozen: boolean;
  window: { from: string; to: string };
  /** C. */
  commitment: string;
  /** H(manifest.tsv). */
  result?: string;
  /** S. */
  seed?: string;
  attempt: number;
  prev: string;
  rehearsal: boolean;
  trust: "public" | "witnessed";
  sources: SourceFact[];
  margin_s: number;
  lists: {
    list: string;
    title: string;
    matters: string[];
    method: string;
    frame: number;
    n: number;
    reserve: number;
  }[];
  /** Numbers of subjects drawn, of visits' slots, of inspectors; absent while unopened or where a step failed. */
  visits?: number;
  slots?: number;
  inspectors?: number;
  rounds?: number;
  chances: ChanceFact[];
  /** N < 10. */
  small: { list: string; stratum: string; N: number }[];
  /** Strata drawn whole, and in pareto lists the subjects with key 0 (`sid`). */
  whole: Some<{ list: string; stratum?: string; sid?: string }>;
  /** Slots of visits with fewer than three eligible inspectors. */
  forced?: Some<{ sid: string; slot: number; eligible: number }>;
  /** The inspectors named by most rows of incompatible.tsv; more than three rows need approval. */
  incompatible?: { rows: number; iids: string[] };
  /** Sealed: who opens it, and by when. */
  opening?: { opens: "public" | "auditor"; by: string };
  shortage?: { round: number; short: number; slots: [string, number][] };
  void: boolean;
  events?: EventFacts;
  /** With a policy: what the log shows. With a copy of it: attempt k of m. */
  logged?: {
    origin?: string;
    index?: number;
    cosigned_s?: number;
    size?: number;
    attempt?: [number, number];
    attempts?: {
      index: number;
      draw: string;
      commitment: string;
      attempt: number;
      at: number;
      voided_at?: number;
    }[];
    remarks: Text[];
  };
}

export interface Report {
  /** 核验通过 / verified: no step failed. */
  verified: boolean;
  /**
   * Nothing is drawn yet: the frozen part alone is there (§4.4), and all that can be checked of it holds. Step 1 has failed, as the
   * result's files are missing, so that it is not verified; but nothing is wrong.
   */
  frozen: boolean;
  /** A valid `void` event: the draw has no result. Say it in the same line as the verdict. */
  void: boolean;
  steps: Step[];
  /** Absent where the commitment could not be read. */
  facts?: Facts;
}

export interface Options {
  /** A policy (C2SP tlog-policy) that the reader brought: whose logs and witnesses are believed. Never one from the bundle. */
  policy?: string;
  /** A copy of the log that the reader brought, as in a log's `public/` folder. */
  log?: Files;
  /** True if certificates of time-stamping authorities were given: this verifier says that it does not read tokens. */
  tsa?: boolean;
}

/** Called now and then with the step at work and how much of it is done. */
export type Progress = (step: number, done: number, of: number) => void;

/** What `verify` gives. `report` is plain data; the rest stays where it is (in the worker) for `lookUp`. */
export interface Verified {
  readonly report: Report;
  readonly state: unknown;
}

/** One list whose frame has the subject, with everything that leads from the seed to its outcome. */
export interface SubjectList {
  list: string;
  title: string;
  matters: string[];
  method: "fixed" | "proportional" | "pareto";
  group: string;
  /** Row in the frame, the header being row 1. */
  row: number;
  stratum: string;
  weight: number;
  /** Sizes among which `rank` counts: of the stratum, in a pareto list of the list. */
  N: number;
  n: number;
  reserve: number;
  chance: Fraction;
  /** False for pareto, whose chance is an approximation. */
  exact: boolean;
  /** K(group), and the text whose digest is the ticket: `K ‖ sid`, sealed `K ‖ sid ‖ "." ‖ salt`. */
  groupKey: string;
  message: string;
  ticket: string;
  /** As in the draw file: the ticket, for pareto 32 hex digits, a dot, the ticket. */
  key: string;
  rank: number;
  outcome: "drawn" | "reserve" | "none";
  /** The key of the last one drawn (rank n); absent if n is 0. Who has a key up to this one is drawn. */
  threshold?: string;
}

/** One inspector before one slot of a visit, in the final round. */
export interface Candidate {
  iid: string;
  tags: string[];
  /** Fits the slot: all needs, no avoid, no recusal. */
  eligible: boolean;
  chosen: boolean;
  /** Why not eligible, or why not chosen; for who is chosen, why. */
  why: Text;
  reason:
    | "chosen"
    | "need"
    | "avoid"
    | "recusal" // the last three: not eligible
    | "excluded"
    | "other-slot"
    | "dearer"; // eligible, not chosen
  /** W, its message (`R ‖ iid ‖ "/" ‖ slot`), the published handicap h, and W + h, of eligible ones. */
  message?: string;
  ticket?: string;
  handicap?: string;
  sum?: string;
  /** By how much Σ(W + h) of the cheapest team with this inspector in this slot passes the chosen team's; absent if no team has him. */
  extra?: string;
}

export interface SubjectSlot {
  slot: number;
  /** `slot|role|needs|avoids` after replacement. */
  text: string;
  name: string;
  role: string;
  needs: string[];
  avoids: string[];
  /** Who holds it in the final round of the draw; absent in a shortage. */
  iid?: string;
  /** Chosen first, then by W + h, then those excluded, then those not eligible. */
  candidates: Candidate[];
}

/** A slot of a visit after the events. */
export interface NowSlot {
  /** Its number after the events, which may be another than in the draw; `text` is what tells it from others. */
  slot: number;
  text: string;
  name: string;
  role: string;
  needs: string[];
  avoids: string[];
  /** Who holds it; absent if it is vacant, or if that is not decided. */
  iid?: string;
  /** Who steps out by an event that waits. */
  left?: string;
  /** Who takes it hangs on a value that is not there yet. */
  waits: boolean;
}

/** Who visits a subject after the events (§4.5): what draw and receipts say stays what it was. */
export interface Now {
  /** How many events there are, and how many of them wait for their values. */
  events: number;
  waiting: number;
  /** False where what follows from them was not recomputed, for the reason `why`: then nobody knows from this who comes. */
  known: boolean;
  why?: Text;
  /** The draw is void: nobody comes. */
  void: boolean;
  /** It is visited. Its slots, as they stand before the first event that waits. */
  visited: boolean;
  slots: NowSlot[];
  /** An event that concerns it waits, so that not everything is decided. */
  waits: boolean;
  /** When the last value is due that it waits for, in seconds since 1970. */
  due?: number;
  /** What changed for it, event by event; where that is not known, the events that name it. */
  since: { event: number; text: Text }[];
}

/** Everything that one subject of the bundle sees. `found` is false if no frame has it (or the frames are closed). */
export interface Subject {
  sid: string;
  found: boolean;
  tags: string[];
  salt: string;
  lists: SubjectList[];
  /** Lists whose frame has it, and whose tickets cannot be computed (yet). */
  undrawn: { list: string; title: string; row: number; stratum: string; weight: number; N: number; chance: Fraction; exact: boolean }[];
  /** Present if drawn. `rowMessage` is the text whose digest is the pairing row R. */
  visit?: {
    lists: string[];
    round?: number;
    pairKey: string;
    rowMessage: string;
    row: string;
    slots: SubjectSlot[];
  };
  /** What events did with it: the numbers of the events that name it. */
  events: number[];
  /** Who comes now; absent where there are no events. */
  now?: Now;
  /** Replaced by a reserve through an event, or drawn in afterwards. */
  replaced?: boolean;
  joined?: boolean;
  /** False if a step that this rests on failed or was not shown: then it is a claim of the files. */
  shown: boolean;
}

/** What the formulas of a subject need of the draw. */
export type SubjectFacts = Pick<Facts, "suite" | "commitment" | "seed" | "sources" | "unopened" | "frozen">;

/** What the files claim of one subject, before anything of them is verified; events that follow the draw are not looked at. */
export interface Glimpse {
  subject: Subject;
  facts: SubjectFacts;
}

/** The answer to a receipt or a short code: the first failure is the answer. */
export interface ReceiptReport {
  kind: "receipt" | "code";
  verified: boolean;
  /** True if it was compared with a bundle. */
  compared: boolean;
  problem?: Problem;
  /** What was shown, and what this does not show. */
  shown: Text[];
  notShown: Text[];
  draw?: string;
  sid?: string;
  /** Result digest, to be compared with the notice. */
  result?: string;
  commitment?: string;
  rehearsal?: boolean;
  /** With a verified bundle that has events: who comes now, which a receipt does not say. */
  now?: Now;
  lists: {
    list: string;
    title?: string;
    stratum?: string;
    N?: number;
    n?: number;
    rank: number;
    outcome?: string;
    key?: string;
    chance?: Fraction;
    exact?: boolean;
  }[];
  team: string[];
}

/** A step's name, what it proves when it passes, and what it does not prove. */
export interface StepWords {
  name: Text;
  proves: Text;
  not: Text;
}
