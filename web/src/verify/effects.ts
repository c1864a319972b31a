/** What follows from events: the standing is recomputed event by event and compared with the folders (protocol.md §4.5). */
import { checkBeacon, readBeaconFile, type BeaconFile } from "./beacon";
import { readJson, readShortage, type ShortageFile } from "./bundle";
import type { Event } from "./events";
import { peopleOf, type Person } from "./ground";
import { Keys } from "./keys";
import { checkOptimum } from "./optimum";
import { checkRounds, checkTeams, type PairingFiles } from "./pairing";
import type { Check, Run } from "./run";
import { compareFile, type Drawn } from "./selection";
import { checkShortage } from "./shortage";
import { Since } from "./since";
import { Standing, type Change } from "./standing";
import { readTable, type ShapeName, type Table } from "./table";
import { compareText, say, shown } from "./text";
import type { Text } from "./types";

export function checkEffects(run: Run, check: Check, events: Event[]): void {
  if (run.unopened) {
    run.hideUnopened(check, "事件的结果", "the effects of events");
    return;
  }
  const unsure = run.steps.filter(({ number, result }) => number >= 11 && number <= 15 && result !== "passed");
  if (unsure.length > 0 || run.ground === undefined || run.rounds === undefined) {
    for (const { number } of unsure)
      check.hide(
        say(
          `第 ${number} 项未通过，事件的结果不能重算`,
          `step ${number} did not pass, so that effects cannot be recomputed`,
        ),
      );
    return;
  }
  const paired = run.shortage === undefined;
  const teams = paired ? run.rounds.rounds.at(-1)?.teams : undefined;
  const standing = new Standing(run.ground, run.commitment!.lists, run.draws as Drawn[], teams, paired);
  const all = new Effects(run, check, standing);
  for (const event of events) {
    if (!all.act(event)) return;
  }
  run.standing = standing;
  run.since = all.since;
  all.facts();
}

class Effects {
  private waiting = false;
  private readonly slots = new Map<string, number>();
  private readonly exchanged = new Map<string, number>();
  readonly since = new Since();

  constructor(
    private readonly run: Run,
    private readonly check: Check,
    private readonly standing: Standing,
  ) {}

  /** One event; false if it failed, so that nothing further can be computed. */
  act(event: Event): boolean {
    const { run, check, standing } = this;
    const due = new Map<string, string | undefined>();
    for (const sid of [event.sid, ...event.visits]) if (sid !== undefined) run.note(sid, event.n);
    // What needs no chance has happened while an event waits: whether a later one can be is known.
    const objection = this.objection(event);
    if (objection !== undefined) {
      check.fail({ file: event.file, id: event.sid ?? event.iid }, objection);
      return false;
    }
    if (
      event.acts &&
      (this.waiting || (event.sources !== undefined && !run.files.has(`${event.folder}beacon.json`)))
    ) {
      this.waiting = true;
      run.events!.events[event.n - 1].effect = "waits";
      this.since.wait(event, standing);
      this.change(event, new Map());
      check.hide(
        say(
          `第 ${event.n} 号事件等待随机数，其结果未示`,
          `event ${event.n} waits for its values, so that its effects are not shown`,
        ),
      );
    } else if (event.acts) {
      if (!this.apply(event, due)) return false;
      run.events!.events[event.n - 1].effect = "acted";
    }
    return this.compare(event, due);
  }

  /** Applies an event that acts; `due` takes the files of its folder, with their text where that is recomputed. */
  private apply(event: Event, due: Map<string, string | undefined>): boolean {
    const { run, standing } = this;
    let seed = run.seed!;
    if (event.sources !== undefined) {
      const beacon = this.values(event);
      if (beacon === undefined) return false;
      due.set("beacon.json", undefined);
      seed = run.hash.line("event", seed, event.digest, beacon.strings.length, ...beacon.strings);
    }
    const pairKey = run.hash.line("pair", seed);
    const changes = this.change(event, due);
    if (event.kind === "staff" && !standing.paired) return this.pairAnew(event, pairKey, due);
    const wanted = standing.paired ? changes : [];
    standing.fillAll(standing.ticketsFor(pairKey), wanted);
    due.set("teams.tsv", this.teamsText(event, wanted));
    return true;
  }

  private standby(): Person[] {
    const table = this.run.tables.get("standby.tsv");
    return table === undefined ? [] : peopleOf(table);
  }

  /** Why the event cannot be: there is no such visit, no such holder, no such person. */
  private objection(event: Event): Text | undefined {
    const { standing } = this;
    switch (event.kind) {
      case "recused":
        return standing.cannotRecuse(event.iid!, event.visits);
      case "leave":
      case "certificate":
        return standing.cannotLeave(event.iid!, event.visits);
      case "staff":
        return standing.cannotStaff(event.raise ?? 0, event.add ?? [], this.standby());
      default:
        if (event.sid === undefined || standing.visits.has(event.sid)) return undefined;
        return say(`${event.sid} 没有检查`, `${event.sid} has no visit`);
    }
  }

  private change(event: Event, due: Map<string, string | undefined>): Change[] {
    const { run, standing } = this;
    switch (event.kind) {
      case "recused":
        return standing.recuse(event.iid!, event.visits);
      case "leave":
      case "certificate":
        return standing.leave(event.iid!, event.visits);
      case "staff":
        return standing.staff(event.raise ?? 0, event.add ?? [], this.standby());
      default: {
        const { subjects, changes } = standing.replace(event.sid!);
        const lines = subjects.map((row) => `${row.join("\t")}\n`);
        due.set("subjects.tsv", `list\tsid\tnext\n${lines.join("")}`);
        run.events!.replaced.push(event.sid!);
        for (const [list, sid, next] of subjects) {
          run.note(next, event.n);
          // Of an event that waits its files tell nothing yet.
          if (this.waiting) continue;
          this.since.add(sid, event, { kind: "ended", list, next });
          if (next !== "-") this.since.add(next, event, { kind: "instead", list, of: sid });
        }
        return changes;
      }
    }
  }

  /** The values of the sources that the event names, checked as in step 6. */
  private values(event: Event): BeaconFile | undefined {
    const { run, check } = this;
    const file = `${event.folder}beacon.json`;
    const keys = new Keys({ file });
    const read = readJson(file, run.files.get(file)!);
    let beacon: BeaconFile | undefined;
    if ("problem" in read) keys.problems.push(read.problem);
    else beacon = keys.attempt(() => readBeaconFile(keys, read.object));
    if (beacon !== undefined && keys.problems.length === 0)
      checkBeacon(run.hash, keys, event.sources!, beacon, check);
    check.add(keys.problems);
    return keys.problems.length === 0 ? beacon : undefined;
  }

  private teamsText(event: Event, changes: Change[]): string {
    const { run, standing } = this;
    const rows = changes.map(({ sid, slot, before }) => {
      const { slots, holders } = standing.visits.get(sid)!;
      const number = slots.findIndex(({ text }) => text === slot.text);
      return { sid, number, before, now: holders.get(slot.text) ?? "-" };
    });
    rows.sort((a, b) => compareText(a.sid, b.sid) || a.number - b.number);
    const count = (map: Map<string, number>, key: string): void => void map.set(key, (map.get(key) ?? 0) + 1);
    for (const { sid, number, before, now } of rows) {
      run.note(sid, event.n);
      this.since.add(sid, event, { kind: "slot", slot: number, before, iid: now });
      if (before === "-") continue;
      count(this.slots, `${sid}/${number}`);
      count(this.exchanged, before);
    }
    return `sid\tslot\tbefore\tiid\n${rows.map(({ sid, number, before, now }) => `${sid}\t${number}\t${before}\t${now}\n`).join("")}`;
  }

  /** A `staff` event in a draw that had a shortage: all visits are paired anew, with W′. */
  private pairAnew(event: Event, pairKey: string, due: Map<string, string | undefined>): boolean {
    const { run, check, standing } = this;
    const read = (name: string, shape: ShapeName): Table | undefined => {
      const file = event.folder + name;
      due.set(name, undefined);
      const bytes = run.files.get(file);
      if (bytes === undefined) {
        check.fail({ file }, say("缺少此文件", "the file is missing"));
        return undefined;
      }
      const table = readTable(file, bytes, shape);
      if (!Array.isArray(table)) return table;
      check.add(table);
      return undefined;
    };
    const assignment = read("assignment.tsv", "assignment");
    const handicaps = read("handicaps.tsv", "handicaps");
    const shortage = this.shortageOf(event, due);
    if (assignment === undefined || handicaps === undefined || check.failed) return false;
    const ground = standing.groundFor(pairKey);
    const files: PairingFiles = { folder: event.folder, assignment, handicaps, shortage: shortage !== undefined };
    const tick = (done: number, of: number): void => run.progress(16, done, of);
    const rounds = checkTeams(ground, files, check, tick);
    if (rounds === undefined) return false;
    checkOptimum(ground, files, rounds, check, tick);
    checkRounds(ground, files, rounds, check);
    if (shortage !== undefined) checkShortage(ground, files, rounds, shortage, check);
    if (check.failed) return false;
    if (shortage !== undefined) return true;
    const teams = rounds.rounds.at(-1)?.teams ?? [];
    standing.takeTeams(ground, teams);
    ground.visits.forEach(({ sid }, v) => {
      const team = [...teams[v]].map((person) => ground.people[person].iid);
      this.since.add(sid, event, { kind: "team", team });
    });
    return true;
  }

  private shortageOf(event: Event, due: Map<string, string | undefined>): ShortageFile | undefined {
    const file = `${event.folder}shortage.json`;
    const bytes = this.run.files.get(file);
    if (bytes === undefined) return undefined;
    due.set("shortage.json", undefined);
    const keys = new Keys({ file });
    const read = readJson(file, bytes);
    let shortage: ShortageFile | undefined;
    if ("problem" in read) keys.problems.push(read.problem);
    else shortage = keys.attempt(() => readShortage(keys, read.object));
    this.check.add(keys.problems);
    return shortage;
  }

  /** The folder has exactly the files that are due, and those that are recomputed byte for byte. */
  private compare(event: Event, due: Map<string, string | undefined>): boolean {
    const { run, check } = this;
    let good = true;
    for (const file of [...run.files.keys()].filter((path) => path.startsWith(event.folder)).sort()) {
      if (due.has(file.slice(event.folder.length))) continue;
      good = false;
      check.fail({ file: shown(file) }, say("此事件不应有此文件", "this event must not have this file"));
    }
    for (const [name, text] of due) {
      const file = event.folder + name;
      if (text === undefined) continue;
      if (run.files.has(file)) {
        good = compareFile(run, check, file, text) && good;
      } else {
        good = false;
        check.fail({ file }, say("缺少此文件", "the file is missing"));
      }
    }
    return good;
  }

  facts(): void {
    const events = this.run.events!;
    const most = (a: [string, number], b: [string, number]): number => b[1] - a[1] || compareText(a[0], b[0]);
    events.slots = [...this.slots].sort(most);
    events.people = [...this.exchanged].sort(most);
    // Of a slot that waits nobody knows yet whether it stays vacant.
    if (this.waiting) return;
    events.vacant = this.standing.vacant().map(({ sid, slot }) => {
      return { sid, slot: this.standing.visits.get(sid)!.slots.findIndex(({ text }) => text === slot.text) };
    });
  }
}
