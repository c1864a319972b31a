/** What is told of a subject before anything is verified: the same as afterwards, and nothing of files that cannot be read. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { glimpse, lookUp, verify } from "../src/verify/index";
import type { Subject } from "../src/verify/types";
import { bytes, NAMES, text, unopened, vector, type Bundle } from "./vectors";

/** Every code in the frames of a bundle. */
function sidsOf(files: Bundle): string[] {
  const frames = [...files].filter(([file]) => file.startsWith("frames/"));
  const rows = frames.flatMap(([, content]) => text(content).split("\n").slice(1, -1));
  return [...new Set(rows.map((row) => row.split("\t")[0]))];
}

/** Without what events did, which is looked at later. */
function before(subject: Subject): Subject {
  return { ...subject, events: [], now: undefined, replaced: undefined, joined: false };
}

for (const name of NAMES) {
  test(`${name}: a glimpse of everybody is what the verified bundle says`, () => {
    const files = vector(name);
    const verified = verify(files);
    const facts = verified.report.facts!;
    let teams = 0;
    for (const sid of [...sidsOf(files), "NOBODY"]) {
      const seen = glimpse(files, [sid])!;
      // That there are events is told at once, and that what follows from them is not known yet.
      const { now } = seen.subject;
      assert.deepEqual([now?.events ?? 0, now?.known ?? true], [facts.events?.count ?? 0, facts.events === undefined], sid);
      assert.deepEqual({ ...seen.subject, now: undefined }, before(lookUp(verified, sid)), sid);
      assert.deepEqual(seen.facts, {
        suite: facts.suite,
        commitment: facts.commitment,
        unopened: false,
        frozen: false,
        seed: facts.seed,
        sources: facts.sources,
      });
      teams += seen.subject.visit === undefined ? 0 : 1;
    }
    assert.equal(teams, facts.visits);
  });
}

test("of several spellings the one that a frame has is answered", () => {
  const files = vector("open");
  const [sid] = sidsOf(files);
  assert.equal(glimpse(files, ["NOBODY", sid])?.subject.sid, sid);
  assert.equal(glimpse(files, ["NOBODY", "NEITHER"])?.subject.found, false);
});

test("an unopened draw shows nobody", () => {
  const seen = glimpse(unopened(), ["REG:0009"])!;
  assert.deepEqual([seen.subject.found, seen.facts.unopened], [false, true]);
});

test("in a shortage nobody has a team", () => {
  const files = vector("open");
  const drawn = text(files.get("visits.tsv")!).split("\n")[1].split("\t")[0];
  assert.notEqual(glimpse(files, [drawn])?.subject.visit?.slots[0].iid, undefined);
  files.set("shortage.json", bytes('{"round":1,"short":1,"slots":[]}\n'));
  assert.equal(glimpse(files, [drawn])?.subject.visit?.slots[0].iid, undefined);
});

test("files that cannot be read give no answer, and nothing breaks", () => {
  const needed = ["commitment.json", "beacon.json", "inspectors.tsv", "recusals.tsv", "assignment.tsv", "handicaps.tsv"];
  const bends: ((content: string) => string | undefined)[] = [
    () => undefined,
    () => "",
    (content) => content.slice(0, content.length >> 1),
    (content) => content.replaceAll("\t", " "),
    (content) => content.replace(/\n[^\n]*\n/, "\n"),
    (content) => content.replaceAll("E0", "F0").replaceAll("{", "["),
  ];
  for (const name of ["open", "open_rounds", "sealed_opened"]) {
    const files = vector(name);
    const drawn = text(files.get("visits.tsv")!).split("\n")[1].split("\t")[0];
    for (const file of files.keys()) {
      for (const [at, bend] of bends.entries()) {
        const changed = new Map(files);
        const content = bend(text(files.get(file)!));
        if (content === undefined) changed.delete(file);
        else changed.set(file, bytes(content));
        const seen = glimpse(changed, [drawn]);
        // A frame that is empty has nobody, which is an answer; other bends may be of rows that concern somebody else.
        if ((needed.includes(file) && at < 2) || (file.startsWith("frames/") && at < 1)) assert.equal(seen, undefined, `${name} ${file} ${at}`);
      }
    }
  }
});
