/** Receipts and short codes: the samples of protocol.md §8, every value bent, and the comparison with a bundle. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { lookUp, verify, verifyCode, verifyReceipt } from "../src/verify/index";
import type { Verified } from "../src/verify/types";
import { parseJson, printJson, type Json, type JsonObject } from "../src/verify/json";
import { bytes, text, unopened, vector } from "./vectors";

const PROTOCOL = readFileSync("../docs/protocol.md", "utf8");

/** The receipt of `X0004` in the protocol, with what it leaves out put in from the bundle. */
function sample(): string {
  const line = PROTOCOL.split("\n").find((l) => l.startsWith('{"beacon":{…}'))!;
  const open = vector("open");
  const manifest = text(open.get("manifest.tsv")!)
    .split("\n")
    .slice(1, -1)
    .map((row) => row.split("\t"));
  const whole = line
    .replace("{…}", text(open.get("beacon.json")!).trimEnd())
    .replace("{…}", text(open.get("commitment.json")!))
    .replace("[…]", JSON.stringify(manifest));
  return `${whole}\n`;
}

const CODE = PROTOCOL.split("\n").find((line) => line.startsWith("dr1-code;"))!;

test("the receipt of the protocol verifies alone and against its bundle", () => {
  const alone = verifyReceipt(bytes(sample()));
  assert.equal(alone.problem, undefined);
  assert.deepEqual([alone.verified, alone.compared, alone.sid, alone.draw], [true, false, "X0004", "EX-OPEN"]);
  assert.equal(alone.result, "c7700aed6f7b30dcf88ff3593888874501139225cec6e77c0dbd8bb9da0095ac");
  assert.deepEqual(alone.team, ["E006", "E013"]);
  assert.deepEqual(
    alone.lists.map(({ list, rank, outcome, chance }) => [list, rank, outcome, chance]),
    [
      ["T01", 1, "drawn", { numerator: "1", denominator: "11" }],
      ["T02", 1, "reserve", { numerator: "1", denominator: "14" }],
    ],
  );
  const compared = verifyReceipt(bytes(sample()), vector("open"));
  assert.deepEqual([compared.verified, compared.compared, compared.problem], [true, true, undefined]);
  assert.equal(verifyReceipt(bytes(sample()), vector("open_rounds")).verified, false);
});

/** Every way to change one value of a JSON tree, with the place that was changed. */
function* bends(value: Json, at: string): Generator<[string, Json]> {
  if (typeof value === "string") {
    const last = value.at(-1)!;
    yield [at, value.slice(0, -1) + (last === "0" ? "1" : "0")];
    yield [at, `${value}1`];
  } else if (typeof value === "number") {
    yield [at, value + 1];
    if (value > 0) yield [at, value - 1];
  } else if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      yield [`${at}[${i}]`, value.filter((_, j) => j !== i)];
      for (const [place, bent] of bends(value[i], `${at}[${i}]`))
        yield [place, value.map((old, j) => (j === i ? bent : old))];
    }
    if (value.length > 1) yield [at, [...value].reverse()];
  } else if (typeof value === "object") {
    for (const key of Object.keys(value)) {
      yield [`${at}.${key}`, Object.fromEntries(Object.entries(value).filter(([k]) => k !== key))];
      for (const [place, bent] of bends(value[key], `${at}.${key}`))
        yield [place, { ...value, [key]: bent } as JsonObject];
    }
    yield [at, { ...value, zz: 1 } as JsonObject];
  }
}

test("every value of a receipt bent is refused alone or against the bundle", () => {
  const receipt = parseJson(sample().trimEnd());
  const open = vector("open");
  let alone = 0;
  let against = 0;
  const claims = new Set<string>();
  for (const [place, bent] of bends(receipt, "")) {
    const content = bytes(`${printJson(bent)}\n`);
    if (!verifyReceipt(content).verified) {
      alone++;
      continue;
    }
    claims.add(place);
    // Who was eligible and not chosen is looked at by the verification of the bundle alone (§8.2).
    if (/eligible\[\d+\]$/.test(place)) continue;
    assert.equal(verifyReceipt(content, open).verified, false, place);
    against++;
  }
  assert.ok(alone > 400 && against > 5, `${alone} ${against}`);
  // Alone a receipt may claim what §8.1 lists: ranks within the same outcome, who was eligible, handicaps, the round.
  for (const place of claims)
    assert.match(place, /^\.lists\[\d\]|rank|^\.team\.(round|slots\[\d\]\.eligible)/, place);
});

test("another form of the same receipt is refused", () => {
  for (const bent of [
    sample().trimEnd(),
    ` ${sample()}`,
    sample().replace(":", ": "),
    sample().replace("\n", "\r\n"),
    "",
    "x",
  ]) {
    assert.equal(verifyReceipt(bytes(bent)).verified, false);
  }
});

test("the code of the protocol agrees with its bundle, opened and not", () => {
  for (const files of [vector("sealed_opened"), unopened()]) {
    for (const code of [CODE, `https://example.invalid/verify.html#${CODE} \n`]) {
      const report = verifyCode(code, files);
      assert.deepEqual([report.verified, report.compared, report.problem], [true, true, undefined]);
      assert.deepEqual(report.team, ["E004", "E008", "E002"]);
    }
    const fields = CODE.split(";");
    fields.forEach((field, i) => {
      // While unopened nothing but the register speaks of the team.
      const bent =
        i === 7 && files.size < 15 ? "E004,E008,E999" : field.replace(/.$/, (c) => (c === "1" ? "2" : "1"));
      const code = fields.map((f, j) => (i === j ? bent : f)).join(";");
      assert.equal(verifyCode(code, files).verified, false, code);
    });
  }
  assert.equal(verifyCode(CODE).verified, false);
  assert.equal(verifyCode(CODE, vector("open")).verified, false);
  for (const code of ["", "dr1-code", CODE.slice(9), `${CODE};x`, CODE.replace(",T02=1", "")]) {
    assert.equal(verifyCode(code, vector("sealed_opened")).verified, false, code);
  }
});

test("a file that the comparison looks into must be that of the manifest", () => {
  for (const file of [
    "beacon.json",
    "draw/T01.tsv",
    "frames/T02.tsv",
    "assignment.tsv",
    "handicaps.tsv",
    "manifest.tsv",
    "commitment.json",
  ]) {
    const files = new Map(vector("open"));
    files.set(
      file,
      bytes(text(files.get(file)!).replace(/[0-9](?=[^0-9]*$)/, (d) => String((Number(d) + 1) % 10))),
    );
    assert.equal(verifyReceipt(bytes(sample()), files).verified, false, file);
    files.delete(file);
    assert.equal(verifyReceipt(bytes(sample()), files).verified, false, file);
  }
});

/** The code of a subject of a bundle, with the team of its draw. */
function codeOf(verified: Verified, sid: string): string {
  const { draw, commitment, result } = verified.report.facts!;
  const { lists, visit } = lookUp(verified, sid);
  const ranks = lists.map(({ list, rank }) => `${list}=${rank}`).sort();
  return `dr1-code;${draw};${commitment};${result};${sid};-;${ranks.join(",")};${visit?.slots.map(({ iid }) => iid).join(",") ?? "-"}`;
}

test("against a verified bundle it is told who comes now, which the receipt does not say", () => {
  const files = vector("events");
  const verified = verify(files);
  for (const sid of ["913301000000000005", "REG:0008", "913301000000000007"]) {
    const report = verifyCode(codeOf(verified, sid), files, verified);
    assert.deepEqual([report.verified, report.problem], [true, undefined]);
    assert.deepEqual(report.now, lookUp(verified, sid).now);
    assert.ok(report.now!.since.length > 0);
    // Without what came of the bundle nothing is said of it.
    assert.equal(verifyCode(codeOf(verified, sid), files).now, undefined);
  }
  const receipt = verifyReceipt(bytes(sample()), vector("open"), verify(vector("open")));
  assert.deepEqual([receipt.verified, receipt.now], [true, undefined]);
  assert.ok(verifyReceipt(bytes(sample())).notShown.some(({ zh }) => zh.includes("现在由谁检查须打开公示包")));
});

interface Commitment {
  beacon: { sources: { kind: string; chain?: string }[]; margin_s: number };
}

test("while a sealed draw is closed its events tell whom they name, and not who comes", () => {
  const files = unopened();
  const { sources, margin_s: margin } = (JSON.parse(text(files.get("commitment.json")!)) as Commitment).beacon;
  const { chain } = sources.find(({ kind }) => kind === "drand")!;
  const at = 1784793000;
  const event = {
    approver: "李四",
    at,
    beacon: [{ chain, kind: "drand", round: Math.ceil((at + margin - 1692803367) / 3) + 1 }],
    by: "张三",
    evidence: "-",
    iid: "E008",
    kind: "recused",
    n: 1,
    prev: "-",
    reason: "kin",
    salt: "0".repeat(64),
    visits: ["REG:0009"],
  };
  files.set("events/0001.json", bytes(`${JSON.stringify(event)}\n`));
  const verified = verify(files);
  assert.deepEqual(verified.report.steps.flatMap(({ problems }) => problems), []);
  const { now, verified: holds } = verifyCode(CODE, files, verified);
  assert.deepEqual([holds, now?.known, now?.slots], [true, false, []]);
  assert.deepEqual(now?.since.map(({ text: { zh } }) => zh), ["第 1 号事件（回避：近亲属） E008"]);
});
