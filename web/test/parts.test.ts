/** Digests, text, JSON, trees and quotas by themselves. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { percent } from "../src/page/numbers";
import { eventWords, KINDS, reasonsOf } from "../src/verify/kinds";
import { bytesOfHex, Hasher, hexOfBytes, Mac } from "../src/verify/digest";
import { JsonFault, parseJson, printJson } from "../src/verify/json";
import { quotaOf } from "../src/verify/quota";
import { readTable } from "../src/verify/table";
import {
  characters,
  compareText,
  handicapOf,
  integerOf,
  isDate,
  isNeed,
  isTag,
  shown,
  timeText,
} from "../src/verify/text";
import { leafOf, rootOfLeaves, rootOfPath } from "../src/verify/tree";
import { bytes, random } from "./vectors";
import type { List } from "../src/verify/commitment";

test("SHA-256 is that of another library, at every length around the blocks", () => {
  const hash = new Hasher("sha256");
  const next = random(7);
  for (let length = 0; length < 300; length++) {
    const data = Uint8Array.from({ length }, () => next(256));
    assert.equal(hash.ofBytes(data), hexOfBytes(sha256(data)));
  }
});

test("SM3 has its known answers", () => {
  const hash = new Hasher("sm3");
  assert.equal(hash.ofText("abc"), "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
  assert.equal(hash.ofText("abcd".repeat(16)), "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732");
  assert.equal(hash.ofText(""), "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b");
});

test("a kept prefix gives what the whole text gives, and a node what its bytes give", () => {
  for (const suite of ["sha256", "sm3"] as const) {
    const hash = new Hasher(suite);
    const key = hash.ofText("key");
    const prefix = hash.prefix(key);
    for (const rest of ["", "X", "x".repeat(55), "x".repeat(56), "x".repeat(200)]) {
      assert.equal(hash.start(prefix).ascii(rest).end().hex(), hash.ofText(key + rest));
    }
    for (const rest of ["", "E006/0", "x".repeat(55)]) {
      hash.finish(prefix, hash.schedule(bytes(rest), 64)!);
      assert.equal(hash.hex(), hash.ofText(key + rest));
    }
    assert.equal(hash.schedule(bytes("x".repeat(56)), 64), undefined);
    const nodes = new Int32Array(16);
    nodes.set(hash.start().text("l").end().words, 0);
    nodes.set(hash.start().text("r").end().words, 8);
    const both = bytesOfHex(`01${hash.ofText("l")}${hash.ofText("r")}`);
    const out = new Int32Array(8);
    hash.node(nodes, 0, out, 0);
    assert.equal(
      hexOfBytes(Uint8Array.from({ length: 32 }, (_, i) => (out[i >> 2] >>> (24 - 8 * (i % 4))) & 255)),
      hash.ofBytes(both),
    );
  }
});

test("HMAC is that of another library", () => {
  const key = Uint8Array.from({ length: 32 }, (_, i) => i);
  const mac = new Mac(new Hasher("sha256"), key);
  for (const message of ["", "a", "dr1/sha256/salt\nX\nY\n", "m".repeat(300)]) {
    assert.equal(mac.of(message), hexOfBytes(hmac(sha256, key, bytes(message))));
  }
});

test("text is ordered by its UTF-8 bytes", () => {
  const texts = ["", "A", "a", "é", "中", "\uffee", "\u{1f600}", "a\u{1f600}", "a\uffee", "ab"];
  for (const a of texts) {
    for (const b of texts) {
      assert.equal(
        Math.sign(compareText(a, b)),
        Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))),
        `${a} ${b}`,
      );
    }
  }
  assert.equal(characters("中\u{1f600}a"), 3);
});

test("forms of numbers, dates, tags", () => {
  assert.deepEqual(["0", "01", "", "-1", "1e3", "9007199254740991", "9007199254740992"].map(integerOf), [
    0,
    undefined,
    undefined,
    undefined,
    undefined,
    9007199254740991,
    undefined,
  ]);
  const top = (1n << 120n) - 1n;
  assert.deepEqual([`${top}`, `-${top}`, `${top + 1n}`, "-0", "0", "+1"].map(handicapOf), [
    top,
    -top,
    undefined,
    undefined,
    0n,
    undefined,
  ]);
  assert.deepEqual(
    ["2024-02-29", "2023-02-29", "2100-02-29", "2000-02-29", "2026-13-01", "2026-1-01", "2026-04-31"].map(isDate),
    [true, false, false, true, false, false, false],
  );
  assert.deepEqual(["a", "-", "a b", "a,b", "a|b", "a{b", "中:文", "a\u3000b", ""].map(isTag), [
    true,
    false,
    false,
    false,
    false,
    false,
    true,
    false,
    false,
  ]);
  assert.deepEqual(["{area}", "area:{area}", "{Area}", "{", "a}", "-", "{a}{b}"].map(isNeed), [
    true,
    true,
    false,
    false,
    false,
    false,
    true,
  ]);
  assert.equal(timeText(1784792310), "2026-07-23T07:38:30Z");
  assert.equal(timeText(951782400), "2000-02-29T00:00:00Z");
  assert.equal(shown("a\u202eb\n"), "a\\u{202e}b\\u{a}");
});

test("only canonical JSON is read, and it prints back", () => {
  const good = [
    "{}",
    '{"a":1,"b":[true,false,{"c":"\\n\\u001f/\u007f中\\"\\\\"}]}',
    '{"":1}'.replace('""', '"k"'),
    '{"\u{1f600}":1,"\uffee":2}',
  ];
  for (const text of good) assert.equal(printJson(parseJson(text)), text);
  const bad = [
    "[]",
    "1",
    "",
    "{} ",
    " {}",
    '{"a": 1}',
    '{"b":1,"a":2}',
    '{"a":1,"a":1}',
    '{"a":null}',
    '{"a":1.0}',
    '{"a":-1}',
    '{"a":01}',
    '{"a":1e2}',
    '{"a":9007199254740992}',
    '{"a":""}',
    '{"":1}',
    '{"a":"\\/"}',
    '{"a":"\\u0041"}',
    '{"a":"\\u000a"}',
    '{"a":"\\u001F"}',
    '{"a":"\n"}',
    '{"a":"\\ud800"}',
    '{"a":"e\u0301"}',
    '{"a":[1,]}',
    '{"a":1,}',
    '{"a"}',
    `{"a":"${"x".repeat(513)}"}`,
    '{"\uffee":2,"\u{1f600}":1}',
    `{"a":${"[".repeat(100_000)}`,
  ];
  for (const text of bad) assert.throws(() => parseJson(text), JsonFault, text.slice(0, 40));
  assert.ok(parseJson(`{"a":${"[".repeat(62)}${"]".repeat(62)}}`));
  assert.equal((parseJson('{"__proto__":1}') as { __proto__: number })["__proto__"], 1);
});

/** The root by its definition in RFC 6962 §2.1. */
function rootByDefinition(leaves: Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return sha256(new Uint8Array());
  if (leaves.length === 1) return sha256(Uint8Array.of(0, ...leaves[0]));
  let k = 1;
  while (2 * k < leaves.length) k *= 2;
  return sha256(Uint8Array.of(1, ...rootByDefinition(leaves.slice(0, k)), ...rootByDefinition(leaves.slice(k))));
}

/** The inclusion path by RFC 6962 §2.1.1. */
function pathByDefinition(m: number, leaves: Uint8Array[]): Uint8Array[] {
  if (leaves.length === 1) return [];
  let k = 1;
  while (2 * k < leaves.length) k *= 2;
  return m < k
    ? [...pathByDefinition(m, leaves.slice(0, k)), rootByDefinition(leaves.slice(k))]
    : [...pathByDefinition(m - k, leaves.slice(k)), rootByDefinition(leaves.slice(0, k))];
}

test("trees and paths are those of RFC 6962 at every size up to 40", () => {
  const hash = new Hasher("sha256");
  for (let n = 0; n <= 40; n++) {
    const leaves = Array.from({ length: n }, (_, i) => bytes(`row ${i}`));
    const nodes = new Int32Array(8 * Math.max(n, 1));
    leaves.forEach((leaf, i) => nodes.set(leafOf(hash, leaf), 8 * i));
    const root = hexOfBytes(rootByDefinition(leaves));
    assert.equal(rootOfLeaves(hash, nodes, n), root);
    for (let i = 0; i < n; i++) {
      const path = pathByDefinition(i, leaves).map((node) => {
        const view = new DataView(node.buffer, node.byteOffset);
        return Int32Array.from({ length: 8 }, (_, k) => view.getInt32(4 * k));
      });
      const leaf = leafOf(hash, leaves[i]);
      assert.equal(rootOfPath(hash, leaf, i, n, path), root);
      assert.equal(rootOfPath(hash, leaf, n, n, path), undefined);
      if (path.length > 0) assert.equal(rootOfPath(hash, leaf, i, n, path.slice(0, -1)), undefined);
      assert.equal(rootOfPath(hash, leaf, i, n, [...path, new Int32Array(8)]), undefined);
      if (n > 1) assert.notEqual(rootOfPath(hash, leaf, (i + 1) % n, n, path), root);
    }
  }
});

test("tables are read in one form only", () => {
  const read = (content: string) => readTable("visits.tsv", bytes(content), "visits");
  assert.ok(!Array.isArray(read("sid\tlists\n")));
  assert.ok(!Array.isArray(read("sid\tlists\nA\tx,y\nB\tx\n")));
  for (const bad of [
    "",
    "sid\tlists",
    "sid lists\n",
    "sid\tlists\n\n",
    "sid\tlists\nA\tx",
    "sid\tlists\nB\tx\nA\tx\n",
    "sid\tlists\nA\tx\nA\tx\n",
    "sid\tlists\nA\n",
    "sid\tlists\nA\tx\ty\n",
    "sid\tlists\nA\ty,x\n",
    "sid\tlists\nA\t\n",
    "sid\tlists\n-\tx\n",
    `sid\tlists\nA\t${"x".repeat(70_000)}\n`,
  ]) {
    assert.ok(Array.isArray(read(bad)), JSON.stringify(bad.slice(0, 40)));
  }
});

test("quotas sum to n, stay within their strata, and give every subject its chance over the seeds", () => {
  const hash = new Hasher("sha256");
  const next = random(11);
  for (let round = 0; round < 60; round++) {
    const strata = Array.from({ length: 1 + next(6) }, (_, g) => ({
      stratum: `s${g}`,
      N: next(20),
      n: 0,
      weight: 1 + next(40),
    }));
    const total = strata.reduce((sum, g) => sum + g.N, 0);
    const list = {
      list: "L",
      method: "proportional",
      n: next(total + 1),
      frame: { n: total, root: "" },
      strata,
    } as unknown as List;
    const sums = strata.map(() => 0);
    const seeds = 400;
    for (let s = 0; s < seeds; s++) {
      const { n } = quotaOf(hash, list, hash.ofText(`seed ${round} ${s}`));
      assert.equal(
        n.reduce((a, b) => a + b, 0),
        list.n,
      );
      n.forEach((value, g) => {
        assert.ok(value >= 0 && value <= strata[g].N);
        sums[g] += value;
      });
    }
    const { rest, whole } = quotaOf(hash, list, hash.ofText("x"));
    strata.forEach((g, i) => {
      const expected = whole[i] ? g.N : (Number(rest.n) * g.weight * g.N) / Math.max(Number(rest.W), 1);
      // A quota is the floor or the ceiling of its expectation, so that its mean over 400 seeds is within 6 standard errors.
      assert.ok(
        Math.abs(sums[i] / seeds - expected) < (6 * 0.5) / Math.sqrt(seeds),
        `${sums[i] / seeds} ${expected}`,
      );
    });
  }
});

test("per cent is cut off as everywhere else, never rounded up", () => {
  const cases: [number, number, string][] = [[4, 397, "1.00%"], [2, 3, "66.66%"], [1, 7, "14.28%"], [1, 1, "100.00%"], [1, 176245, "<0.01%"], [0, 5, "0.00%"]];
  for (const [n, d, text] of cases) assert.equal(percent({ numerator: String(n), denominator: String(d) }), text);
});

test("every kind of event and every reason has words in both languages, and one that is unknown is shown as it is", () => {
  for (const kind of KINDS) {
    for (const reason of reasonsOf(kind)) {
      for (const { zh, en } of eventWords(kind, reason)) assert.ok(/\p{Script=Han}/u.test(zh) && /^[a-z]/.test(en), `${kind} ${reason}`);
    }
  }
  assert.deepEqual(eventWords("toString", "constructor"), [{ zh: "toString", en: "toString" }, { zh: "constructor", en: "constructor" }]);
  assert.deepEqual(eventWords("leave", "kin")[1], { zh: "kin", en: "kin" });
});
