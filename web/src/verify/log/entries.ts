/** Entries of a log: their form (docs/log.md §2). */
import { isObject, JsonFault, parseJson, type Json, type JsonObject } from "../json";
import { ascends, characters, decode, isDate, isDigest, isName } from "../text";
import { LogFault, fault } from "./note";

export type EntryKind = "register" | "commit" | "beacon" | "result" | "event" | "void" | "open";

/** An entry that has its form. */
export interface Entry {
  kind: EntryKind;
  at: number;
  object: JsonObject;
  /** C; absent in `register`. */
  commitment?: string;
}

/** What the walk over a log needs of a `commit`. */
export interface CommitEntry {
  agency: string;
  draw: string;
  commitment: string;
  attempt: number;
  prev: string;
  matters: string[];
  window: { from: string; to: string };
  beacon: { source: string; at: number }[];
  margin_s: number;
  rehearsal: boolean;
}

type Check = (value: Json) => boolean;
const text: Check = (v) => typeof v === "string";
const agency: Check = (v) => typeof v === "string" && characters(v) <= 128;
const integer: Check = (v) => typeof v === "number";
const positive: Check = (v) => typeof v === "number" && v >= 1;
const digest: Check = (v) => typeof v === "string" && isDigest(v);
const name: Check = (v) => typeof v === "string" && isName(v);
const texts: Check = (v) => Array.isArray(v) && v.length > 0 && v.every(text);
const exactly =
  (keys: Record<string, Check>): Check =>
  (v) => {
    return (
      isObject(v) &&
      Object.keys(v).length === Object.keys(keys).length &&
      Object.entries(keys).every(([k, form]) => Object.hasOwn(v, k) && form(v[k]))
    );
  };
const day: Check = (v) => typeof v === "string" && isDate(v);
const ascending = (v: Json, key: (item: Json) => string | number, strictly = true): boolean => {
  const keys = (v as Json[]).map(key);
  return keys.every((k, i) => i === 0 || (strictly ? keys[i - 1] < k : keys[i - 1] <= k));
};

const OWN: Record<EntryKind, Record<string, Check>> = {
  register: {
    agency,
    day,
    registers: (v) => {
      const form = exactly({ register: name, rows: integer, digest });
      return (
        Array.isArray(v) &&
        v.length > 0 &&
        v.every(form) &&
        ascending(v, (item) => String((item as JsonObject).register))
      );
    },
  },
  commit: {
    agency,
    draw: name,
    commitment: digest,
    suite: (v) => v === "sha256" || v === "sm3",
    attempt: positive,
    prev: (v) => v === "-" || digest(v),
    matters: (v) => texts(v) && ascends(v as string[]),
    window: (v) =>
      exactly({ from: day, to: day })(v) && String((v as JsonObject).from) <= String((v as JsonObject).to),
    beacon: (v) => {
      const form = exactly({ source: text, at: integer });
      return (
        Array.isArray(v) &&
        v.length > 0 &&
        v.every(form) &&
        ascending(v, (item) => Number((item as JsonObject).at))
      );
    },
    margin_s: integer,
  },
  beacon: { commitment: digest, strings: texts },
  result: { commitment: digest, manifest: digest },
  event: { commitment: digest, n: positive, event: digest },
  void: { commitment: digest, n: positive, event: digest, reason: name },
  open: { commitment: digest, opening: digest },
};

/** Reads one entry: canonical, with exactly the keys of its kind. */
export function readEntry(bytes: Uint8Array): Entry {
  if (bytes.length > 65_535) return fault("记录超过 65535 字节", "an entry of more than 65,535 bytes");
  const decoded = decode(bytes);
  if ("fault" in decoded) throw new LogFault(decoded.fault);
  let object: JsonObject;
  try {
    object = parseJson(decoded.text);
  } catch (error) {
    if (error instanceof JsonFault) throw new LogFault(error.text);
    throw error;
  }
  const { kind, v, at } = object;
  const known = typeof kind === "string" && Object.hasOwn(OWN, kind) ? (kind as EntryKind) : undefined;
  if (v !== "dr1" || typeof at !== "number" || known === undefined)
    return fault("记录的形式不对", "an entry has not its form");
  const keys: Record<string, Check> = { ...OWN[known], v: text, at: integer, kind: text };
  if (known === "commit" && Object.hasOwn(object, "rehearsal")) keys.rehearsal = (value) => value === true;
  if (!exactly(keys)(object) || (known === "commit" && (object.attempt === 1) !== (object.prev === "-"))) {
    return fault(`${known} 记录的形式不对`, `an entry ${known} has not its form`);
  }
  const commitment = typeof object.commitment === "string" ? object.commitment : undefined;
  return { kind: known, at, object, commitment };
}

export function commitOf({ object }: Entry): CommitEntry {
  return { ...(object as unknown as CommitEntry), rehearsal: object.rehearsal === true };
}
