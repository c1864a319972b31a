/** The page: what was brought, what is at work, what came of it. Every change of it is drawn anew from this state. */
import type { Trust } from "../messages";
import { stepWords } from "../verify/index";
import type { ReceiptReport, Report, Subject, Text } from "../verify/types";
import { Refused, Verifier } from "./ask";
import { acceptDrops, type Actions, bringView } from "./bring";
import { append, el, given } from "./dom";
import { factsView } from "./facts";
import { type Brought, readSource, sortOut, type Sorted } from "./files";
import { language, say, setLanguage, tr } from "./language";
import { lookupView, type Look } from "./lookup";
import type { Names } from "./names";
import { receiptText, receiptView } from "./receipt";
import { stepsView } from "./steps";
import { verdictText, verdictView } from "./verdict";
import { STEPS } from "./words";

interface State {
  names?: { name: string; names: Names };
  policy?: { name: string; text: string };
  log?: { name: string; source: Trust["log"] };
  bundle?: Sorted["bundle"];
  report?: { report: Report; milliseconds: number };
  receipt?: { name: string; bytes: Uint8Array; report?: ReceiptReport };
  look: Look;
  /** A code from the page's address. */
  code: string;
  told: Text[];
  working: boolean;
  /** How far the work is: step, and how much of it. */
  progress?: { step: number; done: number; of: number };
}

const state: State = { look: { asked: "" }, code: "", told: [], working: false };
let verifier: Verifier | undefined;
/** Answers for one subject while the other verifies. */
let glimpsing: Verifier | undefined;

const byId = (id: string): HTMLElement => document.getElementById(id)!;

/** Says something to a screen reader; the same stands on the page. */
function announce(text: Text): void {
  byId("status").textContent = tr(text);
}

/** Draws everything anew and, where something has come up, moves the reader there. */
function render(focus?: string): void {
  document.title = tr(say("抽查公示包核验", "Verify an inspection draw"));
  const head = byId("head");
  head.replaceChildren();
  append(head, [headView()]);
  const main = byId("main");
  main.replaceChildren();
  const { report, bundle, receipt } = state;
  const beside = { names: state.names?.name, policy: state.policy?.name, log: state.log?.name, code: state.code };
  append(main, [
    state.told.map((text) => el("p", { class: "alert", role: "alert" }, text)),
    state.working && workingView(),
    receipt?.report !== undefined && receiptView(receipt.report, receipt.name, report !== undefined),
    report !== undefined && verdictView(report.report, bundle!.name, report.milliseconds),
    (state.working || report?.report.facts !== undefined) && lookupView(state.look, state.names?.names, find),
    report !== undefined && stepsView(report.report),
    report?.report.facts !== undefined && factsView(report.report.facts),
    bringView(actions, beside),
  ]);
  if (report === undefined && receipt?.report === undefined && !state.working) {
    main.append(explainView());
  }
  showProgress();
  const foot = byId("foot");
  foot.replaceChildren();
  append(foot, [footView()]);
  if (focus !== undefined) {
    const target = document.getElementById(focus);
    target?.focus({ preventScroll: true });
    // A verdict is shown with its frame, an answer from its own heading on.
    (target?.tagName === "H2" ? target.closest("section") : target)?.scrollIntoView({ block: "start" });
  }
}

function headView(): HTMLElement {
  const other = language() === "zh" ? "en" : "zh";
  return el(
    "div",
    { class: "bar" },
    el("span", { class: "stamp", "aria-hidden": "true" }, "核"),
    el(
      "div",
      {},
      el("h1", {}, say("抽查公示包核验", "Verify an inspection draw")),
      el("p", {}, say("双随机、一公开 · 抽取协议 dr1", "Random subjects, random inspectors, public results · protocol dr1")),
    ),
    el(
      "button",
      {
        type: "button",
        class: "language",
        lang: other === "zh" ? "zh-CN" : "en",
        click: () => {
          setLanguage(other);
          render();
          document.querySelector<HTMLElement>(".language")?.focus();
        },
      },
      other === "zh" ? "中文" : "English",
    ),
  );
}

function explainView(): HTMLElement {
  const points: Text[] = [
    say("本页不联网：文件只在这台设备上读取，哪里也不会发送。", "This page uses no network: files are read on this device and sent nowhere."),
    say(
      "它从公示包重新计算种子、抽签号、名次、小组和证明，逐项说明证明了什么、没有证明什么。",
      "It recomputes seed, tickets, ranks, teams and certificate from the bundle, and says of each check what it proves and what it does not.",
    ),
    say(
      "请从您信任的地方取得本页，不要用公示包里自带的那一份来核验它自己。",
      "Get this page from somewhere you trust; never let the copy that came with a bundle judge that bundle.",
    ),
  ];
  return el(
    "section",
    { class: "explain", "aria-labelledby": "explain" },
    el("h2", { id: "explain" }, say("这一页做什么", "What this page does")),
    el("ul", {}, points.map((point) => el("li", {}, point))),
  );
}

function footView(): HTMLElement {
  return el(
    "p",
    {},
    say(
      "核验通过只说明抽取和匹配照规则进行；名录是否完整、回避是否如实、检查是否去过，不在其内。",
      "Verified means that draw and pairing followed the rules. It does not say that registers were complete, recusals declared or inspections made.",
    ),
  );
}

function workingView(): HTMLElement {
  return el(
    "section",
    { class: "working", "aria-labelledby": "working" },
    el("h2", { id: "working", tabindex: -1 }, say("正在核验", "Verifying"), state.bundle !== undefined && [" ", given(state.bundle.name)]),
    el("p", { id: "step" }, say("正在读取文件", "Reading files")),
    el("progress", { id: "progress", max: 1, "aria-labelledby": "working" }),
    el("p", {}, el("button", { type: "button", click: stop }, say("停止", "Stop"))),
  );
}

let announced = 0;

function onProgress(step: number, done: number, of: number): void {
  state.progress = { step, done, of };
  showProgress();
}

function showProgress(): void {
  if (state.progress === undefined) {
    return;
  }
  const { step, done, of } = state.progress;
  const id = STEPS[step - 1];
  const [line, bar] = [document.getElementById("step"), document.getElementById("progress") as HTMLProgressElement | null];
  if (id === undefined || line === null || bar === null) {
    return;
  }
  const { name } = stepWords(id);
  const text = say(`第 ${step} 项，共 ${STEPS.length} 项：${name.zh}`, `Step ${step} of ${STEPS.length}: ${name.en}`);
  line.textContent = tr(text);
  const part = of > 0 ? Math.min(1, done / of) : 0;
  bar.value = (step - 1 + part) / STEPS.length;
  if (announced !== step) {
    announced = step;
    announce(text);
  }
}

function program(): string {
  return byId("program").textContent ?? "";
}

/** Ends all work on the bundle before. */
function halt(): void {
  verifier?.stop();
  glimpsing?.stop();
  verifier = undefined;
  glimpsing = undefined;
  state.progress = undefined;
  state.working = false;
}

function stop(): void {
  halt();
  state.bundle = undefined;
  render();
}

/** Verifies the bundle that was brought, in a worker of its own. */
async function verifyBundle(): Promise<void> {
  if (state.bundle === undefined) {
    return;
  }
  halt();
  const mine = new Verifier(program());
  verifier = mine;
  state.report = undefined;
  state.look = { asked: state.look.asked };
  state.working = true;
  announced = 0;
  render("working");
  announce(say("正在核验", "Verifying"));
  const started = performance.now();
  try {
    const trust: Trust = { policy: state.policy?.text, log: state.log?.source };
    const report = await mine.bundle(state.bundle.source, trust, onProgress);
    state.report = { report, milliseconds: performance.now() - started };
    state.working = false;
    glimpsing?.stop();
    glimpsing = undefined;
    announce(verdictText(report));
    if (state.receipt !== undefined) {
      state.receipt.report = await mine.receipt(state.receipt.bytes);
    }
    render(state.receipt === undefined ? "verdict" : "receipt");
    // What was asked meanwhile is answered by the one that knows all.
    const { asked, pending, state: was } = state.look;
    if (pending !== undefined) {
      await find(asked, pending, was !== undefined);
    }
  } catch (error) {
    refuse(error);
  }
}

async function verifyReceipt(): Promise<void> {
  const { receipt } = state;
  if (receipt === undefined || state.working) {
    return;
  }
  verifier ??= new Verifier(program());
  try {
    receipt.report = await verifier.receipt(receipt.bytes);
    announce(receiptText(receipt.report, state.report !== undefined));
    render("receipt");
  } catch (error) {
    refuse(error);
  }
}

/** What the files claim of one subject while they are verified, by a worker that reads no further than that. */
function glimpse(sids: readonly string[]): ReturnType<Verifier["glimpse"]> {
  if (glimpsing !== undefined) {
    return glimpsing.glimpse(sids);
  }
  glimpsing = new Verifier(program());
  return glimpsing.glimpse(sids, state.bundle!.source);
}

/** Looks one subject up, by its code in the forms that people write it; `again` once an early answer is to be replaced. */
async function find(asked: string, sids: readonly string[], again = false): Promise<void> {
  state.look = { asked, pending: sids };
  try {
    if (state.working) {
      // Whatever keeps it from an answer, the verifier at work says what is wrong.
      const found = await glimpse(sids).catch(() => null);
      // After the verdict the one that knows all is asked.
      if (state.working && state.look.pending === sids) {
        state.look = { asked, pending: sids, ...found, state: found === null ? "unread" : "early" };
        render(found === null ? "lookup" : "answer");
      }
      return;
    }
    let subject: Subject | undefined;
    for (const sid of sids) {
      subject = await verifier!.subject(sid);
      if (subject.found) {
        break;
      }
    }
    state.look = { asked, subject, facts: state.report?.report.facts, state: again ? "again" : undefined };
    render("answer");
  } catch (error) {
    refuse(error);
  }
}

function refuse(error: unknown): void {
  const text = error instanceof Refused ? error.text : say(`无法读取：${String(error)}`, `It cannot be read: ${String(error)}`);
  state.working = false;
  state.told = [text];
  render();
}

async function bring(files: Promise<Brought[]>): Promise<void> {
  state.told = [];
  let sorted: Sorted;
  try {
    sorted = await sortOut(await files);
  } catch (error) {
    refuse(error);
    return;
  }
  const { bundle, receipt, names, several, others } = sorted;
  if (several.length > 1) {
    state.told.push(say(`这里有几个公示包，请一次核验一个：${several.join("、")}`, `Several bundles; verify one at a time: ${several.join(", ")}`));
  }
  if (others.length > 0 && bundle === undefined) {
    const few = others.slice(0, 5);
    state.told.push(
      say(
        `不是公示包（没有 commitment.json）、凭证或名称文件：${few.join("、")}`,
        `No bundle (there is no commitment.json), no receipt, no names: ${few.join(", ")}`,
      ),
    );
  }
  if (names !== undefined) {
    state.names = names;
  }
  if (receipt !== undefined) {
    state.receipt = receipt;
  }
  if (bundle !== undefined) {
    state.bundle = bundle;
    await verifyBundle();
  } else if (receipt !== undefined) {
    await verifyReceipt();
  } else {
    render();
  }
}

const actions: Actions = {
  bring: (files) => void bring(files),
  code: (text) => {
    state.told = [];
    state.code = text;
    state.receipt = { name: say("凭证码", "code")[language()], bytes: new TextEncoder().encode(text.trim()) };
    void verifyReceipt();
  },
  policy: (file) => {
    void file.text().then((text) => {
      state.policy = { name: file.name, text };
      return state.bundle === undefined ? render() : verifyBundle();
    });
  },
  log: (files) => {
    void readSource(files).then((read) => {
      state.log = read ?? undefined;
      return state.bundle === undefined ? render() : verifyBundle();
    });
  },
};

/** A scanner opens this page with a code behind `#`, which no server learns; no character of a code is escaped there (protocol.md §8.3). */
function readAddress(): void {
  const hash = location.hash.slice(1);
  if (hash.startsWith("dr1-code;")) {
    actions.code(hash);
  }
}

/** Begins: the language of the address, Chinese otherwise. */
export function start(): void {
  setLanguage(new URLSearchParams(location.search).get("lang") === "en" ? "en" : "zh");
  acceptDrops(() => document.getElementById("drop"), actions);
  addEventListener("hashchange", readAddress);
  render();
  readAddress();
}
