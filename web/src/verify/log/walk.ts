/** Reading all entries of a log in order: attempts and the errors of docs/log.md §3. */
import { plain, say, shown, timeText } from "../text";
import type { Text } from "../types";
import { commitOf, type CommitEntry, type Entry } from "./entries";

export interface Finding {
  index: number;
  /** C of the draw at whose entry it is. */
  commitment?: string;
  text: Text;
  /** Told, but no error. */
  warning: boolean;
}

export interface Attempt extends CommitEntry {
  index: number;
  at: number;
  /** `at` of the void that counts. */
  voided_at?: number;
  /** Its place in the log. */
  void_index?: number;
}

interface State {
  attempt: Attempt;
  beacon: boolean;
  result: boolean;
  open: boolean;
  events: number;
}

/** The findings, and all commitments in order. */
export function walk(entries: readonly (Entry | undefined)[]): { findings: Finding[]; attempts: Attempt[] } {
  const findings: Finding[] = [];
  const states = new Map<string, State>();
  let last = 0;
  entries.forEach((entry, index) => {
    if (entry === undefined) return;
    const note = (zh: string, en: string, warning = false): void => {
      findings.push({ index, commitment: entry.commitment, text: say(zh, en), warning });
    };
    if (entry.at < last) note("时刻早于前一条记录", "`at` is less than in the entry before");
    last = Math.max(last, entry.at);
    if (entry.kind === "register") return;
    const state = states.get(entry.commitment!);
    if (entry.kind === "commit") {
      if (state !== undefined) return note("同一承诺第二次记入", "a second commitment of the same C");
      const attempt: Attempt = { ...commitOf(entry), index, at: entry.at };
      commit(
        attempt,
        [...states.values()].map((known) => known.attempt),
        note,
      );
      states.set(attempt.commitment, { attempt, beacon: false, result: false, open: false, events: 0 });
    } else if (state === undefined) {
      note("此记录先于其承诺", "an entry before its commitment");
    } else {
      follow(entry, index, state, note);
    }
  });
  return { findings, attempts: [...states.values()].map((state) => state.attempt) };
}

type Noter = (zh: string, en: string, warning?: boolean) => void;

function commit(attempt: Attempt, before: Attempt[], note: Noter): void {
  const rivals = before.filter((other) => compete(other, attempt));
  for (const rival of rivals.filter((other) => isLive(other, attempt))) {
    note(`与仍有效的承诺 ${rival.commitment} 冲突`, `while the competing commitment ${rival.commitment} is live`);
  }
  if (attempt.attempt > 1) {
    const prev = before.find(({ commitment }) => commitment === attempt.prev);
    if (prev?.attempt !== attempt.attempt - 1) note("prev 不是前一次尝试", "`prev` is not the attempt before");
  } else if (rivals.some((rival) => rival.voided_at !== undefined && rival.draw !== attempt.draw)) {
    note(
      "有冲突的抽取作废后另用名称从第一次起算",
      "attempt 1 under another name after a competing draw was voided",
      true,
    );
  }
}

/** Two commitments compete: the same agency and kind, and the same name, or a matter and a day in common. */
export function compete(a: CommitEntry, b: CommitEntry): boolean {
  if (a.rehearsal !== b.rehearsal || plain(a.agency) !== plain(b.agency)) return false;
  if (a.draw === b.draw) return true;
  if (!overlap(a, b)) return false;
  const matters = new Set(a.matters.map(plain));
  return b.matters.some((matter) => matters.has(plain(matter)));
}

/** Their windows share a day. */
function overlap(a: CommitEntry, b: CommitEntry): boolean {
  return a.window.from <= b.window.to && b.window.from <= a.window.to;
}

/** China is so many seconds ahead of UTC. */
const CHINA_S = 8 * 3600;

/** What was voided to clear the way for a commitment: unless these voids came in time, it was not alone. */
export function clearedFor(attempts: readonly Attempt[], own: Attempt): Attempt[] {
  return attempts.filter(
    (old) =>
      old.index < own.index &&
      old.void_index !== undefined &&
      old.void_index < own.index &&
      compete(old, own) &&
      isOpen(old, own),
  );
}

/** `a` is live when `b` is committed: not voided, and its window has not ended on the day of b's time or earliest source. */
function isLive(a: Attempt, b: Attempt): boolean {
  return a.voided_at === undefined && isOpen(a, b);
}

/** The window of `a` has not ended when `b` is committed. */
function isOpen(a: Attempt, b: Attempt): boolean {
  return a.window.to >= timeText(Math.min(b.at, b.beacon[0].at) + CHINA_S).slice(0, 10);
}

function follow(entry: Entry, index: number, state: State, note: Noter): void {
  const { attempt } = state;
  const { object } = entry;
  switch (entry.kind) {
    case "beacon": {
      if (state.beacon) note("同一承诺的第二个信标", "a second beacon of the same C");
      state.beacon = true;
      const strings = object.strings as string[];
      const fits =
        strings.length === attempt.beacon.length &&
        strings.every((text, i) => text.startsWith(`${attempt.beacon[i].source}:`));
      if (!fits) note("信标字符串不是承诺的来源", "beacon strings that are not of the committed sources");
      break;
    }
    case "result":
      if (!state.beacon) note("结果先于信标", "a result before its beacon");
      if (state.result) note("同一承诺的第二个结果", "a second result of the same C");
      state.result = true;
      break;
    case "open":
      if (state.open) note("同一承诺的第二次公开", "a second opening of the same C");
      state.open = true;
      break;
    default: {
      const n = object.n as number;
      if (n !== state.events + 1) note(`事件 ${n} 不是下一号`, `event ${n} is not the next: one was left out`);
      state.events = Math.max(state.events, n);
      if (entry.kind !== "void") break;
      if (entry.at >= attempt.beacon[0].at)
        note(
          "作废不早于最早的信标，承诺仍有效",
          "a void at or after the earliest source: the commitment still binds",
        );
      else if (attempt.voided_at === undefined) Object.assign(attempt, { voided_at: entry.at, void_index: index });
    }
  }
}

/** A commitment of the log in words, for a remark. */
export function attemptName({ draw, attempt, index }: Attempt): string {
  return `${shown(draw)} #${attempt} (${index})`;
}
