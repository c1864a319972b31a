/** The question "was my business drawn?", by code or by name. */
import type { Subject, SubjectFacts, Text } from "../verify/types";
import { append, type Child, code, el, given } from "./dom";
import { say } from "./language";
import { type Names, search } from "./names";
import { subjectView } from "./subject";

/** What was asked, and the answer once there is one. */
export interface Look {
  asked: string;
  /** The codes that may be meant, as long as there is no answer. */
  pending?: readonly string[];
  subject?: Subject;
  /** What the subject's formulas rest on. */
  facts?: SubjectFacts;
  /** `early`: nothing is verified yet; `unread`: so far the files cannot be read; `again`: it takes the place of an early answer. */
  state?: "early" | "unread" | "again";
}

type Find = (asked: string, sids: readonly string[]) => Promise<void>;

/** At most so many businesses with a name are offered. */
const MATCHES_MAX = 20;

/** A code as it may be meant: full-width, in small letters, a registration number without its prefix. */
export function spellings(asked: string): string[] {
  const plain = asked.normalize("NFKC").replace(/\s/g, "");
  return [...new Set([plain, plain.toUpperCase(), `REG:${plain}`])].filter((sid) => /^[0-9A-Za-z_:-]{1,55}$/.test(sid));
}

function matches(found: readonly [string, string][], find: Find): Child {
  return found.map(([sid, name]) =>
    el(
      "li",
      {},
      el("button", { type: "button", class: "match", click: () => void find(name, [sid]) }, given(name), " ", code(sid)),
    ),
  );
}

/** How far the answer is verified, in words. */
function standing(look: Look): Child {
  const note = (text: Text): HTMLElement => el("p", { class: "note", role: "note" }, text);
  switch (look.state) {
    case "early":
      return note(
        say(
          "核验尚未完成：以下只是公示包的说法，事后变动未计入，核验完成时自动换成核验后的答复。",
          "Not yet verified: this is what the files claim, without later events. The verified answer takes its place once the checks are done.",
        ),
      );
    case "unread":
      return note(
        say(
          "核验尚未完成，这些文件暂时读不出答案：核验完成后再答。",
          "Not yet verified, and these files give no answer so far: it comes once the checks are done.",
        ),
      );
    case "again":
      return el("p", { class: "hint" }, say("核验已完成：以下是核验后的答复。", "The checks are done: this is the answer after them."));
    case undefined:
      return null;
  }
}

export function lookupView(look: Look, names: Names | undefined, find: Find): HTMLElement {
  const answer = el("div", { class: "found", "aria-live": "polite" });
  const input = el("input", {
    id: "sid",
    type: "search",
    autocomplete: "off",
    spellcheck: "false",
    "aria-describedby": "sid-hint",
  });
  input.value = look.asked;
  const submit = (event: Event): void => {
    event.preventDefault();
    const found = names === undefined ? [] : search(names, input.value, MATCHES_MAX);
    const [first] = found;
    answer.replaceChildren();
    if (found.length === 1 && first !== undefined) {
      void find(input.value, [first[0]]);
    } else if (found.length > 1) {
      answer.append(el("p", {}, say("是哪一户？", "Which one?")), el("ul", { class: "matches" }, matches(found, find)));
    } else if (spellings(input.value).length > 0) {
      void find(input.value, spellings(input.value));
    } else {
      answer.append(
        el(
          "p",
          { class: "note" },
          names === undefined
            ? say("请输入代码；要按名称查找，请先带上名称文件。", "Type a code; to search by name bring a file of names first.")
            : say("名称文件中没有这个名称。", "The file of names does not have it."),
        ),
      );
    }
  };
  append(answer, [standing(look)]);
  const { subject, facts } = look;
  if (subject !== undefined && facts !== undefined) {
    answer.append(subjectView(facts, subject, names?.get(subject.sid), look.state === "early"));
  }
  return el(
    "section",
    { class: "lookup", "aria-labelledby": "lookup" },
    el("h2", { id: "lookup" }, say("我单位是否被抽中", "Was my business drawn?")),
    el(
      "form",
      { submit },
      el(
        "label",
        { for: "sid" },
        names === undefined ? say("统一社会信用代码或注册号", "Unified code or registration number") : say("代码或名称", "Code or name"),
      ),
      el("div", { class: "row" }, input, el("button", { type: "submit" }, say("查询", "Look up"))),
      el(
        "p",
        { class: "hint", id: "sid-hint" },
        say("只在本页内查找，不发送任何内容。", "It is looked up inside this page and sent nowhere."),
      ),
    ),
    answer,
  );
}
