/** Receipts and short codes against the published bundle: protocol.md §8.2 and §8.3. */
import { readBeaconFile } from "./beacon";
import { readJson } from "./bundle";
import { readCommitment, type Commitment } from "./commitment";
import { Hasher } from "./digest";
import { peopleOf } from "./ground";
import { Keys } from "./keys";
import { quotaOf } from "./quota";
import { refuse, Refused } from "./refused";
import { rollKey } from "./selection";
import { nowOf } from "./since";
import { fits, type Slot } from "./slots";
import { readTable, type ShapeName, type Table } from "./table";
import { ascends, integerOf, isDigest, isId, isName, say } from "./text";
import type { Files, ReceiptReport, Verified } from "./types";

/** What a receipt or a code claims, as far as it does. */
export interface Claim {
  hash: Hasher;
  sid: string;
  salt: string;
  commitment: string;
  draw: string;
  result: string;
  lists: {
    list: string;
    rank: number;
    ticket?: string;
    stratum?: string;
    outcome?: string;
    key?: string;
    roll?: { index: number; key: string };
  }[];
  team?: {
    round?: number;
    team: string[];
    slots?: { text: string; iid: string; eligible: Map<string, bigint> }[];
  };
}

/** Verifies the short form on a sheet; it shows nothing without a bundle. */
export function verifyCode(code: string, files?: Files, of?: Verified): ReceiptReport {
  const report: ReceiptReport = {
    kind: "code",
    verified: false,
    compared: false,
    shown: [],
    notShown: [],
    lists: [],
    team: [],
  };
  try {
    const claim = readCode(code, report);
    if (files === undefined) {
      refuse(
        "",
        "凭证码须对照公示包核验，请一并打开公示包",
        "a code shows nothing alone: open the bundle as well",
      );
    }
    compareWith(claim, files, report, of);
    report.verified = true;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    report.problem = error.problem;
  }
  return report;
}

function readCode(code: string, report: ReceiptReport): Claim {
  const text = code.slice(code.lastIndexOf("#") + 1).trim();
  const fields = text.split(";");
  const [v, draw, commitment, result, sid, salt, ranks, team] = fields;
  if (v !== "dr1-code" || fields.length !== 8) refuse("", "不是凭证码", "not a code of a receipt");
  if (!isName(draw)) refuse("2", "抽取名称的形式不对", "the draw's name has not its form");
  if (!isDigest(commitment)) refuse("3", "承诺摘要的形式不对", "the commitment's digest has not its form");
  if (!isDigest(result)) refuse("4", "结果摘要的形式不对", "the result digest has not its form");
  if (!isId(sid)) refuse("5", "主体代码的形式不对", "the subject's identifier has not its form");
  if (salt !== "-" && !isDigest(salt)) refuse("6", "盐的形式不对", "the salt has not its form");
  const lists = ranks.split(",").map((entry) => {
    const [list, rank, more] = entry.split("=");
    const value = integerOf(rank ?? "");
    if (!isName(list) || value === undefined || value < 1 || more !== undefined) {
      refuse("7", "任务和名次的形式不对", "lists and ranks have not their form");
    }
    return { list, rank: value };
  });
  if (!ascends(lists.map(({ list }) => list))) refuse("7", "任务未严格升序", "the lists do not strictly ascend");
  const iids = team === "-" ? [] : team.split(",");
  if (!iids.every(isId)) refuse("8", "人员编号的形式不对", "the inspectors' identifiers have not their form");
  Object.assign(report, { draw, sid, result, commitment, team: iids });
  report.lists = lists.map(({ list, rank }) => ({ list, rank }));
  return {
    hash: new Hasher("sha256"),
    sid,
    salt,
    commitment,
    draw,
    result,
    lists,
    team: team === "-" ? undefined : { team: iids },
  };
}

/** §8.2; the first failure is thrown. `of` is what `verify` made of these files, which tells what came after the draw. */
export function compareWith(claim: Claim, files: Files, report: ReceiptReport, of?: Verified): void {
  new Comparison(claim, files, report).make();
  if (of !== undefined) report.now = nowOf(of, claim.sid);
}

class Comparison {
  private readonly commitment: Commitment;
  private readonly hash: Hasher;
  private readonly digests: Map<string, string>;
  private readonly sealed: boolean;
  private readonly unopened: boolean;
  private readonly master?: string;

  constructor(
    private readonly claim: Claim,
    private readonly files: Files,
    private readonly report: ReceiptReport,
  ) {
    const read = readJson("commitment.json", this.bytes("commitment.json"), false);
    if ("problem" in read) throw new Refused(read.problem);
    const keys = new Keys({ file: "commitment.json" });
    const c = readCommitment(keys, read.object);
    if (c === undefined || keys.problems.length > 0) throw new Refused(keys.problems[0]);
    this.commitment = c;
    this.hash = new Hasher(c.suite);
    this.sealed = c.mode === "sealed";
    this.unopened = this.sealed && !files.has("opening.json");
    if (this.hash.ofBytes(this.bytes("commitment.json")) !== claim.commitment || c.draw !== claim.draw) {
      refuse("commitment", "不是此公示包的承诺", "not the commitment of this bundle");
    }
    if (this.hash.ofBytes(this.bytes("manifest.tsv")) !== claim.result) {
      refuse("result", "不是此公示包的结果", "not the result of this bundle");
    }
    const manifest = this.table("manifest.tsv", "manifest", false);
    this.digests = new Map(manifest.columns[0].map((path, i) => [path, manifest.columns[1][i]]));
    if (this.sealed && !this.unopened) {
      const opening = readJson("opening.json", this.bytes("opening.json"));
      if ("problem" in opening) throw new Refused(opening.problem);
      const { master } = opening.object;
      if (typeof master !== "string" || !isDigest(master) || this.hash.line("master", master) !== c.seal!.master) {
        this.fail("opening.json", "主密钥与承诺不符", "the master secret is not the committed one");
      }
      this.master = master;
    }
    if ((claim.salt === "-") === this.sealed)
      refuse("salt", "盐与抽取方式不符", "the salt does not belong to this kind of draw");
  }

  private fail(file: string, zh: string, en: string, row?: number): never {
    throw new Refused({ place: { file, row, id: this.claim.sid }, text: say(zh, en) });
  }

  private bytes(file: string): Uint8Array {
    return this.files.get(file) ?? this.fail(file, "公示包缺少此文件", "the bundle lacks this file");
  }

  /** A table that has the digest of the manifest. */
  private table(file: string, shape: ShapeName, bound = true, closed = false): Table {
    const bytes = this.bytes(file);
    if (bound) {
      const prefix = closed && this.sealed ? this.hash.line("close", this.master!, file) : "";
      if (this.hash.start().ascii(prefix).bytes(bytes).end().hex() !== this.digests.get(file)) {
        this.fail(file, "摘要与清单不符", "the digest is not that of the manifest");
      }
    }
    const table = readTable(file, bytes, shape);
    if (Array.isArray(table)) throw new Refused(table[0]);
    return table;
  }

  private seed(): string {
    const file = "beacon.json";
    const bytes = this.bytes(file);
    if (this.hash.ofBytes(bytes) !== this.digests.get(file))
      this.fail(file, "摘要与清单不符", "the digest is not that of the manifest");
    const read = readJson(file, bytes);
    if ("problem" in read) throw new Refused(read.problem);
    const keys = new Keys({ file });
    const beacon = keys.attempt(() => readBeaconFile(keys, read.object));
    if (beacon === undefined || keys.problems.length > 0) throw new Refused(keys.problems[0]);
    return this.hash.line("seed", this.claim.commitment, beacon.strings.length, ...beacon.strings);
  }

  make(): void {
    const { claim, commitment: c, report } = this;
    const seed = this.seed();
    for (const entry of claim.lists) {
      const list = c.lists.find((l) => l.list === entry.list);
      if (list === undefined)
        refuse("lists", `承诺中没有任务 ${entry.list}`, `the commitment has no list ${entry.list}`);
      const salt = claim.salt === "-" ? "" : `.${claim.salt}`;
      const ticket = this.hash.ofText(this.hash.line("group", seed, list.group) + claim.sid + salt);
      if (this.unopened) this.inRoll(entry, ticket);
      else this.inDraw(entry, ticket, seed);
    }
    if (!this.unopened) this.noOther();
    this.team(seed);
    report.compared = true;
    report.rehearsal = c.rehearsal;
    report.shown.push(
      this.unopened
        ? say("已公布的对照卷中有此抽签号和名次", "the published roll has this ticket and rank")
        : say("已公布的抽取结果与此相符", "the published draw agrees"),
    );
    report.notShown.push(
      this.unopened
        ? say(
            "没有别的主体有同一名次，对照卷本身是否正确，须待公开后核验",
            "that no other subject has this rank and that the rolls are right, the opening shows",
          )
        : say("公示包本身须另行核验", "the bundle itself must be verified as well"),
    );
  }

  private inRoll(entry: Claim["lists"][number], ticket: string): void {
    const file = `rolls/${entry.list}.tsv`;
    const [strata, keys] = this.table(file, "roll").columns;
    const key = rollKey(this.hash, ticket, entry.list, entry.rank);
    const row = entry.roll === undefined ? keys.indexOf(key) : entry.roll.index;
    if (row < 0 || keys[row] !== key || (entry.stratum !== undefined && strata[row] !== entry.stratum)) {
      this.fail(
        file,
        "对照卷中没有此抽签号和名次",
        "the roll does not have this ticket and rank",
        row < 0 ? undefined : row + 2,
      );
    }
    this.note(entry.list, { stratum: strata[row] });
  }

  private inDraw(entry: Claim["lists"][number], ticket: string, seed: string): void {
    const list = this.commitment.lists.find((l) => l.list === entry.list)!;
    const file = `draw/${entry.list}.tsv`;
    const frameFile = `frames/${entry.list}.tsv`;
    const frame = this.table(frameFile, this.sealed ? "sealedFrame" : "frame", true, true);
    const at = frame.columns[0].indexOf(this.claim.sid);
    if (at < 0) this.fail(frameFile, "抽样框中没有此主体", "the frame does not have the subject");
    if (frame.columns[4][at] !== this.claim.salt) this.fail(frameFile, "盐不同", "another salt", at + 2);
    const stratum = frame.columns[1][at];
    const g = list.strata.findIndex((s) => s.stratum === stratum);
    const pareto = list.method === "pareto";
    const n = pareto ? list.n : quotaOf(this.hash, list, seed).n[g];
    const due = entry.rank <= n ? "drawn" : entry.rank <= n + list.reserve ? "reserve" : "none";
    const [, ranks, sids, keys, outcomes] = this.table(file, pareto ? "paretoDraw" : "draw", true, true).columns;
    const row = sids.indexOf(this.claim.sid);
    if (row < 0) {
      if ((entry.outcome ?? due) !== "none")
        this.fail(file, "抽取结果中没有此主体", "the draw does not have the subject");
    } else if (
      Number(ranks[row]) !== entry.rank ||
      !keys[row].endsWith(ticket) ||
      keys[row] !== (entry.key ?? keys[row]) ||
      outcomes[row] !== due
    ) {
      this.fail(file, "名次或抽签号不同", "another rank or ticket", row + 2);
    }
    this.note(entry.list, {
      stratum,
      n,
      N: pareto ? list.frame.n : list.strata[g]?.N,
      outcome: due,
      key: row < 0 ? undefined : keys[row],
    });
  }

  /** No list that has the subject was left out. */
  private noOther(): void {
    for (const { list } of this.commitment.lists) {
      if (this.claim.lists.some((entry) => entry.list === list)) continue;
      const file = `frames/${list}.tsv`;
      const frame = this.table(file, this.sealed ? "sealedFrame" : "frame", true, true);
      const row = frame.columns[0].indexOf(this.claim.sid);
      if (row >= 0)
        this.fail(
          file,
          "此任务的名单中也有此主体，凭证却没有",
          "this frame has the subject as well, and the receipt leaves it out",
          row + 2,
        );
    }
  }

  private note(list: string, found: Partial<ReceiptReport["lists"][number]>): void {
    const entry = this.report.lists.find((known) => known.list === list)!;
    const title = this.commitment.lists.find((l) => l.list === list)!.title;
    Object.assign(entry, {
      ...found,
      ...Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined)),
      title,
    });
  }

  /** By the rolls, in which every rank was found. */
  private isDrawn(seed: string): boolean {
    return this.claim.lists.some(({ list, rank }) => {
      const { stratum } = this.report.lists.find((known) => known.list === list)!;
      const committed = this.commitment.lists.find((l) => l.list === list)!;
      const g = committed.strata.findIndex((s) => s.stratum === stratum);
      return rank <= quotaOf(this.hash, committed, seed).n[g];
    });
  }

  private team(seed: string): void {
    const { team, sid } = this.claim;
    if (this.unopened) {
      const short = this.digests.has("shortage.json");
      if (team === undefined && this.isDrawn(seed) && !short)
        this.fail("manifest.tsv", "抽中而没有小组，也没有短缺", "drawn, without a team and without a shortage");
      if (team !== undefined && short)
        this.fail("manifest.tsv", "人员短缺时不应有小组", "with a shortage there must be no team");
      if (team !== undefined) this.inRegister(team);
      return;
    }
    const assignment = this.table("assignment.tsv", "assignment", true, true);
    const handicaps = this.table("handicaps.tsv", "handicaps", true, true);
    const last = this.digests.has("shortage.json") ? undefined : handicaps.columns[0].at(-1);
    const [rounds, sids, slots, iids] = assignment.columns;
    const published = iids.filter((_, i) => rounds[i] === last && sids[i] === sid);
    const numbers = slots.filter((_, i) => rounds[i] === last && sids[i] === sid);
    const claimed = team?.team ?? [];
    if (published.join() !== claimed.join() || numbers.some((slot, k) => Number(slot) !== k)) {
      this.fail("assignment.tsv", "公布的最后一轮中小组不同", "another team in the last round published");
    }
    if (team?.slots === undefined) return;
    if (team.round !== Number(last)) this.fail("handicaps.tsv", "不是最后一轮", "not the last round");
    const known = new Map(
      handicaps.columns[1].flatMap((iid, i) =>
        handicaps.columns[0][i] === last ? [[iid, handicaps.columns[2][i]]] : [],
      ) as [string, string][],
    );
    for (const { eligible } of team.slots) {
      for (const [iid, h] of eligible) {
        if (known.get(iid) !== String(h))
          this.fail("handicaps.tsv", `${iid} 的让分不同`, `another handicap of ${iid}`);
      }
    }
  }

  /** While unopened: everybody in the team and among the eligible is a registered inspector who fits. */
  private inRegister({ team, slots }: NonNullable<Claim["team"]>): void {
    const file = "inspectors.tsv";
    const people = new Map(peopleOf(this.table(file, "people")).map((person) => [person.iid, person]));
    for (const iid of team) if (!people.has(iid)) this.fail(file, `没有 ${iid}`, `${iid} does not stand in it`);
    for (const { text, eligible } of slots ?? []) {
      const slot = slotOf(text);
      for (const iid of eligible.keys()) {
        const person = people.get(iid);
        if (person === undefined || !fits(slot, person.tags)) {
          this.fail(file, `${iid} 不符合岗位`, `${iid} does not fit the slot`);
        }
      }
    }
  }
}

/** The slot of a text, whose needs and avoids have no `,` and no `|`. */
function slotOf(text: string): Slot {
  const [name, role, needs, avoids] = text.split("|");
  const list = (part: string): string[] => (part === "" ? [] : part.split(","));
  return { text, name, role, needs: list(needs), avoids: list(avoids) };
}
