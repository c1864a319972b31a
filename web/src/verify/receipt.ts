/** Receipts (protocol.md §8.1): what one subject can check alone. The first failure is the answer. */
import { checkBeacon, readBeaconFile, type BeaconFile } from "./beacon";
import { boundFiles, readJson } from "./bundle";
import { compareWith, type Claim } from "./compare";
import { readCommitment, type Commitment, type List } from "./commitment";
import { Hasher } from "./digest";
import { printJson, type Json, type JsonObject } from "./json";
import { Keys } from "./keys";
import { chanceOf, quotaOf, type Quota } from "./quota";
import { rollKey } from "./selection";
import { FILE, refuse, Refused } from "./refused";
import { SlotBook, SlotFault } from "./slots";
import {
  ascends,
  bytesOf,
  integerOf,
  isDigest,
  isId,
  isName,
  say,
  shown,
  tagsOf,
} from "./text";
import { checkTeam, readTeam } from "./team";
import { leafOf, rootOfPath, wordsOfHex } from "./tree";
import type { Files, ReceiptReport, Text, Verified } from "./types";

/** A list entry that passed. */
interface Entry {
  list: List;
  name: string;
  row: string[];
  rank: number;
  key: string;
  ticket: string;
  outcome: "drawn" | "reserve" | "none";
  N: number;
  n: number;
  roll?: { index: number; key: string };
}

const LATER = say(
  "抽取之后换了谁（回避、请假、停业）：凭证说的是抽取当时，现在由谁检查须打开公示包",
  "who was exchanged after the draw, for a recusal, a leave or a closed business: a receipt tells the draw, open the bundle to see who comes now",
);

/** Verifies a receipt alone and, with a bundle, against what was published (§8.2). */
export function verifyReceipt(bytes: Uint8Array, files?: Files, of?: Verified): ReceiptReport {
  const report: ReceiptReport = {
    kind: "receipt",
    verified: false,
    compared: false,
    shown: [],
    notShown: [],
    lists: [],
    team: [],
  };
  try {
    const claim = new Receipt(report).read(bytes);
    if (of === undefined) report.notShown.push(LATER);
    if (files !== undefined) compareWith(claim, files, report, of);
    report.verified = true;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    report.problem = error.problem;
  }
  return report;
}

class Receipt {
  private hash = new Hasher("sha256");
  private commitment!: Commitment;
  private beacon!: BeaconFile;
  private seed = "";
  private readonly keys = new Keys({ file: FILE });

  constructor(private readonly report: ReceiptReport) {}

  /** Throws the first problem that was noted. */
  private settle(keys: Keys = this.keys): void {
    if (keys.problems.length > 0) throw new Refused(keys.problems[0]);
  }

  private must<T>(read: () => T): T {
    const value = this.keys.attempt(read);
    this.settle();
    return value as T;
  }

  read(bytes: Uint8Array): Claim {
    const { keys, report } = this;
    const found = readJson(FILE, bytes);
    if ("problem" in found) throw new Refused(found.problem);
    const o = found.object;
    this.must(() => {
      keys.only(o, "", ["v", "sid", "beacon", "commitment", "manifest", "result", "from", "lists", "team"]);
      keys.oneOf(o.v, "v", ["dr1-receipt"]);
      report.sid = keys.text(o.sid, "sid", isId);
      report.result = keys.text(o.result, "result", isDigest);
    });
    const digest = this.readCommitment(o);
    const shortage = this.readManifest(o, digest);
    this.readBeacon();
    const entries = this.must(() => {
      const values = keys.array(o.lists, "lists", 1);
      return values.map((value, i) => this.entry(value, `lists[${i}]`, report.sid!));
    });
    if (!ascends(entries.map(({ name }) => name)))
      refuse("lists", "未按任务名严格升序", "not strictly ascending by list");
    if (entries.some(({ row }) => row[3] !== entries[0].row[3] || row[4] !== entries[0].row[4])) {
      refuse("lists", "各行的标签或盐不同", "rows with other tags or another salt");
    }
    const drawn = entries.filter(({ outcome }) => outcome === "drawn");
    this.readFrom(o, drawn.length > 0);
    const team = this.team(o, drawn, entries[0], shortage);
    this.tell(entries);
    return {
      hash: this.hash,
      sid: report.sid!,
      salt: entries[0].row[4],
      commitment: digest,
      draw: this.commitment.draw,
      result: report.result!,
      lists: entries.map(({ name, rank, ticket, row, outcome, key, roll }) => {
        return { list: name, rank, ticket, stratum: row[1], outcome, key, roll };
      }),
      team,
    };
  }

  /** The embedded commitment by its rules; gives C. */
  private readCommitment(o: JsonObject): string {
    const object = this.must(() => this.keys.object(o.commitment, "commitment"));
    const keys = new Keys({ file: FILE }, "commitment.");
    const c = readCommitment(keys, object);
    this.settle(keys);
    this.commitment = c!;
    this.hash = new Hasher(c!.suite);
    const digest = this.hash.ofText(printJson(object));
    this.report.commitment = digest;
    this.report.draw = c!.draw;
    this.report.rehearsal = c!.rehearsal;
    const beacon = this.must(() => this.keys.object(o.beacon, "beacon"));
    const beaconKeys = new Keys({ file: FILE }, "beacon.");
    const read = beaconKeys.attempt(() => readBeaconFile(beaconKeys, beacon));
    this.settle(beaconKeys);
    this.beacon = read!;
    this.beaconDigest = this.hash.ofText(`${printJson(beacon)}\n`);
    return digest;
  }

  private beaconDigest = "";

  /** The rows of the manifest; says whether a shortage is among them. */
  private readManifest(o: JsonObject, digest: string): boolean {
    const { keys, commitment: c } = this;
    const rows = this.must(() =>
      keys.array(o.manifest, "manifest").map((value, i): [string, string] => {
        const pair = keys.array(value, `manifest[${i}]`);
        if (pair.length !== 2) keys.stop(`manifest[${i}]`, say("应为 [路径, 摘要]", "[path, digest] is due"));
        return [keys.text(pair[0], `manifest[${i}][0]`), keys.text(pair[1], `manifest[${i}][1]`, isDigest)];
      }),
    );
    const bound = new Set(
      boundFiles(
        c.lists.map(({ list }) => list),
        c.mode === "sealed",
        c.standby !== undefined,
      ).map(({ file }) => file),
    );
    const shortage = rows.some(([path]) => path === "shortage.json");
    if (shortage) bound.add("shortage.json");
    if (
      !ascends(rows.map(([path]) => path)) ||
      rows.length !== bound.size ||
      rows.some(([path]) => !bound.has(path))
    ) {
      refuse("manifest", "不恰好是此承诺的各个文件", "not exactly the bound files of this commitment");
    }
    const text = `path\tdigest\n${rows.map(([path, value]) => `${path}\t${value}\n`).join("")}`;
    if (this.hash.ofText(text) !== this.report.result)
      refuse("result", "不是清单的摘要", "not the digest of the manifest");
    const of = new Map(rows);
    if (of.get("commitment.json") !== digest)
      refuse("manifest", "承诺的摘要与清单不符", "the commitment has not the digest in the manifest");
    if (of.get("beacon.json") !== this.beaconDigest)
      refuse("manifest", "信标的摘要与清单不符", "the beacon has not the digest in the manifest");
    return shortage;
  }

  private readBeacon(): void {
    const keys = new Keys({ file: FILE }, "beacon.");
    const { notShown } = this.report;
    checkBeacon(this.hash, keys, this.commitment.sources, this.beacon, {
      hide: (text: Text) => void notShown.push(text),
    });
    this.settle(keys);
    const { strings } = this.beacon;
    this.seed = this.hash.line("seed", this.report.commitment!, strings.length, ...strings);
  }

  private entry(value: Json, at: string, sid: string): Entry {
    const { keys, commitment: c } = this;
    const o = keys.object(value, at);
    keys.only(o, at, ["list", "index", "row", "path", "N", "n", "key", "rank", "outcome", "roll"]);
    const name = keys.text(o.list, `${at}.list`, isName);
    const index = keys.integer(o.index, `${at}.index`);
    const row = keys.array(o.row, `${at}.row`).map((cell, i) => keys.text(cell, `${at}.row[${i}]`));
    const path = keys.array(o.path, `${at}.path`).map((node, i) => keys.text(node, `${at}.path[${i}]`, isDigest));
    const numbers = {
      N: keys.integer(o.N, `${at}.N`),
      n: keys.integer(o.n, `${at}.n`),
      rank: keys.integer(o.rank, `${at}.rank`),
    };
    const key = keys.text(o.key, `${at}.key`);
    const outcome = keys.oneOf(o.outcome, `${at}.outcome`, ["drawn", "reserve", "none"]);
    const roll = Object.hasOwn(o, "roll") ? this.readRoll(o.roll, `${at}.roll`) : undefined;
    this.settle();
    const list = c.lists.find((l) => l.list === name);
    if (list === undefined) refuse(`${at}.list`, "承诺中没有此任务", "the commitment has no such list");
    const stratum = this.checkRow(list, row, at, sid);
    const leaf = leafOf(this.hash, bytesOf(row.join("\t")));
    if (rootOfPath(this.hash, leaf, index, list.frame.n, path.map(wordsOfHex)) !== list.frame.root) {
      refuse(`${at}.path`, "路径不通向承诺的树根", "the path does not lead to the committed root");
    }
    const quota = quotaOf(this.hash, list, this.seed);
    const ticket = this.ticket(list, sid, row[4]);
    const entry: Entry = { list, name, row, key, ticket, outcome, roll, ...numbers };
    this.checkNumbers(entry, quota, stratum, at);
    this.addToReport(entry, quota, stratum);
    return entry;
  }

  private readRoll(value: Json, at: string): Entry["roll"] {
    const roll = this.keys.object(value, at);
    this.keys.only(roll, at, ["index", "key"]);
    return {
      index: this.keys.integer(roll.index, `${at}.index`),
      key: this.keys.text(roll.key, `${at}.key`, isDigest),
    };
  }

  /** The five fields of the frame row; gives the number of its stratum. */
  private checkRow(list: List, row: string[], at: string, sid: string): number {
    const sealed = this.commitment.mode === "sealed";
    if (row.length !== 5) refuse(`${at}.row`, "应有五个字段", "five fields are due");
    if (row[0] !== sid) refuse(`${at}.row[0]`, "不是此主体", "another subject");
    if (sealed ? !isDigest(row[4]) : row[4] !== "-")
      refuse(`${at}.row[4]`, "盐的形式不对", "the salt has not its form");
    if (tagsOf(row[3]) === undefined) refuse(`${at}.row[3]`, "标签的形式不对", "the tags have not their form");
    const g = list.strata.findIndex(({ stratum }) => stratum === row[1]);
    if (g < 0) refuse(`${at}.row[1]`, "承诺中没有此层", "the stratum is not committed");
    const weight = integerOf(row[2]) ?? 0;
    const right = list.method === "pareto" ? weight >= 1 && weight <= 1 << 20 : weight === list.strata[g].weight;
    if (!right) refuse(`${at}.row[2]`, "权重不对", "the weight is wrong");
    return g;
  }

  private ticket(list: List, sid: string, salt: string): string {
    const { hash } = this;
    const group = hash.line("group", this.seed, list.group);
    return hash.ofText(group + sid + (salt === "-" ? "" : `.${salt}`));
  }

  private checkNumbers(entry: Entry, quota: Quota, g: number, at: string): void {
    const { list, name, rank, key, ticket, outcome, N, n, roll } = entry;
    const pareto = list.method === "pareto";
    if (N !== (pareto ? list.frame.n : list.strata[g].N)) refuse(`${at}.N`, "与承诺不符", "not as committed");
    if (n !== (pareto ? list.n : quota.n[g]))
      refuse(`${at}.n`, "与重算的抽取数不符", "not the quota that is recomputed");
    if (pareto ? !/^[0-9a-f]{32}\.$/.test(key.slice(0, 33)) || key.slice(33) !== ticket : key !== ticket) {
      refuse(`${at}.key`, "与重算的抽签号不符", "not the ticket that is recomputed");
    }
    if (rank < 1 || rank > N) refuse(`${at}.rank`, "名次不在 1 到 N 之间", "the rank is not within 1 … N");
    const due = rank <= n ? "drawn" : rank <= n + list.reserve ? "reserve" : "none";
    if (outcome !== due) refuse(`${at}.outcome`, `按名次应为 ${due}`, `by its rank it should be ${due}`);
    if ((roll !== undefined) !== (this.commitment.mode === "sealed")) {
      refuse(`${at}.roll`, "对照卷的行恰在保密抽取中才有", "a row of the roll stands exactly in a sealed draw");
    }
    if (roll === undefined) return;
    if (roll.key !== rollKey(this.hash, ticket, name, rank))
      refuse(`${at}.roll.key`, "与重算的键不符", "not the key that is recomputed");
    if (roll.index >= list.frame.n) refuse(`${at}.roll.index`, "超出对照卷", "beyond the roll");
  }

  private addToReport({ list, name, row, rank, outcome, key, N, n }: Entry, quota: Quota, g: number): void {
    const { title } = list;
    const known = { list: name, title, stratum: row[1], N, n, rank, outcome, key };
    // Pareto's chance needs the weights of all, which a receipt does not have.
    const chance =
      list.method === "pareto" ? {} : { chance: chanceOf(list, quota, g, Number(row[2])), exact: true };
    this.report.lists.push({ ...known, ...chance });
  }

  private readFrom(o: JsonObject, drawn: boolean): void {
    if (this.commitment.mode === "open") {
      this.keys.refuse(o, "", ["from"]);
      this.settle();
    } else if (o.from !== (drawn ? "door" : "opening")) {
      refuse("from", `应为 ${drawn ? "door" : "opening"}`, `${drawn ? "door" : "opening"} is due`);
    }
  }

  /** The team: who comes is the cheapest of the arrays that the receipt gives. */
  private team(o: JsonObject, drawn: Entry[], { row }: Entry, shortage: boolean): Claim["team"] {
    const { keys, commitment: c } = this;
    if (!Object.hasOwn(o, "team")) {
      if (drawn.length > 0 && !shortage) refuse("team", "抽中而没有小组", "drawn, and no team");
      return undefined;
    }
    if (drawn.length === 0) refuse("team", "没有抽中，不应有小组", "not drawn, so that there must be no team");
    if (shortage) refuse("team", "人员短缺时不应有小组", "with a shortage there must be no team");
    const { round, slots } = this.must(() => readTeam(keys, o.team));
    const numbers = drawn.map(({ list }) => c.lists.indexOf(list));
    const due = new SlotBook(c.lists).of(numbers, row[3]);
    if (due instanceof SlotFault) refuse("team.slots", due.text.zh, due.text.en);
    if (due.length !== slots.length || due.some(({ text }, k) => text !== slots[k].text)) {
      refuse("team.slots", "岗位与重算的不同", "not the slots that are recomputed");
    }
    const visit = { sid: row[0], lists: numbers, tags: row[3], salt: row[4], slots: due };
    checkTeam(this.hash, this.hash.line("pair", this.seed), visit, slots);
    const team = slots.map(({ iid }) => iid);
    this.report.team = team;
    return { round, slots, team };
  }

  private tell(entries: Entry[]): void {
    const { shown: told, notShown } = this.report;
    for (const { name, rank, N, outcome } of entries) {
      const words = {
        drawn: say("抽中", "drawn"),
        reserve: say("候补", "reserve"),
        none: say("未抽中", "not drawn"),
      }[outcome];
      told.push(
        say(
          `任务 ${shown(name)}：封存的名单中有此主体，抽签号由公共随机数算出；名次 ${rank}/${N}，${words.zh}`,
          `list ${shown(name)}: the subject stood in the frozen frame, its ticket follows from the public seed; rank ${rank} of ${N}, ${words.en}`,
        ),
      );
    }
    if (this.report.team.length > 0) {
      told.push(
        say(
          "按公布的让分，小组是 Σ(W + h) 最小的",
          "with the published handicaps the team is the one with the least Σ(W + h)",
        ),
      );
    }
    notShown.push(
      say(
        "名次、让分、符合条件的人员和任务是否齐全，须对照公示包并核验整个公示包；请将结果摘要与公示比对",
        "rank, handicaps, who was eligible, and that no list was left out: these the verification of the whole bundle shows; compare the result digest with the notice",
      ),
    );
  }
}
