/** Whole bundles: the table at the end of protocol.md §7, the values between, and every file bent. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { lookUp, stepWords, verify } from "../src/verify/index";
import type { Verified } from "../src/verify/types";
import { blamed, bytes, NAMES, numbers, text, unopened, vector, type Bundle } from "./vectors";

const EXPECTED: Record<string, [number[], number[], string]> = {
  open: [
    [1, 2, 3, 4, 6, 8, 9, 11, 12, 13, 14],
    [7],
    "c7700aed6f7b30dcf88ff3593888874501139225cec6e77c0dbd8bb9da0095ac",
  ],
  open_rounds: [
    [1, 2, 3, 4, 6, 8, 9, 11, 12, 13, 14],
    [7],
    "31f5c2714d86c4af581907376dec91e6c1ba31d6c05c0e24badff9fc06c3a824",
  ],
  open_sm3: [
    [1, 2, 3, 4, 8, 9, 11, 12, 13, 14],
    [6, 7],
    "dc523f985c339d0f1314dcb777baace0e5ca5aa0343b09714d53a871039bbceb",
  ],
  sealed_opened: [
    [1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13, 14],
    [6, 7],
    "e4d01a5ad5ff9e209e4d98f0f449720edd526fc1840531a104b63c2bca21c560",
  ],
  events: [
    [1, 2, 3, 4, 8, 9, 11, 12, 13, 14],
    [6, 7, 16],
    "9f3047ab7a43eecbdb8def72c981597e6cb78a589146c890d1528b8f9214f79a",
  ],
};

for (const name of NAMES) {
  test(`${name} verifies with the steps and the result digest of the protocol`, () => {
    const [passed, notShown, result] = EXPECTED[name];
    const { report } = verify(vector(name));
    assert.deepEqual(
      report.steps.flatMap((step) => step.problems),
      [],
    );
    assert.equal(report.verified, true);
    assert.equal(report.void, false);
    assert.deepEqual(numbers(report, "passed"), passed);
    assert.deepEqual(numbers(report, "not-shown"), notShown);
    assert.equal(report.facts?.result, result);
    for (const { id } of report.steps) assert.ok(stepWords(id).name.zh.length > 0);
  });
}

test("an unopened draw is shown as far as it can be", () => {
  const { report } = verify(unopened());
  assert.equal(report.verified, true);
  assert.deepEqual(numbers(report, "passed"), [1, 2]);
  assert.deepEqual(numbers(report, "not-shown"), [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
  assert.equal(report.facts?.result, EXPECTED.sealed_opened[2]);
  assert.equal(report.facts?.unopened, true);
});

interface Facts {
  C: string;
  S: string;
  K: Record<string, string>;
  lists: Record<string, { stratum: string; rank: number; sid: string; key: string; drawn: boolean }[]>;
  pair: Record<string, { R: string; slots: { needs: string[]; avoids: string[] }[] }>;
}

for (const name of NAMES.filter((n) => n !== "events")) {
  test(`${name}: the values between are those of another program`, () => {
    const facts = JSON.parse(readFileSync(`../tests/vectors/${name}.facts.json`, "utf8")) as Facts;
    const verified = verify(vector(name));
    assert.equal(verified.report.facts?.commitment, facts.C);
    assert.equal(verified.report.facts?.seed, facts.S);
    let rows = 0;
    for (const [list, all] of Object.entries(facts.lists)) {
      for (const { sid, stratum, rank, key, drawn } of all) {
        const found = lookUp(verified, sid).lists.find((entry) => entry.list === list)!;
        assert.deepEqual(
          [found.stratum, found.rank, found.key, found.outcome === "drawn"],
          [stratum, rank, key, drawn],
        );
        assert.equal(found.groupKey, facts.K[found.group]);
        rows++;
      }
    }
    assert.ok(rows > 20);
    for (const [sid, { R, slots }] of Object.entries(facts.pair)) {
      const { visit } = lookUp(verified, sid);
      assert.equal(visit?.row, R);
      assert.deepEqual(
        visit?.slots.map(({ needs, avoids }) => ({ needs, avoids })),
        slots,
      );
    }
  });
}

test("forced slots are those of the protocol", () => {
  for (const name of ["open", "open_rounds", "open_sm3"])
    assert.equal(verify(vector(name)).report.facts?.forced?.count, 0);
  const { facts } = verify(vector("sealed_opened")).report;
  assert.deepEqual(facts?.forced?.first, [{ sid: "REG:0009", slot: 0, eligible: 2 }]);
});

/** Ways to bend a file. `undefined` removes it. */
const BENDS: Record<string, (content: Uint8Array) => Uint8Array | undefined> = {
  removed: () => undefined,
  emptied: () => new Uint8Array(),
  "cut by a byte": (content) => content.slice(0, -1),
  "a byte more": (content) => bytes(`${text(content)}\n`),
  "carriage returns": (content) => bytes(text(content).replaceAll("\n", "\r\n").concat("\r")),
  "a BOM": (content) => bytes(`\ufeff${text(content)}`),
  "not UTF-8": (content) => Uint8Array.from(content, (b, i) => (i === content.length - 3 ? 0xff : b)),
  "not NFC": (content) => bytes(text(content).replace(/[a-z](?=[^a-z]*$)/, "e\u0301")),
  "last line twice": (content) => bytes(text(content).replace(/([^\n]*\n)$/, "$1$1")),
  "last line gone": (content) => bytes(text(content).replace(/[^\n]*\n$/, "")),
  "first two rows swapped": (content) => bytes(text(content).replace(/^([^\n]*\n)([^\n]*\n)([^\n]*\n)/, "$1$3$2")),
  "a digit": (content) => bytes(text(content).replace(/[0-9](?=[^0-9]*$)/, (d) => String((Number(d) + 1) % 10))),
  "a letter in the middle": (content) => {
    const at = [...content.keys()]
      .filter((i) => i > content.length / 2)
      .find((i) => content[i] >= 0x61 && content[i] < 0x7a);
    return at === undefined ? content : Uint8Array.from(content, (b, i) => (i === at ? b + 1 : b));
  },
};

/** Files that may stand for a bent one: the manifest's digests are told at the file that they are of. */
function named(files: Set<string>, file: string, all: Bundle): boolean {
  return files.has(file) || (file === "manifest.tsv" && [...files].some((f) => all.has(f)));
}

for (const name of NAMES) {
  test(`${name}: every file bent in ${Object.keys(BENDS).length} ways is refused and named`, () => {
    const whole = vector(name);
    let tried = 0;
    for (const [file, content] of whole) {
      for (const [bend, make] of Object.entries(BENDS)) {
        const bent = new Map(whole);
        const made = make(content);
        if (made === undefined) bent.delete(file);
        else bent.set(file, made);
        if (made !== undefined && text(made) === text(content) && made.length === content.length) continue;
        // Without the opening a sealed bundle is half open; the last event without consequences can be left out unnoticed.
        if (made === undefined && file === "events/0003.json") continue;
        // With another typed value the same people may follow; the next test tries many of them.
        if (bend === "a digit" && /^events\/\d+\/beacon\.json$/.test(file)) continue;
        const { report } = verify(bent);
        tried++;
        assert.equal(report.verified, false, `${file}: ${bend}`);
        if (file === "opening.json" && made === undefined) continue;
        // Of an event that is gone or another, what rests on it is named: its results, or the `prev` after it.
        if (file.startsWith("events/")) {
          assert.ok([...blamed(report)].every((other) => other.startsWith("events/")));
          continue;
        }
        assert.ok(named(blamed(report), file, whole), `${file}: ${bend}: ${[...blamed(report)].join(" ")}`);
      }
    }
    assert.ok(tried > 100);
  });
}

test("who follows hangs on the values of the event", () => {
  const whole = vector("events");
  const file = "events/0002/beacon.json";
  const content = text(whole.get(file)!);
  let other = 0;
  for (let value = 100; value < 140; value++) {
    const { report } = verify(
      new Map(whole).set(
        file,
        bytes(content.replace(/digits:3d-\d+:\d{3}/, (s) => s.slice(0, -3) + String(value))),
      ),
    );
    if (report.verified) continue;
    other++;
    assert.deepEqual([...blamed(report)], ["events/0002/teams.tsv"]);
  }
  assert.ok(other > 5 && other < 40, String(other));
});

test("a file more is refused and named", () => {
  for (const file of [
    "x",
    "frames/T09.tsv",
    "rolls/T01.tsv",
    "opening.json",
    "standby.tsv",
    "events/1.json",
    "events/0004/teams.tsv",
  ]) {
    const { report } = verify(new Map(vector("open")).set(file, bytes("x\n")));
    assert.equal(report.verified, false, file);
    assert.ok(blamed(report).has(file), file);
  }
  for (const file of ["README.txt", "verify.html", "notice/x.html", "log/policy"]) {
    assert.equal(verify(new Map(vector("open")).set(file, bytes("x\n"))).report.verified, true, file);
  }
});

test("a half opening is refused", () => {
  for (const file of ["frames/T01.tsv", "visits.tsv", "draw/T02.tsv", "recusals.tsv"]) {
    const { report } = verify(unopened().set(file, vector("sealed_opened").get(file)!));
    assert.deepEqual(numbers(report, "failed"), [1]);
    assert.deepEqual([...blamed(report)], [file]);
  }
});

test("a closed roll has N rows of each stratum, and no key twice", () => {
  const files = unopened();
  const file = "rolls/T01.tsv";
  const [header, ...rows] = text(files.get(file)!).trimEnd().split("\n");
  const bend = (change: (rows: string[]) => string[]): Set<string> => {
    const content = `${header}\n${change(rows).sort().join("\n")}\n`;
    const { report } = verify(new Map(files).set(file, bytes(content)));
    return new Set(report.steps.filter(({ number }) => number === 10).flatMap(({ problems }) => problems.map((p) => p.place.file)));
  };
  assert.deepEqual([...bend((all) => all)], []);
  assert.deepEqual([...bend((all) => all.slice(1))], [file]);
  assert.deepEqual([...bend((all) => [...all.slice(1), all[0].replace(/.$/, (c) => (c === "0" ? "1" : "0"))])], []);
  assert.deepEqual([...bend((all) => [all.at(-1)!.replace(/.*\t/, `${all[0].split("\t")[0]}\t`), ...all.slice(1)])], [file]);
  assert.deepEqual([...bend((all) => [...all.slice(1), all[0].replace(/.*\t/, "zz\t")])], [file]);
});

test("no folder without a commitment is a bundle", () => {
  const { report } = verify(new Map());
  assert.equal(report.verified, false);
  assert.deepEqual([...blamed(report)], ["commitment.json"]);
});

test("everybody's look-up agrees with the published team, and nobody in his slot would have been cheaper", () => {
  for (const name of NAMES) {
    const verified = verify(vector(name));
    const rows = text(vector(name).get("assignment.tsv")!)
      .split("\n")
      .slice(1, -1)
      .map((row) => row.split("\t"));
    const last = rows.at(-1)![0];
    for (const [, sid, slot, iid] of rows.filter(([round]) => round === last)) {
      const { slots } = lookUp(verified, sid).visit!;
      const { candidates } = slots[Number(slot)];
      assert.equal(slots[Number(slot)].iid, iid);
      assert.equal(candidates[0].iid, iid);
      assert.equal(candidates[0].extra, "0");
      assert.equal(candidates.filter(({ chosen }) => chosen).length, 1);
      for (const { extra, reason, eligible } of candidates) {
        assert.ok(extra === undefined || BigInt(extra) >= 0n);
        assert.equal(eligible, !["need", "avoid", "recusal"].includes(reason));
      }
    }
  }
});

test("chances are between 0 and 1, and their sum over a list is what is drawn", () => {
  for (const name of NAMES) {
    const { chances, lists } = verify(vector(name)).report.facts!;
    for (const { chance, N } of chances) {
      assert.ok(BigInt(chance.numerator) <= BigInt(chance.denominator));
      assert.ok(N > 0 || chance.numerator === "0");
    }
    for (const { list, n } of lists) {
      let [a, b] = [0n, 1n];
      for (const { N, chance } of chances.filter((fact) => fact.list === list)) {
        const [c, d] = [BigInt(N) * BigInt(chance.numerator), BigInt(chance.denominator)];
        [a, b] = [a * d + c * b, b * d];
      }
      assert.equal(a, BigInt(n) * b, `${name} ${list}`);
    }
  }
});

test("a look-up of nobody finds nobody", () => {
  const verified = verify(vector("open"));
  assert.deepEqual([lookUp(verified, "NOBODY").found, lookUp(verified, "NOBODY").lists], [false, []]);
  assert.equal(lookUp(verify(unopened()), "REG:0009").found, false);
});

test("events: who follows, who comes, what waits", () => {
  const verified = verify(vector("events"));
  const { events } = verified.report.facts!;
  assert.equal(events?.count, 3);
  assert.deepEqual(
    events?.events.map(({ kind, effect }) => [kind, effect]),
    [
      ["leave", "acted"],
      ["closed", "acted"],
      ["recused", "waits"],
    ],
  );
  assert.deepEqual(events?.replaced, ["913301000000000005"]);
  assert.deepEqual(events?.people, [["E007", 1]]);
  assert.equal(lookUp(verified, "913301000000000005").replaced, true);
  assert.deepEqual(lookUp(verified, "913301000000000005").events, [1, 2]);
  assert.equal(lookUp(verified, "REG:0008").joined, true);
});

/** Who comes to a subject, slot by slot, with what stands in place of somebody. */
function coming(verified: Verified, sid: string): string[] {
  const { slots } = lookUp(verified, sid).now!;
  return slots.map(({ iid, left, waits }) => `${iid ?? "-"}${left === undefined ? "" : ` not ${left}`}${waits ? " waits" : ""}`);
}

const zh = (verified: Verified, sid: string): string[] => lookUp(verified, sid).now!.since.map(({ text }) => text.zh);

test("who comes now is told, and what changed it, for everybody concerned", () => {
  const verified = verify(vector("events"));
  const closed = lookUp(verified, "913301000000000005");
  assert.deepEqual([closed.now?.visited, closed.now?.waits, closed.visit?.slots.length], [false, false, 3]);
  assert.deepEqual(zh(verified, "913301000000000005"), [
    "第 1 号事件（离岗：病假）：岗位 0 由 E007 改为 E021",
    "第 2 号事件（停业注销：已吊销）：任务 Z_4 不再检查该对象，由候补 913301000000000007 递补",
    "第 2 号事件（停业注销：已吊销）：任务 t.2 不再检查该对象，由候补 REG:0008 递补",
  ]);
  assert.deepEqual(coming(verified, "REG:0008"), ["E000", "E021", "E028"]);
  assert.deepEqual(zh(verified, "REG:0008"), [
    "第 2 号事件（停业注销：已吊销）：任务 t.2 由该对象递补 913301000000000005",
    "第 2 号事件（停业注销：已吊销）：岗位 0 由 E000 担任",
    "第 2 号事件（停业注销：已吊销）：岗位 1 由 E021 担任",
    "第 2 号事件（停业注销：已吊销）：岗位 2 由 E028 担任",
  ]);
  assert.equal(lookUp(verified, "REG:0008").visit, undefined);
});

test("while an event waits, who steps out is told and nobody is named in his place", () => {
  const verified = verify(vector("events"));
  const event = JSON.parse(text(vector("events").get("events/0003.json")!)) as { iid: string; visits: string[] };
  for (const sid of event.visits) {
    const { now, visit } = lookUp(verified, sid);
    assert.deepEqual([now?.visited, now?.waits, now?.due], [true, true, 1784798266]);
    assert.equal(coming(verified, sid).filter((who) => who === `- not ${event.iid} waits`).length, 1);
    assert.ok(now!.slots.every(({ iid }) => iid !== event.iid));
    assert.ok(visit === undefined || visit.slots.some(({ iid }) => iid === event.iid));
    assert.match(zh(verified, sid).at(-1)!, /^第 3 号事件（回避：.*尚未公布$/);
  }
});

test("whom no event concerns has the team of the draw, and is told how many events there are", () => {
  const verified = verify(vector("events"));
  const rows = text(vector("events").get("assignment.tsv")!).split("\n").slice(1, -1).map((row) => row.split("\t"));
  const others = rows.filter(([, sid]) => lookUp(verified, sid).events.length === 0);
  assert.ok(others.length > 0);
  for (const [, sid, slot, iid] of others) {
    const { now } = lookUp(verified, sid);
    assert.deepEqual([now?.events, now?.waiting, now?.known, now?.waits, now?.since], [3, 1, true, false, []]);
    assert.equal(now?.slots[Number(slot)].iid, iid);
  }
  assert.equal(lookUp(verify(vector("open")), "X0004").now, undefined);
});

test("where effects are not recomputed nobody is said to come", () => {
  const sid = "913301000000000005";
  const files = new Map(vector("events"));
  files.set("events/0001/teams.tsv", bytes(text(files.get("events/0001/teams.tsv")!).replace("E021", "E000")));
  const { now } = lookUp(verify(files), sid);
  assert.deepEqual([now?.known, now?.slots, now?.since.map(({ event }) => event)], [false, [], [1, 2]]);
  assert.match(now!.why!.zh, /不能说/);
  const whole = new Map([...vector("events")].filter(([file]) => !/^events\/000[23]/.test(file)));
  whole.set("events/0001.json", bytes(text(whole.get("events/0001.json")!).replace("李四", "张三")));
  assert.equal(lookUp(verify(whole), sid).now?.known, false);
});

test("a void is told beside the verdict", () => {
  const whole = vector("events");
  const files = new Map([...whole].filter(([file]) => !file.startsWith("events/")));
  const event = {
    approver: "李四",
    at: 1,
    by: "张三",
    evidence: "-",
    kind: "void",
    n: 1,
    prev: "-",
    reason: "plan_error",
  };
  const put = (change: object): Bundle =>
    new Map(files).set("events/0001.json", bytes(`${JSON.stringify({ ...event, ...change })}\n`));
  assert.deepEqual([verify(put({})).report.verified, verify(put({})).report.void], [true, true]);
  const { now } = lookUp(verify(put({})), "913301000000000005");
  assert.deepEqual([now?.void, now?.visited, now?.since.map(({ text }) => text.zh)], [true, false, ["第 1 号事件（作废：计划有误）：本次抽取作废"]]);
  for (const change of [
    { at: 1784792220 },
    { approver: "张三" },
    { approver: "-" },
    { n: 2 },
    { prev: "0".repeat(64) },
    { reason: "ill" },
  ]) {
    const { report } = verify(put(change));
    assert.deepEqual([report.verified, report.void], [false, false], JSON.stringify(change));
    assert.deepEqual([...blamed(report)], ["events/0001.json"]);
  }
});

/** The frozen part of a bundle, as it is published before the draw. */
function frozenOf(files: Bundle, sealed: boolean): Bundle {
  const open = /^(commitment\.json|inspectors\.tsv|incompatible\.tsv|standby\.tsv|recusals\.tsv|frames\/.*)$/;
  const part = sealed ? /^(commitment\.json|inspectors\.tsv|incompatible\.tsv|standby\.tsv)$/ : open;
  return new Map([...files].filter(([file]) => part.test(file)));
}

test("before the draw nothing is verified and nothing is wrong", () => {
  for (const name of NAMES) {
    const files = frozenOf(vector(name), name === "sealed_opened");
    const { report } = verify(files);
    assert.deepEqual([report.frozen, report.verified, report.facts?.frozen], [true, false, true], name);
    assert.deepEqual(numbers(report, "failed"), [1]);
    assert.ok(report.steps[0].problems.every(({ place }) => !files.has(place.file)));
    for (const { notShown } of report.steps) for (const { zh } of notShown) assert.doesNotMatch(zh, /不合格/);
    for (const file of ["README.txt", "verify.html", "notice/x.html", "log/commit.tlog-proof"])
      assert.equal(verify(new Map(files).set(file, bytes("x\n"))).report.frozen, true, file);
    assert.equal(verify(new Map(files).set("beacon.json", vector(name).get("beacon.json")!)).report.frozen, true);
  }
  for (const name of NAMES) assert.equal(verify(vector(name)).report.frozen, false);
  assert.equal(verify(unopened()).report.frozen, false);
});

test("a trace of a draw, a changed register or a bad beacon: then the missing result is a fault", () => {
  const whole = vector("open");
  const files = frozenOf(whole, false);
  for (const file of ["manifest.tsv", "visits.tsv", "draw/T01.tsv", "assignment.tsv", "schedule.tsv", "shortage.json", "opening.json", "x"])
    assert.equal(verify(new Map(files).set(file, whole.get(file) ?? bytes("x\n"))).report.frozen, false, file);
  assert.equal(verify(new Map(files).set("log/result.tlog-proof", bytes("x\n"))).report.frozen, false);
  for (const file of files.keys()) {
    const without = new Map(files);
    without.delete(file);
    assert.equal(verify(without).report.frozen, false, file);
    if (file === "commitment.json") continue;
    const row = /\n[^\n]*\n$/;
    const content = text(files.get(file)!);
    if (content.split("\n").length < 3) continue;
    const { report } = verify(new Map(files).set(file, bytes(content.replace(row, "\n"))));
    assert.deepEqual([report.frozen, report.verified], [false, false], file);
    assert.ok(blamed(report).has(file), file);
  }
  const beacon = text(whole.get("beacon.json")!).replace("8b3e", "8b3f");
  assert.equal(verify(new Map(files).set("beacon.json", bytes(beacon))).report.frozen, false);
});

test("before the draw a subject sees its chance, and no outcome", () => {
  const files = frozenOf(vector("open"), false);
  const seen = lookUp(verify(files), "X0004");
  const drawn = lookUp(verify(vector("open")), "X0004");
  assert.deepEqual([seen.found, seen.lists, seen.visit], [true, [], undefined]);
  assert.deepEqual(
    seen.undrawn.map(({ list, row, stratum, N, chance, exact }) => [list, row, stratum, N, chance, exact]),
    drawn.lists.map(({ list, row, stratum, N, chance, exact }) => [list, row, stratum, N, chance, exact]),
  );
  assert.deepEqual(drawn.undrawn, []);
});
