/** What the steps of one verification share: the files, the results so far, and the values that were found. */
import type { BeaconFile } from "./beacon";
import type { ShortageFile } from "./bundle";
import type { Commitment } from "./commitment";
import { Hasher } from "./digest";
import type { Event } from "./events";
import type { Frame } from "./frames";
import type { Ground } from "./ground";
import type { PairingFiles, Rounds } from "./pairing";
import type { Drawn, Visit } from "./selection";
import type { Since } from "./since";
import type { Standing } from "./standing";
import { say } from "./text";
import type {
  EventFacts,
  Facts,
  Files,
  Options,
  Place,
  Problem,
  Progress,
  Result,
  Step,
  StepId,
  Text,
} from "./types";
import type { Table } from "./table";

const MOST_PROBLEMS = 50;

/** One step while its checks are made. */
export class Check {
  private readonly problems: Problem[] = [];
  private readonly notShown: Text[] = [];

  constructor(
    readonly number: number,
    readonly id: StepId,
  ) {}

  fail(place: Place, text: Text): void {
    if (this.problems.length < MOST_PROBLEMS) this.problems.push({ place, text });
  }

  add(problems: readonly Problem[]): void {
    for (const problem of problems) this.fail(problem.place, problem.text);
  }

  hide(text: Text): void {
    if (!this.notShown.some((known) => known.en === text.en)) this.notShown.push(text);
  }

  get failed(): boolean {
    return this.problems.length > 0;
  }

  get full(): boolean {
    return this.problems.length >= MOST_PROBLEMS;
  }

  end(): Step {
    const result: Result = this.failed ? "failed" : this.notShown.length > 0 ? "not-shown" : "passed";
    return { number: this.number, id: this.id, result, problems: this.problems, notShown: this.notShown };
  }
}

/** The state of one verification. Values are absent where they could not be read or were found bad. */
export class Run {
  readonly steps: Step[] = [];
  /** File → number of the step that found it bad or missing. */
  readonly bad = new Map<string, number>();
  readonly tables = new Map<string, Table>();
  hash = new Hasher("sha256");
  commitment?: Commitment;
  /** C. */
  digest = "";
  /** As in `commitment.json`, whether that passed step 2 or not. */
  sealed = false;
  unopened = false;
  /** The frozen part alone is there: nothing is drawn yet. */
  frozen = false;
  beacon?: BeaconFile;
  master?: string;
  seed?: string;
  frames: (Frame | undefined)[] = [];
  draws: (Drawn | undefined)[] = [];
  visits?: Visit[];
  ground?: Ground;
  pairing?: PairingFiles;
  rounds?: Rounds;
  shortage?: ShortageFile;
  /** H(manifest.tsv). */
  result_digest?: string;
  void = false;
  events?: EventFacts;
  /** What stands after the events; absent without any, or where they could not be recomputed. */
  standing?: Standing;
  /** The events, as far as their chain could be read. */
  chain: readonly Event[] = [];
  /** What they changed for whom; absent where that could not be recomputed. */
  since?: Since;
  /** sid → numbers of the events that name it. */
  private readonly named = new Map<string, number[]>();
  logged?: Facts["logged"];

  constructor(
    readonly files: Files,
    readonly options: Options,
    readonly progress: Progress,
  ) {}

  /** Runs one step and keeps its result. */
  step(number: number, id: StepId, make: (check: Check) => void): Step {
    const check = new Check(number, id);
    this.progress(number, 0, 1);
    make(check);
    const step = check.end();
    this.steps.push(step);
    return step;
  }

  result(number: number): Result | undefined {
    return this.steps.find((step) => step.number === number)?.result;
  }

  /** Says in `check` which earlier step found the file bad; true if one did. */
  isBad(check: Check, file: string): boolean {
    const step = this.bad.get(file);
    if (step === undefined) return false;
    if (this.frozen && !this.files.has(file)) {
      check.hide(say(`尚未抽取：抽取之后才有 ${file}`, `not drawn yet: ${file} comes with the draw`));
      return true;
    }
    check.hide(say(`${file} 已在第 ${step} 项核验中不合格`, `step ${step} found ${file} bad`));
    return true;
  }

  /** True, and said in `check`, if one of these earlier steps failed. */
  afterFailure(check: Check, ...numbers: number[]): boolean {
    const failed = numbers.filter((number) => this.result(number) === "failed");
    for (const n of failed) check.hide(say(`所依据的第 ${n} 项未通过`, `step ${n}, on which this rests, failed`));
    return failed.length > 0;
  }

  /** Notes that an event concerns a subject. */
  note(sid: string, event: number): void {
    const known = this.named.get(sid) ?? [];
    if (sid !== "-" && !known.includes(event)) this.named.set(sid, [...known, event]);
  }

  namedIn(sid: string): number[] {
    return this.named.get(sid) ?? [];
  }

  hideUnopened(check: Check, zh: string, en: string): void {
    check.hide(say(`尚未公开：${zh}`, `not opened yet: ${en}`));
  }
}
