/** The formulas with the real numbers, and the commands that repeat them in any shell. */
import type { Subject, SubjectFacts, SubjectList } from "../verify/types";
import { append, type Child, code, el } from "./dom";
import { say, tr } from "./language";

/** What may stand in a command: nothing that a shell reads as anything but itself. */
const PLAIN = /^[0-9A-Za-z_.:/-]+$/;

/** A block of commands with a button that copies it. */
function commands(lines: readonly string[]): HTMLElement {
  const text = lines.join("\n");
  const block = el("pre", { tabindex: 0 });
  // Lines are joined here, for line ends inside of text would be shown as code points.
  lines.forEach((line, at) => append(block, [at > 0 && document.createTextNode("\n"), line]));
  const copied = el("span", { class: "hint", role: "status" });
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      copied.textContent = tr(say("已复制", "copied"));
    } catch {
      getSelection()?.selectAllChildren(block);
      copied.textContent = tr(say("已选中，请复制", "selected, copy it now"));
    }
  };
  return el("div", { class: "commands" }, block, el("button", { type: "button", click: () => void copy() }, say("复制命令", "Copy")), copied);
}

function hashing(facts: SubjectFacts): string {
  return facts.suite === "sm3" ? "openssl dgst -sm3 -r" : "sha256sum";
}

/** The commands from the commitment's digest to the ticket; null where some text is no plain word. */
function ticketCommands(facts: SubjectFacts, list: SubjectList): string[] | null {
  const values = facts.sources.map((source) => source.value);
  const tail = list.message.slice(list.groupKey.length);
  if (![...values, facts.commitment, list.group, list.groupKey, tail].every((text) => text !== undefined && PLAIN.test(text))) {
    return null;
  }
  const [hash, dr1] = [hashing(facts), `dr1/${facts.suite}`];
  const names = values.map((_, at) => `B${at + 1}`);
  const places = values.map(() => "%s\\n").join("");
  return [
    `C=${facts.commitment}   # ${hash} commitment.json`,
    ...values.map((value, at) => `B${at + 1}=${value}`),
    `S=$(printf '${dr1}/seed\\n%s\\n${values.length}\\n${places}' "$C" ${names.map((name) => `"$${name}"`).join(" ")} | ${hash} | cut -c1-64)`,
    `K=$(printf '${dr1}/group\\n%s\\n${list.group}\\n' "$S" | ${hash} | cut -c1-64)`,
    `printf '%s%s' "$K" ${tail} | ${hash}`,
    `# ${list.ticket}`,
  ];
}

/** How the ticket of a list comes about. */
export function ticketFormula(facts: SubjectFacts, subject: Subject, list: SubjectList): Child {
  const lines = ticketCommands(facts, list);
  const salted = subject.salt !== "-";
  return [
    el(
      "p",
      {},
      say("抽签号 T ＝ ", "Ticket T = "),
      facts.suite === "sm3" ? "SM3" : "SHA-256",
      salted ? "(K ‖ " : "(K ‖ ",
      code(subject.sid),
      salted && " ‖ \".\" ‖ salt",
      say(")，由公开的数值决定，谁也改不了。", "): it follows from public values, and nobody can change it."),
    ),
    el(
      "ol",
      { class: "chain" },
      el("li", {}, say("C：封存文件的摘要 ", "C: digest of the commitment "), code(facts.commitment)),
      facts.sources.map((source) => el("li", {}, say("B：公开随机数 ", "B: public random value "), code(source.value ?? source.source))),
      facts.seed !== undefined && el("li", {}, say("S：由 C 和 B 得出的随机种子 ", "S: the seed, from C and B "), code(facts.seed)),
      el("li", {}, say(`K：由 S 和票组 ${list.group} 得出 `, `K: from S and the group ${list.group} `), code(list.groupKey)),
      el("li", {}, say("T：由 K 和对象代码得出 ", "T: from K and the subject's code "), code(list.ticket)),
    ),
    lines !== null && [
      el("p", {}, say(
          "在任何一台 Linux 电脑上重算（macOS 用 shasum -a 256 代替 sha256sum）：",
          "To repeat it on any computer with Linux (on macOS write shasum -a 256 for sha256sum):",
        )),
      commands(lines),
    ],
  ];
}

/**
 * How the sort key of a `pareto` list comes about (protocol.md §6.1). With the chance c = n·w/W = p/q its quotient is
 * 2^64·X·(q − p) / ((2^65 − X)·p); who is taken whole has key 0, and where none is drawn there is no quotient.
 */
export function keyFormula(list: SubjectList): Child {
  const [p, q] = [BigInt(list.chance.numerator), BigInt(list.chance.denominator)];
  if (list.method !== "pareto" || p === 0n || p === q) {
    return null;
  }
  const first = list.ticket.slice(0, 16);
  return [
    el(
      "p",
      {},
      say(
        "本名单逐户按权重：排序键由抽签号前 16 位 U 和机会 p/q 得出，机会大的键小。X ＝ 2U ＋ 1，键 ＝ ⌊2⁶⁴·X·(q − p) / ((2⁶⁵ − X)·p)⌋。",
        "This list goes by each subject's weight: the key follows from U, the first 16 digits of the ticket, and the chance p/q; a larger chance gives a smaller key. X = 2U + 1, key = ⌊2⁶⁴·X·(q − p) / ((2⁶⁵ − X)·p)⌋.",
      ),
    ),
    commands([
      `python3 -c 'X = 2 * 0x${first} + 1; p, q = ${p}, ${q}; print("%032x" % min(2**128 - 1, 2**64 * X * (q - p) // ((2**65 - X) * p)))'`,
      `# ${list.key.split(".")[0]}`,
    ]),
  ];
}

/** How the pair ticket of one inspector before one slot comes about. */
export function pairFormula(facts: SubjectFacts, subject: Subject, message: string, ticket: string): Child {
  const visit = subject.visit!;
  const tail = message.slice(visit.row.length);
  const rowTail = visit.rowMessage.slice(visit.pairKey.length);
  if (![visit.pairKey, rowTail, tail].every((text) => PLAIN.test(text))) {
    return null;
  }
  const hash = hashing(facts);
  return [
    el(
      "p",
      {},
      say(
        "匹配号 W 是下面摘要的前 16 位，当作整数；h 是公布的让分。在负担均衡的前提下，整组 W + h 之和最小的小组就是这一组。",
        "The pair ticket W is the first 16 digits of the digest below, as an integer; h is the published handicap. The team is the one with the smallest sum of W + h.",
      ),
    ),
    commands([
      `P=${visit.pairKey}`,
      `R=$(printf '%s%s' "$P" ${rowTail} | ${hash} | cut -c1-64)`,
      `printf '%s%s' "$R" ${tail} | ${hash} | cut -c1-16`,
      `# ${hexOf(ticket)}`,
    ]),
  ];
}

/** A pair ticket as the command prints it. */
function hexOf(ticket: string): string {
  return /^\d+$/.test(ticket) ? BigInt(ticket).toString(16).padStart(16, "0") : ticket;
}
