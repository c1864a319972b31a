/** The verdict in large, with everything that it does not cover. */
import { stepWords } from "../verify/index";
import type { Problem, Report, Step, Text } from "../verify/types";
import { append, type Child, code, el, given, terms } from "./dom";
import { say } from "./language";
import { fours, seconds, time } from "./numbers";
import { RESULTS } from "./words";

/** `partial`: of a sealed draw the public part alone is there. `frozen`: nothing is drawn yet. */
export type Kind = "passed" | "partial" | "void" | "frozen" | "failed";

export function kindOf(report: Report): Kind {
  if (report.frozen && !report.void) {
    return "frozen";
  }
  if (!report.verified && !report.frozen) {
    return "failed";
  }
  return report.void ? "void" : report.facts?.unopened ? "partial" : "passed";
}

/** The verdict as one sentence, for the eye and for a screen reader. */
export function verdictText(report: Report): Text {
  switch (kindOf(report)) {
    case "failed":
      return say("核验未通过", "Not verified");
    case "frozen":
      return say("已封存，尚未抽取：可核验的都相符", "Frozen, not drawn yet: all that can be checked agrees");
    case "void":
      return report.frozen
        ? say("已作废，没有抽取：可核验的都相符", "Void, and nothing was drawn: all that can be checked agrees")
        : say("核验通过，但该次抽取已作废", "Verified, but the draw is void");
    case "partial":
      return say("公开部分核验通过", "The public part verifies");
    case "passed":
      return say("核验通过", "Verified");
  }
}

const SIGNS: Record<Kind, string> = { passed: "✓", partial: "✓", void: "!", frozen: "…", failed: "✕" };

/** A digest in groups of four, which a reader compares with what is printed; copied it has no blanks. */
export function digest(value: string): HTMLElement {
  return el("code", { class: "digest" }, fours(value).map((four) => el("span", {}, four)));
}

/** A failure: file, row, column, id, and what is wrong. */
export function problem({ place, text }: Problem): HTMLElement {
  const where: Child[] = [code(place.file)];
  if (place.row !== undefined) {
    where.push(" ", say(`第 ${place.row} 行`, `row ${place.row}`));
  }
  for (const part of [place.column, place.id]) {
    if (part !== undefined) {
      where.push(" · ", code(part));
    }
  }
  return el("li", { class: "problem" }, el("span", { class: "place" }, where), el("span", {}, text));
}

function failed(steps: readonly Step[]): Child {
  return el(
    "div",
    { class: "told" },
    el("h3", {}, say("未通过的检查", "What failed")),
    el(
      "ul",
      { class: "failures" },
      steps.map((step) =>
        el(
          "li",
          {},
          el("a", { href: `#step-${step.number}` }, `${step.number} `, stepWords(step.id).name),
          el("ul", {}, step.problems.slice(0, 3).map(problem)),
        ),
      ),
    ),
  );
}

function notShown(steps: readonly Step[]): Child {
  return el(
    "div",
    { class: "told" },
    el("h3", {}, say("未示：从所给的文件看不出，需另行查对", "Not shown: these files cannot tell, look elsewhere")),
    el(
      "ul",
      {},
      steps.map((step) =>
        el(
          "li",
          {},
          el("a", { href: `#step-${step.number}` }, `${step.number} `, stepWords(step.id).name),
          say("：", ": "),
          step.notShown.map((text, at) => [at > 0 && say("；", "; "), text]),
        ),
      ),
    ),
  );
}

/** Days in China begin at 16:00 UTC. */
const CHINA_MS = 8 * 3600 * 1000;

/** A promise that was not kept, by the clock of this device: the verdict, which knows no clock, does not depend on it. */
function overdue({ facts, steps }: Report): Child {
  const unopened = steps.some((step) => step.id === "opening" && step.result === "not-shown");
  const today = new Date(Date.now() + CHINA_MS).toISOString().slice(0, 10);
  if (!unopened || facts?.opening === undefined || today <= facts.opening.by) {
    return null;
  }
  const { by, opens } = facts.opening;
  return el(
    "p",
    { class: "note" },
    opens === "public"
      ? say(`承诺最迟 ${by} 公开，已逾期未公开。`, `It was to be opened by ${by}, and it has not been.`)
      : say(
          `承诺最迟 ${by} 移交审计机关；公示包本身不显示是否已经移交。`,
          `It was to be handed to the auditor by ${by}; a bundle does not show whether it was.`,
        ),
  );
}

/** What is closed, and until when. */
function closed({ facts, verified }: Report): Child {
  if (!verified || !facts?.unopened || facts.opening === undefined) {
    return null;
  }
  const { opens, by } = facts.opening;
  return el(
    "p",
    { class: "note" },
    opens === "public"
      ? say(
          `保密抽取，尚未公开：谁被抽中、谁去检查还没有公布，承诺最迟 ${by} 公开，届时再核验其余各项。`,
          `A sealed draw, not opened yet: who is drawn and who visits is closed, to be opened by ${by}; then the other checks can be made.`,
        )
      : say(
          `保密抽取，只向审计机关公开（最迟 ${by}）：谁被抽中、谁去检查，公众看不到，其余各项由审计机关核验。`,
          `A sealed draw that opens to an auditor alone (by ${by}): who is drawn and who visits the public never sees, and the auditor makes the other checks.`,
        ),
  );
}

/** Before the draw: when its value is due. The clock of this device decides nothing but this sentence. */
function due({ facts, frozen, void: ended }: Report): Child {
  if (!frozen || ended || facts === undefined) {
    return null;
  }
  const at = Math.max(...facts.sources.map((source) => source.at));
  const when = time(at);
  return el(
    "p",
    { class: "note" },
    Date.now() < at * 1000
      ? say(
          `名单和规则已经封存，用来抽取的公开随机数预定 ${when} 产生，其后才有结果。请现在就记下或拍下封存摘要，结果公布后比较。`,
          `Lists and rules are frozen; the public value that decides is due at ${when}, and the result after it. Note the commitment's digest now, and compare it with the result's.`,
        )
      : say(
          `用来抽取的公开随机数预定 ${when} 产生，按本机的时钟已过，这里还没有结果：请向机关要来结果。`,
          `The public value that decides was due at ${when}, which has passed by the clock of this device, and no result is here: ask the office for it.`,
        ),
  );
}

/** How many checks came to what. Before the draw a missing result is no failure. */
function counted({ steps, frozen }: Report): Child {
  const count = (result: Step["result"]): number => steps.filter((step) => step.result === result).length;
  if (frozen) {
    return [RESULTS.passed, ` ${count("passed")} · `, say(`其余 ${steps.length - count("passed")} 项还不能核验`, `${steps.length - count("passed")} others cannot be checked yet`)];
  }
  return (["passed", "failed", "not-shown"] as const)
    .filter((result) => count(result) > 0)
    .map((result, at) => [at > 0 && " · ", RESULTS[result], ` ${count(result)}`]);
}

/** The verdict on a bundle. `milliseconds` is how long it took. */
export function verdictView(report: Report, name: string, milliseconds: number): HTMLElement {
  const { facts, steps } = report;
  const of = (result: Step["result"]): Step[] => steps.filter((step) => step.result === result);
  const kind = kindOf(report);
  const section = el("section", { class: `verdict ${kind}`, "aria-labelledby": "verdict" });
  append(section, [
    el(
      "div",
      { class: "headline" },
      el("span", { class: "mark", "aria-hidden": "true" }, SIGNS[kind]),
      el(
        "div",
        {},
        el("h2", { id: "verdict", tabindex: -1 }, verdictText(report)),
        el(
          "p",
          { class: "counts" },
          counted(report),
          " · ",
          say(`用时 ${seconds(milliseconds)} 秒`, `${seconds(milliseconds)} s`),
        ),
      ),
    ),
    facts && el("p", { class: "subject" }, given(facts.title), " — ", given(facts.agency)),
    facts?.rehearsal && el("p", { class: "note" }, say("这是演练，不产生效力。", "This is a rehearsal and binds nobody.")),
    closed(report),
    due(report),
    overdue(report),
    terms([
      [say("公示包", "bundle"), given(name)],
      facts === undefined ? null : [say("抽取", "draw"), code(facts.draw)],
      facts === undefined
        ? null
        : [
            say("第几次抽取", "attempt"),
            facts.attempt === 1
              ? say("第 1 次", "the first")
              : say(`第 ${facts.attempt} 次：此前有过抽取`, `number ${facts.attempt}: there were earlier ones`),
          ],
      report.frozen && facts !== undefined ? [say("封存摘要 C", "commitment C"), digest(facts.commitment)] : null,
      facts?.result === undefined
        ? null
        : [
            say("结果摘要", "result digest"),
            [
              digest(facts.result),
              el("p", { class: "hint" }, say("请与公示上印的结果摘要逐组比较。", "Compare it with the one printed on the notice.")),
            ],
          ],
    ]),
    of("failed").length > 0 && !report.frozen && failed(of("failed")),
    of("not-shown").length > 0 && !report.frozen && notShown(of("not-shown")),
  ]);
  return section;
}
