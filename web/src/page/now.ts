/** Who comes now, after the events: what draw and receipt say stays what it was, and may be somebody else. */
import type { Now, NowSlot, Text } from "../verify/types";
import { type Child, code, el, given, terms } from "./dom";
import { say } from "./language";
import { time } from "./numbers";
import { word } from "./words";

/** Whether anything is to be told besides what the draw says. */
export function isChanged(now: Now): boolean {
  return now.void || now.waits || now.since.length > 0;
}

/** What events made of it, in a few words; nothing if they left it as it was. `drawn`: the draw has a visit for it. */
export function nowText(now: Now, drawn: boolean): Text | undefined {
  if (now.void) {
    return say("该次抽取已作废", "the draw is void");
  }
  if (!now.known || !isChanged(now)) {
    return undefined;
  }
  if (!now.visited) {
    return drawn ? say("此后有变动，不再检查", "not visited any more, after an event") : undefined;
  }
  if (!drawn) {
    return say("此后递补，列入检查", "visited in place of another, after an event");
  }
  return now.waits ? say("此后有变动，由谁检查尚未全部决定", "who comes is not all decided, after an event") : say("此后人员有变动", "others come, after an event");
}

/** Who holds a slot now, or why nobody does. */
export function holder(slot: NowSlot): Child {
  if (slot.iid !== undefined) {
    return code(slot.iid);
  }
  if (!slot.waits) {
    return say("空缺", "vacant");
  }
  return slot.left === undefined
    ? say("空缺，由谁担任尚未决定", "vacant; who takes it is not decided")
    : [code(slot.left), say(" 不来；由谁替补尚未决定", " does not come; who comes instead is not decided")];
}

function slotView(slot: NowSlot): HTMLElement {
  const tags = (texts: readonly string[]): Child =>
    texts.length === 0 ? "–" : texts.map((text) => el("span", { class: "tag" }, given(text)));
  return el(
    "article",
    { class: slot.iid === undefined ? "slot vacant" : "slot" },
    el(
      "h4",
      {},
      given(slot.name),
      " ",
      el("span", { class: "role" }, word(slot.role), say(` · 岗位 ${slot.slot}`, ` · slot ${slot.slot}`)),
    ),
    el("p", { class: "holder" }, holder(slot)),
    terms([
      [say("须具备", "needs"), tags(slot.needs)],
      [say("须避开", "avoids"), tags(slot.avoids)],
    ]),
  );
}

/** The part that says who comes now, and what changed; one line where events left this subject as it was. */
export function nowView(now: Now): HTMLElement {
  const { events, waiting } = now;
  if (now.known && !isChanged(now)) {
    const text = say(`抽取之后有 ${events} 个事件，都没有改变这一户。`, `Of the ${events} events after the draw none has changed this subject. `);
    const open = say(`其中 ${waiting} 个等待随机数，结果未定。`, `${waiting} of them wait for their values: what follows is not decided.`);
    return el("p", { class: "hint" }, text, waiting > 0 && open);
  }
  const changes = el("ul", { class: "since" }, now.since.map(({ text }) => el("li", {}, text)));
  if (!now.known) {
    const some = say(`抽取之后有 ${events} 个事件。`, `There are ${events} events after the draw. `);
    return el("div", { class: "now note" }, el("p", {}, some, now.why), now.since.length > 0 && changes);
  }
  return el(
    "div",
    { class: "now" },
    el("h3", {}, say("现在由谁检查", "Who comes now")),
    now.void && el("p", { class: "note" }, say("该次抽取已作废：没有人会来。", "The draw is void: nobody comes.")),
    !now.void &&
      !now.visited &&
      el("p", { class: "note" }, now.waits ? waits(now) : say("这一户不再检查。", "This subject is not visited any more.")),
    now.visited && [
      now.waits && el("p", { class: "note" }, waits(now)),
      el("div", { class: "slots" }, now.slots.map(slotView)),
    ],
    now.since.length > 0 && [el("h4", {}, say("抽取之后的变动", "Since the draw")), changes],
  );
}

function waits({ due }: Now): Text {
  const [when, then] = due === undefined ? ["", ""] : [`（预定 ${time(due)}）`, `, due at ${time(due)}`];
  return say(
    `有事件在等待公开随机数${when}：公布之后，才决定由谁来。`,
    `An event waits for its public value${then}: until that is out, who comes is not decided.`,
  );
}
