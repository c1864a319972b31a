/**
 * What events changed for one subject after the draw, and who visits it now (protocol.md §4.5). A receipt and the draw's own
 * files never change: whoever compares people at the door with them must be told.
 */
import type { Event } from "./events";
import { eventWords } from "./kinds";
import type { Run } from "./run";
import type { Standing } from "./standing";
import { say, shown } from "./text";
import type { Now, NowSlot, Text, Verified } from "./types";

/** One change of one subject's visit. A slot's `before` and `iid` are `-` where nobody held it, or nobody is left to. */
export type Changed =
  | { kind: "slot"; slot: number; before: string; iid: string }
  | { kind: "ended"; list: string; next: string }
  | { kind: "instead"; list: string; of: string }
  | { kind: "team"; team: readonly string[] }
  | { kind: "waits" }
  | { kind: "void" };

/** What is known of the events besides their facts: who is concerned, in the order of the events. */
export class Since {
  private readonly changes = new Map<string, { event: Event; what: Changed }[]>();
  /** Events that wait for their values. */
  readonly waiting: Event[] = [];
  /** Who left a slot by such an event, by subject and slot. */
  readonly left = new Map<string, string>();

  add(sid: string, event: Event, what: Changed): void {
    const known = this.changes.get(sid) ?? [];
    known.push({ event, what });
    this.changes.set(sid, known);
  }

  /** `standing` is that before the event. */
  wait(event: Event, standing: Standing): void {
    this.waiting.push(event);
    for (const sid of event.visits)
      for (const [slot, holder] of standing.visits.get(sid)?.holders ?? [])
        if (holder === event.iid) this.left.set(`${sid}\n${slot}`, holder);
    for (const sid of [...(event.sid === undefined ? [] : [event.sid]), ...event.visits]) this.add(sid, event, { kind: "waits" });
  }

  of(sid: string): readonly { event: Event; what: Changed }[] {
    return this.changes.get(sid) ?? [];
  }
}

/** A change in a sentence. */
function sentence(event: Event, what: Changed): Text {
  const { zh, en } = words(what);
  const [kind, reason] = eventWords(event.kind, event.reason);
  return say(
    `第 ${event.n} 号事件（${kind.zh}：${reason.zh}）：${zh}`,
    `event ${event.n} (${kind.en}: ${reason.en}): ${en}`,
  );
}

function words(what: Changed): Text {
  switch (what.kind) {
    case "slot": {
      const { slot, before, iid } = what;
      if (before === "-" && iid === "-") return say(`岗位 ${slot} 仍缺`, `slot ${slot} stays vacant`);
      if (before === "-") return say(`岗位 ${slot} 由 ${iid} 担任`, `slot ${slot} is taken by ${iid}`);
      return iid === "-"
        ? say(
            `岗位 ${slot} 的 ${before} 不再参加，暂缺`,
            `slot ${slot}: ${before} steps out, and nobody is left to take it`,
          )
        : say(`岗位 ${slot} 由 ${before} 改为 ${iid}`, `slot ${slot} passes from ${before} to ${iid}`);
    }
    case "ended":
      return what.next === "-"
        ? say(
            `任务 ${what.list} 不再检查该对象，已无候补`,
            `list ${what.list}: not visited any more; no reserve is left`,
          )
        : say(
            `任务 ${what.list} 不再检查该对象，由候补 ${what.next} 递补`,
            `list ${what.list}: not visited any more; the next reserve is ${what.next}`,
          );
    case "instead":
      return say(`任务 ${what.list} 由该对象递补 ${what.of}`, `list ${what.list}: visited in place of ${what.of}`);
    case "team": {
      const team = what.team.join(" ");
      return say(`重新匹配，小组为 ${team}`, `paired anew: the team is ${team}`);
    }
    case "void":
      return say("本次抽取作废", "the draw is void");
    case "waits":
      return say(
        "后果由事先指定的公开随机数决定，尚未公布",
        "what follows waits for the public value named in advance",
      );
  }
}

const UNOPENED = say(
  "保密抽取公开之前，事件的结果不公布：现在由谁检查，这里看不出",
  "before a sealed draw is opened, what follows from its events is closed: who comes now cannot be seen here",
);
const UNSURE = say(
  "有的检查未通过，事件的结果没有重算：现在由谁检查，这里不能说",
  "some check failed, so that what follows from the events was not recomputed: who comes now cannot be told",
);

/** Who visits a subject after all events, and what changed for it; nothing where there are no events. */
export function nowOf({ state }: Pick<Verified, "state">, sid: string): Now | undefined {
  const run = state as Run;
  const events = run.events?.count ?? 0;
  if (events === 0) return undefined;
  const waiting = run.events?.events.filter(({ effect }) => effect === "waits").length ?? 0;
  const now: Now = { events, waiting, known: true, void: run.void, visited: false, slots: [], waits: false, since: [] };
  if (run.void && run.result(16) !== "failed") {
    const event = run.chain.find(({ kind }) => kind === "void")!;
    return { ...now, since: [{ event: event.n, text: sentence(event, { kind: "void" }) }] };
  }
  if (run.since === undefined) {
    // Whom they name is all that is told of them.
    const named = run.chain.filter(({ sid: of, visits }) => of === sid || visits.includes(sid));
    const since = named.map((event) => {
      const [kind, reason] = eventWords(event.kind, event.reason);
      const who = event.iid === undefined ? "" : ` ${shown(event.iid)}`;
      const text = say(`第 ${event.n} 号事件（${kind.zh}：${reason.zh}）${who}`, `event ${event.n} (${kind.en}: ${reason.en})${who}`);
      return { event: event.n, text };
    });
    return { ...now, known: false, why: run.unopened ? UNOPENED : UNSURE, since };
  }
  now.since = run.since.of(sid).map(({ event, what }) => ({ event: event.n, text: sentence(event, what) }));
  return { ...now, ...standing(run, run.since, sid) };
}

/** The visit as it stands without what waits, and what is not decided of it while events wait. */
function standing(run: Run, { waiting, left }: Since, sid: string): Pick<Now, "visited" | "waits" | "due" | "slots"> {
  const visit = run.standing?.visits.get(sid);
  const concerned = waiting.filter((event) => event.sid === sid || event.visits.includes(sid));
  const idle = run.standing === undefined && (run.visits?.some((each) => each.sid === sid) ?? false);
  const none = { visited: idle, waits: concerned.length > 0, due: dueOf(waiting, concerned), slots: [] };
  // A visit whose subject is closed has ended, whoever follows.
  if (visit === undefined || concerned.some((event) => event.sid === sid)) return none;
  const slots = visit.slots.map(({ text, name, role, needs, avoids }, slot): NowSlot => {
    const holder = visit.holders.get(text);
    return {
      slot,
      text,
      name,
      role,
      needs,
      avoids,
      iid: holder,
      left: left.get(`${sid}\n${text}`),
      waits: holder === undefined && waiting.length > 0,
    };
  });
  const open = slots.some(({ waits }) => waits);
  return { visited: true, waits: concerned.length > 0 || open, due: dueOf(waiting, open ? waiting : concerned), slots };
}

/** Events act in their order, so that one waits for the values of those before it, too. */
function dueOf(waiting: readonly Event[], concerned: readonly Event[]): number | undefined {
  const last = Math.max(...concerned.map(({ n }) => n));
  const times = waiting.filter(({ n }) => n <= last).flatMap(({ sources }) => sources?.map(({ at }) => at) ?? []);
  return times.length === 0 ? undefined : Math.max(...times);
}
