/** The beacon of protocol.md §5: sources, their rules, the strings and the evidence. */
import { bls12_381 } from "@noble/curves/bls12-381.js";
import { bytesOfHex, Hasher } from "./digest";
import type { Json, JsonObject } from "./json";
import { join, type Keys } from "./keys";
import { isDigest, isName, say, shown, timeText } from "./text";
import type { Text } from "./types";

const CHAIN = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971";
const PUBLIC_KEY =
  "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451" +
  "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a";
const DST = "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_";
export const GENESIS = 1692803367;
export const PERIOD = 3;

export type Source =
  | { kind: "drand"; round: number; at: number }
  | { kind: "nist2"; chain: string; pulse: string; at: number }
  | { kind: "rfc3797"; game: "ssq" | "dlt" | "kl8"; issue: string; at: number }
  | { kind: "digits"; game: "3d" | "pl5"; issue: string; at: number }
  | { kind: "dice"; at: number }
  | { kind: "wit"; name: string; hash: string; at: number };

const KINDS = ["drand", "nist2", "rfc3797", "digits", "dice", "wit"] as const;
const KEYS = ["kind", "chain", "round", "pulse", "game", "issue", "dice", "name", "hash", "at"] as const;
const OWN: Record<(typeof KINDS)[number], readonly string[]> = {
  drand: ["kind", "chain", "round"],
  nist2: ["kind", "chain", "pulse", "at"],
  rfc3797: ["kind", "game", "issue", "at"],
  digits: ["kind", "game", "issue", "at"],
  dice: ["kind", "dice", "at"],
  wit: ["kind", "name", "hash", "at"],
};

/** Pools of a game: how many numbers of how many. */
const POOLS = {
  ssq: [
    [6, 33],
    [1, 16],
  ],
  dlt: [
    [5, 35],
    [2, 12],
  ],
  kl8: [[20, 80]],
} as const;
const DIGITS = { "3d": 3, pl5: 5 } as const;
const BITS = { ssq: 241, dlt: 244, kl8: 616, "3d": 99, pl5: 166 } as const;

/** Reads one source object (§5.1). */
export function readSource(keys: Keys, value: Json, at: string): Source {
  const o = keys.object(value, at);
  const kind = keys.oneOf(o.kind, join(at, "kind"), KINDS);
  keys.refuse(
    o,
    at,
    KEYS.filter((key) => !OWN[kind].includes(key)),
  );
  const number = (text: string): boolean => /^(0|[1-9][0-9]{0,19})$/.test(text);
  const time = (): number => keys.integer(o.at, join(at, "at"));
  switch (kind) {
    case "drand": {
      const pinned = say("只用 quicknet 链", "only the chain quicknet is used");
      keys.text(o.chain, join(at, "chain"), (text) => text === CHAIN, pinned);
      // The time of the round must be an integer of §2.1, too.
      const latest = Math.floor((Number.MAX_SAFE_INTEGER - GENESIS) / PERIOD) + 1;
      const round = keys.integer(o.round, join(at, "round"), 1, latest);
      return { kind, round, at: GENESIS + (Math.min(round, latest) - 1) * PERIOD };
    }
    case "nist2":
      return {
        kind,
        chain: keys.text(o.chain, join(at, "chain"), number),
        pulse: keys.text(o.pulse, join(at, "pulse"), number),
        at: time(),
      };
    case "rfc3797": {
      const game = keys.oneOf(o.game, join(at, "game"), ["ssq", "dlt", "kl8"]);
      return { kind, game, issue: keys.text(o.issue, join(at, "issue"), isName), at: time() };
    }
    case "digits": {
      const game = keys.oneOf(o.game, join(at, "game"), ["3d", "pl5"]);
      return { kind, game, issue: keys.text(o.issue, join(at, "issue"), isName), at: time() };
    }
    case "dice":
      keys.oneOf(o.dice, join(at, "dice"), ["d10x20"]);
      return { kind, at: time() };
    case "wit": {
      const name = keys.text(o.name, join(at, "name"), isName);
      return { kind, name, hash: keys.text(o.hash, join(at, "hash"), isDigest), at: time() };
    }
  }
}

/** What stands before the value in the beacon string, without its last colon. */
export function sourceText(source: Source): string {
  switch (source.kind) {
    case "drand":
      return `drand:${CHAIN}:${source.round}`;
    case "nist2":
      return `nist2:${source.chain}:${source.pulse}`;
    case "rfc3797":
    case "digits":
      return `${source.kind}:${source.game}-${source.issue}`;
    case "dice":
      return "dice:d10x20";
    case "wit":
      return `wit:${source.name}`;
  }
}

/** Whether both have one value by one announcement, whatever times were declared for it. Dice are thrown anew. */
export function sameValue(a: Source, b: Source): boolean {
  return a.kind !== "dice" && sourceText(a) === sourceText(b);
}

/**
 * What must be true of these sources for anything to have come before them, where no drand round proves its time: that
 * each was announced no earlier than was declared.
 */
export function holdsOnlyIf(sources: readonly Source[]): Text | undefined {
  if (sources.some(({ kind }) => kind === "drand")) return undefined;
  // A share adds nothing that its owner did not know.
  const declared = sources.filter(({ kind }) => kind !== "wit");
  const zh = declared.map((source) => `${sourceText(source)} 于 ${timeText(source.at)}`).join("、");
  const en = declared.map((source) => `${sourceText(source)} at ${timeText(source.at)}`).join(", ");
  return say(
    `只有在所用的值不早于声明的时间产生时才成立（${zh}），请对照公告的开奖时间`,
    `only if no value became known before its declared time (${en}): compare the times in the announcements`,
  );
}

/** The rules of §5.2 on a sequence of sources. */
export function checkSources(keys: Keys, sources: Source[], trust: "public" | "witnessed", at: string): void {
  let bits = 0;
  const seen = new Set<string>();
  sources.forEach((source, i) => {
    const here = `${at}[${i}]`;
    if (i > 0 && source.at <= sources[i - 1].at) {
      keys.fault(here, say("来源的时间未严格递增", "the times of sources do not strictly ascend"));
    }
    // Dice of two throws are told apart by their times, which ascend.
    if (source.kind !== "dice" && seen.has(sourceText(source))) {
      keys.fault(here, say("同一来源出现两次", "a source stands twice"));
    }
    seen.add(sourceText(source));
    if (trust === "public" && (source.kind === "dice" || source.kind === "wit")) {
      keys.fault(
        here,
        say("trust 为 public 时只能用公共来源", "with trust public only public sources are allowed"),
      );
    }
    bits += bitsOf(source);
  });
  if (bits < 640) {
    const have = `${Math.floor(bits / 10)}.${bits % 10}`;
    keys.fault(
      at,
      say(`各来源合计 ${have} 比特，不足 64`, `the sources have ${have} bits together, fewer than 64`),
    );
  }
}

function bitsOf(source: Source): number {
  switch (source.kind) {
    case "drand":
      return 2560;
    case "nist2":
      return 5120;
    case "rfc3797":
    case "digits":
      return BITS[source.game];
    case "dice":
      return 664;
    case "wit":
      return 0;
  }
}

/** Takes what is not shown. */
export interface Hide {
  hide(text: Text): void;
}

/** `beacon.json`: its keys and their types (§4.3). */
export interface BeaconFile {
  strings: string[];
  evidence: JsonObject[];
}

export function readBeaconFile(keys: Keys, object: JsonObject, at = ""): BeaconFile {
  keys.only(object, at, ["strings", "evidence"]);
  const strings = keys.array(object.strings, join(at, "strings"));
  const evidence = keys.array(object.evidence, join(at, "evidence"));
  return {
    strings: strings.map((value, i) => keys.text(value, join(at, `strings[${i}]`))),
    evidence: evidence.map((value, i) => keys.object(value, join(at, `evidence[${i}]`))),
  };
}

/** Step 6: strings and evidence against the sources. What only a reader can compare is told by `check`. */
export function checkBeacon(hash: Hasher, keys: Keys, sources: Source[], beacon: BeaconFile, check: Hide): void {
  const { strings, evidence } = beacon;
  for (const [name, list] of [
    ["strings", strings],
    ["evidence", evidence],
  ] as const) {
    if (list.length !== sources.length) {
      const n = sources.length;
      keys.fault(name, say(`应有 ${n} 项，实有 ${list.length} 项`, `${n} are due, these are ${list.length}`));
    }
  }
  if (keys.problems.length > 0) return;
  sources.forEach((source, i) => {
    const grammar = checkValue(hash, source, strings[i]);
    if (grammar !== undefined) keys.fault(`strings[${i}]`, grammar);
    const here = `evidence[${i}]`;
    const proof = evidence[i];
    keys.attempt(() => {
      if (keys.text(proof.kind, `${here}.kind`) !== source.kind) {
        keys.fault(`${here}.kind`, say(`应为 ${source.kind}`, `${source.kind} is due`));
      }
      if (source.kind !== "drand") {
        keys.refuse(proof, here, ["signature"]);
        return;
      }
      const signature = keys.text(proof.signature, `${here}.signature`);
      const fault = checkDrand(source.round, signature, strings[i]);
      if (fault !== undefined) keys.fault(`${here}.signature`, fault);
    });
    if (grammar === undefined) tellTyped(source, strings[i], check);
  });
}

/** The grammar of a beacon string (§5.1), and what it repeats of its source. */
function checkValue(hash: Hasher, source: Source, text: string): Text | undefined {
  const head = `${sourceText(source)}:`;
  if (!text.startsWith(head)) return say(`应以 ${head} 开头`, `it should begin with ${head}`);
  const value = text.slice(head.length);
  const form = (ok: boolean, zh: string, en: string): Text | undefined => (ok ? undefined : say(zh, en));
  switch (source.kind) {
    case "drand":
      return form(isDigest(value), "数值应为 64 位小写十六进制", "the value should be 64 lowercase hex digits");
    case "nist2":
      return form(
        /^[0-9a-f]{128}$/.test(value),
        "数值应为 128 位小写十六进制",
        "the value should be 128 lowercase hex digits",
      );
    case "rfc3797":
      return form(isPools(value, POOLS[source.game]), "开奖号码的形式不对", "the numbers have not their form");
    case "digits":
      return form(
        /^[0-9]+$/.test(value) && value.length === DIGITS[source.game],
        `应为 ${DIGITS[source.game]} 位数字`,
        `${DIGITS[source.game]} digits are due`,
      );
    case "dice":
      return form(/^[0-9]{20}$/.test(value), "应为 20 位数字", "20 digits are due");
    case "wit":
      if (value === "-") return undefined;
      if (!isDigest(value)) return say("份额应为 64 位小写十六进制", "a share is 64 lowercase hex digits");
      return form(
        hash.line("wit", value) === source.hash,
        "份额与承诺的摘要不符",
        "the share is not the committed one",
      );
  }
}

/** Numbers of each pool strictly ascending without leading zeros, a dot after each, a slash after the pool. */
function isPools(value: string, pools: readonly (readonly [number, number])[]): boolean {
  const parts = value.split("/");
  if (parts.length !== pools.length + 1 || parts.pop() !== "") return false;
  return parts.every((part, p) => {
    const numbers = part.split(".");
    if (numbers.pop() !== "" || numbers.length !== pools[p][0]) return false;
    return numbers.every((text, i) => {
      const n = Number(text);
      return /^[1-9][0-9]?$/.test(text) && n <= pools[p][1] && (i === 0 || n > Number(numbers[i - 1]));
    });
  });
}

/** A drand round: the digest of its signature is the string's, and the signature is valid (§5.3). */
function checkDrand(round: number, signature: string, text: string): Text | undefined {
  if (!/^[0-9a-f]{96}$/.test(signature)) {
    return say("签名应为 96 位小写十六进制", "a signature is 96 lowercase hex digits");
  }
  const sha256 = new Hasher("sha256");
  if (sha256.ofBytes(bytesOfHex(signature)) !== text.slice(-64)) {
    return say("签名的摘要与信标字符串不符", "the signature has not the digest in the string");
  }
  if (!isQuicknet(round, signature)) {
    return say("不是 drand quicknet 该轮的有效签名", "not a valid signature of this round of drand quicknet");
  }
  return undefined;
}

/** Answers that were given: a pairing costs more than all else in a small bundle. */
const answers = new Map<string, boolean>();

/** True if the signature is valid for this round under the pinned key. */
function isQuicknet(round: number, signature: string): boolean {
  const question = `${round}:${signature}`;
  let answer = answers.get(question);
  if (answer === undefined) {
    answer = isSigned(round, signature);
    if (answers.size > 1000) answers.clear();
    answers.set(question, answer);
  }
  return answer;
}

function isSigned(round: number, signature: string): boolean {
  const counter = new Uint8Array(8);
  new DataView(counter.buffer).setBigUint64(0, BigInt(round));
  const message = bytesOfHex(new Hasher("sha256").ofBytes(counter));
  try {
    const point = bls12_381.G1.Point.fromHex(signature);
    point.assertValidity();
    if (point.is0() || !point.isTorsionFree() || point.toHex(true) !== signature) return false;
    const scheme = bls12_381.shortSignatures;
    return scheme.verify(point, scheme.hash(message, DST), bls12_381.G2.Point.fromHex(PUBLIC_KEY));
  } catch {
    return false;
  }
}

/** Typed values, which their readers compare, and withheld shares. */
function tellTyped(source: Source, text: string, check: Hide): void {
  const value = shown(text);
  switch (source.kind) {
    case "nist2":
      check.hide(
        say(
          `抄录值 ${value} 须自行与 NIST 信标档案中链 ${source.chain} 第 ${source.pulse} 脉冲核对（承诺的时间 ${timeText(source.at)}）`,
          `typed value ${value}: compare it with pulse ${source.pulse} of chain ${source.chain} in the archive of the NIST beacon ` +
            `(committed for ${timeText(source.at)})`,
        ),
      );
      break;
    case "rfc3797":
    case "digits":
      check.hide(
        say(
          `抄录值 ${value} 须自行与 ${gameName(source.game).zh}第 ${source.issue} 期的官方开奖公告核对（承诺的时间 ${timeText(source.at)}）`,
          `typed value ${value}: compare it with the official announcement of ${gameName(source.game).en}, issue ${source.issue} ` +
            `(committed for ${timeText(source.at)})`,
        ),
      );
      break;
    case "wit":
      if (text.endsWith(":-")) {
        check.hide(
          say(
            `见证人 ${source.name} 没有公开份额：在公共值之后不公开，等于在两个种子之间选择`,
            `the witness ${source.name} did not reveal a share; withholding it after the public value chooses between two seeds`,
          ),
        );
      }
      break;
    default:
  }
}

function gameName(game: keyof typeof BITS): Text {
  const names = { ssq: "双色球", dlt: "大乐透", kl8: "快乐8", "3d": "福彩3D", pl5: "排列5" } as const;
  return say(names[game], `${names[game]} (${game})`);
}
