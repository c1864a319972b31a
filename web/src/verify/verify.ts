/** The 17 steps of protocol.md §7, in their order. */
import { checkBeacon } from "./beacon";
import { checkFiles, checkManifest, readCommitmentFile } from "./bundle";
import { readCommitment, type Commitment } from "./commitment";
import { Hasher } from "./digest";
import { checkEvents } from "./events";
import { factsOf } from "./facts";
import { checkFrames, checkOpening, checkRegisters } from "./frames";
import { barredOf, Clashes, Ground, peopleOf } from "./ground";
import type { JsonObject } from "./json";
import { Keys } from "./keys";
import { checkOptimum } from "./optimum";
import { checkRounds, checkTeams } from "./pairing";
import { Run, type Check } from "./run";
import { checkDraw, checkRolls, checkVisits } from "./selection";
import { checkShortage } from "./shortage";
import { readTable } from "./table";
import { say } from "./text";
import { checkTime } from "./time";
import type { Files, Options, Progress, Step, StepId, Verified } from "./types";

/** Verifies a bundle. Nothing outside of `files` and `options` has an influence. */
export function verify(files: Files, options: Options = {}, progress: Progress = () => undefined): Verified {
  const run = new Run(files, options, progress);
  if (!files.has("commitment.json")) {
    run.step(1, "files", (check) => {
      check.fail(
        { file: "commitment.json" },
        say("没有 commitment.json，这不是公示包", "without commitment.json this is no bundle"),
      );
    });
  } else {
    steps(run);
  }
  const failed = run.steps.filter((step) => step.result === "failed");
  const verified = failed.length === 0;
  // The files of the result are missing, and nothing else is wrong.
  run.frozen &&= failed.every(({ number }) => number === 1);
  const c = run.commitment;
  const facts = c === undefined ? undefined : factsOf(run, c);
  return { report: { verified, frozen: run.frozen, void: run.void, steps: run.steps, facts }, state: run };
}

function steps(run: Run): void {
  const keys = new Keys({ file: "commitment.json" });
  let object: JsonObject | undefined;
  let read: Commitment | undefined;
  run.step(1, "files", (check) => {
    object = readCommitmentFile(run, check);
    if (object !== undefined) read = readCommitment(keys, object);
    if (read !== undefined && keys.problems.length === 0) checkFiles(run, check, read);
  });
  commitmentStep(run, keys, object, read);
  /** Everything further rests on a commitment that keeps its rules. */
  const step = (number: number, id: StepId, make: (check: Check) => void): Step => {
    return run.step(number, id, (check) => {
      if (run.commitment !== undefined || !run.isBad(check, "commitment.json")) make(check);
    });
  };
  step(3, "registers", (check) => checkRegisters(run, check));
  step(4, "frames", (check) => checkFrames(run, check));
  if (run.sealed) step(5, "opening", (check) => checkOpening(run, check));
  step(6, "beacon", (check) => beaconStep(run, check));
  step(7, "time", (check) => checkTime(run, check));
  run.step(8, "manifest", (check) => {
    const bad = run.commitment === undefined && run.isBad(check, "commitment.json");
    if (bad) run.result_digest = digestOf(run, "manifest.tsv");
    else checkManifest(run, check);
  });
  step(9, "draw", (check) => checkDraw(run, check));
  if (run.sealed) step(10, "rolls", (check) => checkRolls(run, check));
  step(11, "visits", (check) => checkVisits(run, check));
  pairingSteps(run, step);
  if ([...run.files.keys()].some((file) => file.startsWith("events/"))) {
    step(16, "events", (check) => checkEvents(run, check));
  }
  if (run.files.has("schedule.tsv") && !run.unopened)
    run.step(17, "schedule", (check) => scheduleStep(run, check));
}

function digestOf(run: Run, file: string): string | undefined {
  const bytes = run.files.get(file);
  return bytes === undefined ? undefined : run.hash.ofBytes(bytes);
}

function commitmentStep(run: Run, keys: Keys, object?: JsonObject, c?: Commitment): void {
  run.step(2, "commitment", (check) => {
    const file = "commitment.json";
    if (object === undefined) {
      check.fail({ file }, say("不能读出（见第 1 项）", "it cannot be read (see step 1)"));
      return;
    }
    if (c !== undefined) run.hash = new Hasher(c.suite);
    run.digest = run.hash.ofBytes(run.files.get(file)!);
    check.add(keys.problems);
    if (check.failed) run.bad.set(file, 2);
    else run.commitment = c;
  });
}

function beaconStep(run: Run, check: Check): void {
  const file = "beacon.json";
  if (run.isBad(check, file) || run.beacon === undefined) return;
  const keys = new Keys({ file });
  checkBeacon(run.hash, keys, run.commitment!.sources, run.beacon, check);
  check.add(keys.problems);
  if (check.failed) run.bad.set(file, 6);
}

/** Steps 12–15. */
function pairingSteps(run: Run, step: (number: number, id: StepId, make: (check: Check) => void) => Step): void {
  const files = ["inspectors.tsv", "incompatible.tsv", "recusals.tsv", "assignment.tsv", "handicaps.tsv"];
  const short = run.files.has("shortage.json");
  step(12, "pairing", (check) => {
    if (run.unopened) return run.hideUnopened(check, "匹配（assignment.tsv）", "the pairing (assignment.tsv)");
    if (run.visits === undefined) return void restsOnVisits(run, check);
    if (files.map((file) => run.isBad(check, file)).includes(true)) return;
    const table = (file: string) => run.tables.get(file)!;
    const clashes = new Clashes(table("incompatible.tsv"));
    const barred = barredOf(table("recusals.tsv"));
    const pairKey = run.hash.line("pair", run.seed!);
    run.ground = new Ground(run.hash, pairKey, peopleOf(table("inspectors.tsv")), run.visits, barred, clashes);
    run.pairing = {
      folder: "",
      assignment: table("assignment.tsv"),
      handicaps: table("handicaps.tsv"),
      shortage: short,
    };
    run.rounds = checkTeams(run.ground, run.pairing, check, (done, of) => run.progress(12, done, of));
  });
  const rest = (check: Check, zh: string, en: string): boolean => {
    if (run.unopened) run.hideUnopened(check, zh, en);
    else if (run.rounds !== undefined) return true;
    else if (!run.afterFailure(check, 12)) restsOnVisits(run, check);
    return false;
  };
  step(13, "optimum", (check) => {
    if (!rest(check, "最优证明（handicaps.tsv）", "the certificate (handicaps.tsv)")) return;
    checkOptimum(run.ground!, run.pairing!, run.rounds!, check, (done, of) => run.progress(13, done, of));
    if (check.failed) run.bad.set("handicaps.tsv", 13);
  });
  step(14, "rounds", (check) => {
    if (rest(check, "各轮", "the rounds")) checkRounds(run.ground!, run.pairing!, run.rounds!, check);
  });
  if (!short && !(run.unopened && namesShortage(run))) return;
  step(15, "shortage", (check) => {
    if (!rest(check, "人员短缺（shortage.json）", "the shortage")) return;
    if (run.isBad(check, "shortage.json") || run.shortage === undefined) return;
    checkShortage(run.ground!, run.pairing!, run.rounds!, run.shortage, check);
  });
}

/** Whether the manifest names a shortage, be the commitment as it may. */
function namesShortage(run: Run): boolean {
  const bytes = run.files.get("manifest.tsv");
  const table = bytes === undefined ? [] : readTable("manifest.tsv", bytes, "manifest");
  return !Array.isArray(table) && table.columns[0].includes("shortage.json");
}

/** Says what keeps the pairing from being looked at. */
function restsOnVisits(run: Run, check: Check): void {
  for (const file of ["inspectors.tsv", "incompatible.tsv", "recusals.tsv", "assignment.tsv", "handicaps.tsv"])
    run.isBad(check, file);
  if (run.visits !== undefined) return;
  if (run.afterFailure(check, 4, 6, 9, 11)) return;
  check.hide(say("检查户未能重算（见第 11 项）", "the visits could not be recomputed (see step 11)"));
}

function scheduleStep(run: Run, check: Check): void {
  const table = readTable("schedule.tsv", run.files.get("schedule.tsv")!, "schedule");
  if (Array.isArray(table)) check.add(table);
  else check.hide(say("检查日期只由机关自述", "the days themselves are the office's own statement"));
}
