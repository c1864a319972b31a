/** Signed notes, checkpoints, cosignatures and policies of C2SP, as docs/log.md uses them. All digests are SHA-256. */
import { ed25519 } from "@noble/curves/ed25519.js";
import { Hasher } from "../digest";
import { decode, say } from "../text";
import type { Text } from "../types";

/** Something that has not its form; the sentence says what. */
export class LogFault extends Error {
  constructor(readonly text: Text) {
    super(text.en);
  }
}

export function fault(zh: string, en: string): never {
  throw new LogFault(say(zh, en));
}

/** Standard base64 with padding, of which only the canonical text is accepted. */
export function bytesOfBase64(text: string): Uint8Array | undefined {
  if (!/^([0-9A-Za-z+/]{4})*([0-9A-Za-z+/]{2}==|[0-9A-Za-z+/]{3}=)?$/.test(text)) return undefined;
  const binary = atob(text);
  const bytes = Uint8Array.from(binary, (c) => c.charCodeAt(0));
  return btoa(binary) === text ? bytes : undefined;
}

/** A verifier key: `name+hash+base64(kind ‖ key)`. Kind 1 signs notes, kind 4 cosigns checkpoints. */
export interface Key {
  name: string;
  /** The four bytes that a signature begins with, as a number. */
  id: number;
  kind: 1 | 4;
  key: Uint8Array;
}

export function readKey(text: string): Key {
  const [name, hex, ...rest] = text.split("+");
  // Base64 may have a plus of its own.
  const bytes = bytesOfBase64(rest.join("+"));
  if (!name || !/^[0-9a-f]{8}$/.test(hex ?? "") || bytes === undefined || bytes.length !== 33) {
    return fault("公钥的形式不对", "the key has not its form");
  }
  const kind = bytes[0];
  if (kind !== 1 && kind !== 4) return fault("公钥不是 Ed25519", "the key is not Ed25519");
  const hash = new Hasher("sha256").start().text(`${name}\n`).bytes(bytes).end();
  const id = hash.words[0] >>> 0;
  if (id !== parseInt(hex, 16)) return fault("公钥与其编号不符", "the key has not its hash");
  return { name, id, kind, key: bytes.slice(1) };
}

/** A note: its text with the last LF, and its signature lines. */
export interface Note {
  text: string;
  signatures: { name: string; id: number; bytes: Uint8Array }[];
}

export function readNote(text: string): Note {
  const end = text.lastIndexOf("\n\n");
  if (end < 0 || !text.endsWith("\n")) return fault("不是签名文本", "not a signed note");
  const lines = text.slice(end + 2, -1).split("\n");
  const signatures = lines.map((line) => {
    const match = /^— ([^\s+]+) (\S+)$/.exec(line);
    const bytes = match === null ? undefined : bytesOfBase64(match[2]);
    if (match === null || bytes === undefined || bytes.length < 5)
      return fault("签名行的形式不对", "a signature line has not its form");
    return { name: match[1], id: new DataView(bytes.buffer).getUint32(0), bytes: bytes.slice(4) };
  });
  return { text: text.slice(0, end + 1), signatures };
}

const utf8 = new TextEncoder();

/** RFC 8032, strict: canonical encodings, no points of small order. */
function isSigned(signature: Uint8Array, message: string, key: Uint8Array): boolean {
  try {
    return ed25519.verify(signature, utf8.encode(message), key, { zip215: false });
  } catch {
    return false;
  }
}

export interface Checkpoint {
  note: Note;
  origin: string;
  size: number;
  /** The root as 64 hex digits. */
  root: string;
}

export function readCheckpoint(text: string): Checkpoint {
  const note = readNote(text);
  const [origin, size, root] = note.text.split("\n");
  const bytes = bytesOfBase64(root ?? "");
  const count = Number(size);
  if (!origin || !/^(0|[1-9][0-9]*)$/.test(size ?? "") || !Number.isSafeInteger(count) || bytes?.length !== 32) {
    return fault("日志树头的形式不对", "the checkpoint has not its form");
  }
  return { note, origin, size: count, root: [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("") };
}

/** Whom a reader believes (C2SP tlog-policy). */
export interface Policy {
  logs: Key[];
  witnesses: Map<string, Key>;
  groups: Map<string, { least: number; members: string[] }>;
  /** Name of a witness or group; `undefined` for `none`, which shows no time. */
  quorum?: string;
}

export function readPolicy(text: string): Policy {
  const policy: Policy = { logs: [], witnesses: new Map(), groups: new Map() };
  let quorums = 0;
  const known = (name: string): boolean => policy.witnesses.has(name) || policy.groups.has(name);
  text.split("\n").forEach((line, i) => {
    const words = line.trim().split(/\s+/);
    if (words[0] === "" || words[0].startsWith("#")) return;
    const wrong = (): never =>
      fault(`策略第 ${i + 1} 行的形式不对`, `line ${i + 1} of the policy has not its form`);
    const [keyword, name, third, ...rest] = words;
    if (keyword === "log" && words.length >= 2 && words.length <= 3) {
      const key = readKey(name);
      if (key.kind !== 1) wrong();
      policy.logs.push(key);
    } else if (
      keyword === "witness" &&
      words.length >= 3 &&
      words.length <= 4 &&
      name !== "none" &&
      !known(name)
    ) {
      const key = readKey(third);
      if (key.kind !== 4) wrong();
      policy.witnesses.set(name, key);
    } else if (keyword === "group" && words.length >= 4 && name !== "none" && !known(name)) {
      const least = third === "any" ? 1 : third === "all" ? rest.length : Number(third);
      const good =
        rest.every(known) && new Set(rest).size === rest.length && /^(any|all|[1-9][0-9]*)$/.test(third);
      if (!good || least > rest.length) wrong();
      policy.groups.set(name, { least, members: rest });
    } else if (keyword === "quorum" && words.length === 2 && quorums++ === 0 && (name === "none" || known(name))) {
      if (name !== "none") policy.quorum = name;
    } else {
      wrong();
    }
  });
  if (quorums === 0) return fault("策略没有 quorum 行", "the policy has no quorum line");
  return policy;
}

/** The key of the policy's log that signed the checkpoint; `undefined` if none of its origin's did. */
export function signerOf(policy: Policy, { note, origin }: Checkpoint): Key | undefined {
  return policy.logs.find((key) => {
    if (key.name !== origin) return false;
    return note.signatures.some(
      ({ name, id, bytes }) => name === key.name && id === key.id && isSigned(bytes, note.text, key.key),
    );
  });
}

/**
 * When the quorum had cosigned, in seconds: of a witness the smallest time of its cosignatures, of a group the k-th smallest of
 * its members'. `undefined` as long as it has not.
 */
export function quorumTime(policy: Policy, { note }: Checkpoint): number | undefined {
  const times = new Map<string, number | undefined>();
  const timeOf = (name: string): number | undefined => {
    if (times.has(name)) return times.get(name);
    const witness = policy.witnesses.get(name);
    const group = policy.groups.get(name);
    let time: number | undefined;
    if (witness !== undefined) time = cosigned(note, witness);
    else if (group !== undefined) {
      const members = group.members
        .map(timeOf)
        .filter((t) => t !== undefined)
        .sort((a, b) => a - b);
      time = members[group.least - 1];
    }
    times.set(name, time);
    return time;
  };
  return policy.quorum === undefined ? undefined : timeOf(policy.quorum);
}

function cosigned(note: Note, witness: Key): number | undefined {
  let least: number | undefined;
  for (const { name, id, bytes } of note.signatures) {
    if (name !== witness.name || id !== witness.id || bytes.length !== 72) continue;
    const time = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0));
    if (!Number.isSafeInteger(time) || (least !== undefined && time >= least)) continue;
    if (isSigned(bytes.slice(8), `cosignature/v1\ntime ${time}\n${note.text}`, witness.key)) least = time;
  }
  return least;
}

/** A file of the log as text. */
export function textOf(bytes: Uint8Array): string {
  const decoded = decode(bytes);
  return "text" in decoded ? decoded.text : fault(decoded.fault.zh, decoded.fault.en);
}
