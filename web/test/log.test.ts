/** Notes, policies, proofs and copies of logs, by the sample of docs/log.md and known answers of others. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { ed25519 } from "@noble/curves/ed25519.js";
import { Hasher } from "../src/verify/digest";
import { verify } from "../src/verify/index";
import { readEntry } from "../src/verify/log/entries";
import {
  LogFault,
  quorumTime,
  readCheckpoint,
  readKey,
  readNote,
  readPolicy,
  signerOf,
} from "../src/verify/log/note";
import { readCopy, readProof } from "../src/verify/log/proof";
import { compete, walk, type Attempt } from "../src/verify/log/walk";
import { blamed, bytes, folder, numbers, text, vector, type Bundle } from "./vectors";
import type { Entry } from "../src/verify/log/entries";

const SAMPLE = "../tests/log/vectors/sample";
const read = (name: string): string => readFileSync(`../tests/log/vectors/${name}`, "utf8");
const policyText = read("sample/policy");

test("notes and keys of others are read, and their signatures hold", () => {
  for (const [note, key] of [
    ["spec_example", "spec_example"],
    ["go_two_signers", "go_peter"],
    ["go_two_signers", "go_enoch"],
  ]) {
    const { name, id, key: bytesOfKey } = readKey(read(`${key}.vkey`).trim());
    const { text: message, signatures } = readNote(read(`${note}.note`));
    const own = signatures.find((signature) => signature.name === name && signature.id === id);
    assert.ok(own !== undefined, note);
    assert.ok(ed25519.verify(own.bytes, bytes(message), bytesOfKey, { zip215: false }), note);
  }
  assert.equal(readCheckpoint(read("spec_cosigned.checkpoint")).note.signatures.length > 1, true);
});

test("a public log's checkpoint has its signature and the cosignatures of two witnesses", () => {
  const lines = [`log ${read("public_log.vkey").trim()}`];
  for (const n of [1, 2]) lines.push(`witness w${n} ${read(`public_witness_${n}.vkey`).trim()}`);
  const policy = (least: number) => readPolicy([...lines, `group all ${least} w1 w2`, "quorum all"].join("\n"));
  const checkpoint = readCheckpoint(read("public_log.checkpoint"));
  assert.ok(signerOf(policy(2), checkpoint) !== undefined);
  const [one, two] = [1, 2].map((least) => quorumTime(policy(least), checkpoint)!);
  assert.ok(one <= two && two < 1_800_000_000 && one > 1_700_000_000);
  assert.equal(signerOf(readPolicy(policyText), checkpoint), undefined);
  assert.equal(quorumTime(readPolicy(policyText), checkpoint), undefined);
});

test("policies are read by their lines", () => {
  const { logs, witnesses, groups, quorum } = readPolicy(`# c\n\n${policyText}`);
  assert.deepEqual(
    [logs.length, witnesses.size, groups.get("all-witnesses"), quorum],
    [1, 3, { least: 2, members: ["w1", "w2", "w3"] }, "all-witnesses"],
  );
  for (const bad of [
    "",
    policyText.replace("quorum", "quorm"),
    policyText.replace("2 w1", "4 w1"),
    policyText.replace("w1 w2 w3", "w1 w4"),
    policyText.replace("+b8a61d44", "+b8a61d45"),
    `${policyText}quorum w1\n`,
    policyText.replace("w2 w3\nq", "w2 w2\nq"),
  ]) {
    assert.throws(() => readPolicy(bad), LogFault, bad);
  }
});

test("the sample proof holds, and no byte of it can be changed", () => {
  const policy = readPolicy(policyText);
  const proof = read("sample/commit.tlog-proof");
  const found = readProof(bytes(proof), policy);
  assert.deepEqual(
    [found.index, found.checkpoint.size, found.entry.kind, found.cosigned],
    [1, 2, "commit", 1784788711],
  );
  const before = found.cosigned;
  for (let i = 0; i < proof.length; i++) {
    const bent = proof.slice(0, i) + (proof[i] === "A" ? "B" : "A") + proof.slice(i + 1);
    let held: ReturnType<typeof readProof> | undefined;
    try {
      held = readProof(bytes(bent), policy);
    } catch (error) {
      assert.ok(error instanceof LogFault, String(error));
    }
    // A bent cosignature counts no more; with one of two the quorum is gone.
    if (held !== undefined) assert.ok(held.cosigned === undefined && before !== undefined, String(i));
  }
});

test("the sample's copy fits, and no file of it can be changed", () => {
  const policy = readPolicy(policyText);
  const files = folder(SAMPLE);
  const copy = readCopy(files, policy);
  assert.deepEqual(
    copy.entries.map(({ entry }) => entry?.kind),
    ["register", "commit", "beacon", "result"],
  );
  const { findings, attempts } = walk(copy.entries.map(({ entry }) => entry));
  assert.deepEqual([findings, attempts.length], [[], 1]);
  for (const file of ["checkpoint", "tile/entries/000.p/4", "tile/0/000.p/4", "tile/0/000.p/2"]) {
    const content = files.get(file)!;
    for (const bent of [content.slice(0, -1), Uint8Array.from(content, (b, i) => (i === 40 ? b ^ 1 : b))]) {
      assert.throws(() => readCopy(new Map(files).set(file, bent), policy), LogFault, file);
    }
  }
  // Every tile of a log of this size is there; of a smaller one they may be gone.
  const without = (file: string): Bundle => new Map([...files].filter(([path]) => path !== file));
  for (const file of ["tile/entries/000.p/4", "tile/0/000.p/4"])
    assert.throws(() => readCopy(without(file), policy), LogFault, file);
  assert.equal(readCopy(without("tile/0/000.p/2"), policy).entries.length, 4);
});

/** A log of one's own: its entries, and proofs of them, signed by a log and two witnesses at a time. */
class TestLog {
  private readonly keys = [1, 2, 3].map((n) => new Uint8Array(32).fill(n));
  readonly entries: Uint8Array[] = [];

  private key(n: number, kind: number): { name: string; id: Uint8Array; vkey: string } {
    const name = n === 0 ? "log.test/x" : `w${n}.test`;
    const key = Uint8Array.of(kind, ...ed25519.getPublicKey(this.keys[n]));
    const digest = new Hasher("sha256").start().text(`${name}\n`).bytes(key).end().hex().slice(0, 8);
    const id = Uint8Array.from(Buffer.from(digest, "hex"));
    return { name, id, vkey: `${name}+${digest}+${Buffer.from(key).toString("base64")}` };
  }

  get policy(): string {
    return `log ${this.key(0, 1).vkey}\nwitness a ${this.key(1, 4).vkey}\nwitness b ${this.key(2, 4).vkey}\ngroup g all a b\nquorum g\n`;
  }

  private root(list: Uint8Array[]): Buffer {
    const h = (...parts: Uint8Array[]) => Buffer.from(new Hasher("sha256").ofBytes(Buffer.concat(parts)), "hex");
    if (list.length === 1) return h(Uint8Array.of(0), list[0]);
    let k = 1;
    while (2 * k < list.length) k *= 2;
    return h(Uint8Array.of(1), this.root(list.slice(0, k)), this.root(list.slice(k)));
  }

  private path(m: number, list: Uint8Array[]): Buffer[] {
    if (list.length === 1) return [];
    let k = 1;
    while (2 * k < list.length) k *= 2;
    return m < k
      ? [...this.path(m, list.slice(0, k)), this.root(list.slice(k))]
      : [...this.path(m - k, list.slice(k)), this.root(list.slice(0, k))];
  }

  checkpoint(size: number, time: number | undefined): string {
    const message = `log.test/x\n${size}\n${this.root(this.entries.slice(0, size)).toString("base64")}\n`;
    const line = (n: number, kind: number, body: Uint8Array): string => {
      const { name, id } = this.key(n, kind);
      return `— ${name} ${Buffer.concat([id, body]).toString("base64")}\n`;
    };
    let note = `${message}\n${line(0, 1, ed25519.sign(bytes(message), this.keys[0]))}`;
    if (time === undefined) return note;
    const clock = Buffer.alloc(8);
    clock.writeBigUInt64BE(BigInt(time));
    for (const n of [1, 2]) {
      const signature = ed25519.sign(bytes(`cosignature/v1\ntime ${time}\n${message}`), this.keys[n]);
      note += line(n, 4, Buffer.concat([clock, signature]));
    }
    return note;
  }

  append(entry: object): number {
    const sorted = Object.fromEntries(Object.entries(entry).sort(([a], [b]) => (a < b ? -1 : 1)));
    return this.entries.push(bytes(JSON.stringify(sorted))) - 1;
  }

  proof(index: number, time: number | undefined, size = this.entries.length): Uint8Array {
    const path = this.path(index, this.entries.slice(0, size)).map((hash) => `${hash.toString("base64")}\n`);
    const extra = Buffer.from(this.entries[index]).toString("base64");
    return bytes(
      `c2sp.org/tlog-proof@v1\nextra ${extra}\nindex ${index}\n${path.join("")}\n${this.checkpoint(size, time)}`,
    );
  }

  copy(time: number | undefined): Bundle {
    const bundle = Buffer.concat(
      this.entries.map((entry) => Buffer.concat([Uint8Array.of(entry.length >> 8, entry.length & 255), entry])),
    );
    const { length } = this.entries;
    return new Map([
      ["checkpoint", bytes(this.checkpoint(length, time))],
      [`tile/entries/000.p/${length}`, new Uint8Array(bundle)],
      [`tile/0/000.p/${length}`, Uint8Array.from(Buffer.concat(this.entries.map((entry) => this.root([entry]))))],
    ]);
  }
}

const SOURCE_TIME = 1784792310;

/** The entries of `open`, by the sample. */
function entriesOfOpen(): object[] {
  const copy = readCopy(folder(SAMPLE), readPolicy(policyText));
  return copy.entries.slice(1).map(({ entry }) => ({ ...entry!.object }));
}

/** `open` with proofs of its three entries. */
function logged(
  change: (log: TestLog, entries: object[]) => { times?: (number | undefined)[]; after?: object[] } | void = () =>
    undefined,
): {
  log: TestLog;
  files: Bundle;
} {
  const log = new TestLog();
  const entries = entriesOfOpen();
  const { times = [SOURCE_TIME - 600, SOURCE_TIME + 500, SOURCE_TIME + 600], after = [] } =
    change(log, entries) ?? {};
  const files = vector("open");
  ["commit", "beacon", "result"].forEach((name, i) => {
    files.set(`log/${name}.tlog-proof`, log.proof(log.append(entries[i]), times[i]));
  });
  for (const entry of after) log.append(entry);
  return { log, files };
}

const step7 = (files: Bundle, log: TestLog, copy?: Bundle) =>
  verify(files, { policy: log.policy, log: copy }).report;

test("a logged draw passes step 7, with a copy of the log and without", () => {
  const { log, files } = logged();
  for (const copy of [undefined, log.copy(SOURCE_TIME + 700)]) {
    const report = step7(files, log, copy);
    assert.deepEqual(report.steps.find(({ number }) => number === 7)?.problems, []);
    assert.ok(numbers(report, "passed").includes(7));
    assert.deepEqual(report.facts?.logged?.attempt, copy === undefined ? undefined : [1, 1]);
  }
});

test("a quorum too late, or none, fails for the commitment and is not shown for what follows", () => {
  const late = logged(() => ({ times: [SOURCE_TIME - 599, SOURCE_TIME, SOURCE_TIME] }));
  assert.deepEqual([...blamed(step7(late.files, late.log))], ["log/commit.tlog-proof"]);
  const none = logged(() => ({ times: [undefined, SOURCE_TIME, SOURCE_TIME] }));
  assert.deepEqual([...blamed(step7(none.files, none.log))], ["log/commit.tlog-proof"]);
  const waits = logged(() => ({ times: [SOURCE_TIME - 600, undefined, undefined] }));
  assert.deepEqual(
    [step7(waits.files, waits.log).verified, numbers(step7(waits.files, waits.log), "not-shown")],
    [true, [7]],
  );
});

test("a missing proof, one of another entry, and one in the wrong order fail", () => {
  for (const name of ["commit", "beacon", "result"]) {
    const { log, files } = logged();
    files.delete(`log/${name}.tlog-proof`);
    assert.deepEqual([...blamed(step7(files, log))], [`log/${name}.tlog-proof`]);
    const swapped = logged();
    swapped.files.set(
      `log/${name}.tlog-proof`,
      swapped.files.get(name === "beacon" ? "log/result.tlog-proof" : "log/beacon.tlog-proof")!,
    );
    assert.ok(blamed(step7(swapped.files, swapped.log)).has(`log/${name}.tlog-proof`));
  }
  const order = logged((log, entries) => {
    log.append(entries[2]);
  });
  order.files.set("log/result.tlog-proof", order.log.proof(0, SOURCE_TIME + 600));
  assert.deepEqual([...blamed(step7(order.files, order.log))], ["log/result.tlog-proof"]);
});

test("what the bundle lacks is found by a proof that stayed, or by a copy of the log", () => {
  const { commitment } = entriesOfOpen()[0] as { commitment: string };
  const event = { at: SOURCE_TIME + 900, commitment, event: "0".repeat(64), kind: "event", n: 1, v: "dr1" };
  const { log, files } = logged(() => ({ after: [event] }));
  assert.equal(step7(files, log).verified, true);
  files.set("log/event-0001.tlog-proof", log.proof(3, SOURCE_TIME + 950));
  assert.deepEqual([...blamed(step7(files, log))], ["log/event-0001.tlog-proof"]);
  files.delete("log/event-0001.tlog-proof");
  assert.deepEqual([...blamed(step7(files, log, log.copy(SOURCE_TIME + 950)))], ["log"]);
});

test("a forked copy, a short one and one without the draw are told apart", () => {
  const { log, files } = logged();
  const other = logged((fork) => {
    fork.append({
      at: 1,
      agency: "x",
      day: "2026-01-01",
      kind: "register",
      registers: [{ digest: "0".repeat(64), register: "a", rows: 1 }],
      v: "dr1",
    });
  });
  const words = (copy: Bundle): string =>
    step7(files, log, copy)
      .steps.flatMap(({ problems }) => problems.map((p) => p.text.en))
      .join(" ");
  assert.match(words(other.log.copy(SOURCE_TIME)), /forked/);
  log.entries.pop();
  assert.match(words(log.copy(SOURCE_TIME)), /shorter/);
});

/** An attempt with defaults, as an entry. */
function commitEntry(change: Partial<Attempt>): Entry {
  const object = {
    v: "dr1",
    kind: "commit",
    at: 100,
    agency: "a",
    draw: "D",
    commitment: "0".repeat(64),
    suite: "sha256",
    attempt: 1,
    prev: "-",
    matters: ["m"],
    window: { from: "1970-01-02", to: "1970-01-03" },
    beacon: [{ source: "s", at: 200 }],
    margin_s: 0,
    ...change,
  };
  return readEntry(bytes(JSON.stringify(object, Object.keys({ ...object, from: 1, to: 1, source: 1 }).sort())));
}

const voidEntry = (commitment: string, at: number, n = 1): Entry => {
  return readEntry(
    bytes(
      `{"at":${at},"commitment":"${commitment}","event":"${"0".repeat(64)}","kind":"void","n":${n},"reason":"other","v":"dr1"}`,
    ),
  );
};

test("attempts compete, live and end as §3 says", () => {
  const c = (digit: string): string => digit.repeat(64);
  const told = (...entries: Entry[]): string[] =>
    walk(entries).findings.map(({ index, text: t, warning }) => `${index}${warning ? "?" : ""} ${t.en}`);
  const first = commitEntry({ commitment: c("1") });
  assert.deepEqual(told(first, commitEntry({ commitment: c("2"), draw: "E", matters: ["n"] })), []);
  assert.match(told(first, commitEntry({ commitment: c("2") })).join(), /^1 while the competing/);
  assert.match(told(first, commitEntry({ commitment: c("2"), draw: "E" })).join(), /^1 while the competing/);
  assert.deepEqual(
    told(first, commitEntry({ commitment: c("2"), draw: "E", window: { from: "1970-01-04", to: "1970-01-05" } })),
    [],
  );
  assert.deepEqual(told(first, commitEntry({ commitment: c("2"), agency: "b" })), []);
  for (const agency of ["a\u200b", "\u2060a", "Ａ", "a ", "\u3000a"]) {
    assert.match(told(first, commitEntry({ commitment: c("2"), agency })).join(), /^1 while the competing/);
  }
  const second = commitEntry({ commitment: c("2"), attempt: 2, prev: c("1"), at: 160 });
  assert.deepEqual(told(first, voidEntry(c("1"), 150), second), []);
  assert.match(
    told(first, voidEntry(c("1"), 200), { ...second, at: 210 }).join(";"),
    /^1 a void at or after.*;2 while the competing/,
  );
  assert.match(
    told(first, voidEntry(c("1"), 150), commitEntry({ commitment: c("2"), at: 160, draw: "E" })).join(),
    /^2\? attempt 1 under another name/,
  );
  assert.match(
    told(
      first,
      voidEntry(c("1"), 150),
      commitEntry({ commitment: c("2"), attempt: 3, prev: c("1"), at: 160 }),
    ).join(),
    /^2 `prev`/,
  );
  assert.match(told(first, voidEntry(c("1"), 150, 2)).join(), /^1 event 2 is not the next/);
  assert.match(told(voidEntry(c("1"), 50)).join(), /^0 an entry before its commitment/);
  assert.match(told(first, voidEntry(c("1"), 50)).join(), /^1 `at` is less/);
  assert.match(told(first, first).join(), /^1 a second commitment/);
  // A window has ended for who commits, and draws, after its last day, which is one of China.
  const end = 3 * 86400 - 8 * 3600;
  const later = { commitment: c("2"), at: end, beacon: [{ source: "s", at: end + 1 }] };
  assert.deepEqual(told(first, commitEntry(later)), []);
  assert.match(
    told(first, commitEntry({ ...later, beacon: [{ source: "s", at: end - 1 }] })).join(),
    /while the competing/,
  );
  const { attempts } = walk([first, commitEntry({ commitment: c("2"), rehearsal: true })]);
  assert.equal(compete(attempts[0], attempts[1]), false);
});

test("an entry that has not its form is refused", () => {
  const good = text(readCopyEntry());
  assert.ok(readEntry(bytes(good)));
  for (const bent of [
    good.replace('"v":"dr1"', '"v":"dr2"'),
    good.replace("}", ',"x":1}'),
    good.replace('"attempt":1', '"attempt":2'),
    `${good}\n`,
    good.replace('"suite":"sha256",', ""),
    good.replace('["M001","M002"', '["M002","M001"'),
  ]) {
    assert.throws(() => readEntry(bytes(bent)), LogFault, bent);
  }
});

function readCopyEntry(): Uint8Array {
  return readProof(bytes(read("sample/commit.tlog-proof")), readPolicy(policyText)).bytes;
}
