/** Proofs of entries (C2SP tlog-proof) and the copy of a log (C2SP tlog-tiles). */
import { Hasher } from "../digest";
import { integerOf } from "../text";
import { leafOf, rootOfLeaves, rootOfPath } from "../tree";
import type { Files, Text } from "../types";
import { readEntry, type Entry } from "./entries";
import {
  bytesOfBase64,
  fault,
  LogFault,
  quorumTime,
  readCheckpoint,
  signerOf,
  textOf,
  type Checkpoint,
  type Key,
  type Policy,
} from "./note";

/** A proof that holds: steps 1–3 of docs/log.md §4. */
export interface Proof {
  entry: Entry;
  bytes: Uint8Array;
  index: number;
  checkpoint: Checkpoint;
  log: Key;
  /** When the quorum had cosigned; `undefined` if it has not. */
  cosigned?: number;
}

function wordsOfBytes(bytes: Uint8Array): Int32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return Int32Array.from({ length: 8 }, (_, i) => view.getInt32(4 * i));
}

/** Reads a proof and checks its path and the log's signature. */
export function readProof(bytes: Uint8Array, policy: Policy): Proof {
  const text = textOf(bytes);
  const blank = text.indexOf("\n\n");
  const lines = text.slice(0, Math.max(blank, 0)).split("\n");
  const wrong = (): never => fault("不是 tlog-proof", "not a tlog-proof");
  if (lines.shift() !== "c2sp.org/tlog-proof@v1") return wrong();
  const extra = /^extra (\S+)$/.exec(lines.shift() ?? "");
  const index = /^index (\S+)$/.exec(lines.shift() ?? "");
  const entryBytes = extra === null ? undefined : bytesOfBase64(extra[1]);
  const number = index === null ? undefined : integerOf(index[1]);
  if (entryBytes === undefined || number === undefined) return wrong();
  const path = lines.map((line) => {
    const hash = bytesOfBase64(line);
    return hash?.length === 32 ? wordsOfBytes(hash) : wrong();
  });
  const entry = readEntry(entryBytes);
  const checkpoint = readCheckpoint(text.slice(blank + 2));
  const sha256 = new Hasher("sha256");
  const root = rootOfPath(sha256, leafOf(sha256, entryBytes), number, checkpoint.size, path);
  if (root !== checkpoint.root) return fault("路径不通向树头", "the path does not lead to the checkpoint's root");
  const log = signerOf(policy, checkpoint);
  if (log === undefined) return fault("没有策略所信日志的签名", "no log of the policy has signed it");
  return { entry, bytes: entryBytes, index: number, checkpoint, log, cosigned: quorumTime(policy, checkpoint) };
}

/** A copy of a log whose files fit. */
export interface Copy {
  checkpoint: Checkpoint;
  log: Key;
  cosigned?: number;
  entries: { entry?: Entry; fault?: Text }[];
  /** Eight words for each entry's leaf. */
  leaves: Int32Array;
}

/** Number of a tile or bundle as its path: groups of three digits, all but the last after an x. */
function tilePath(number: number): string {
  let path = String(number % 1000).padStart(3, "0");
  for (let rest = Math.floor(number / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    path = `x${String(rest % 1000).padStart(3, "0")}/${path}`;
  }
  return path;
}

/** Reads a copy: entries, root, tiles, signature. */
export function readCopy(files: Files, policy: Policy): Copy {
  const head = files.get("checkpoint");
  if (head === undefined) return fault("日志副本没有 checkpoint", "the copy of the log has no checkpoint");
  const checkpoint = readCheckpoint(textOf(head));
  const log = signerOf(policy, checkpoint);
  if (log === undefined)
    return fault("日志副本没有策略所信日志的签名", "no log of the policy has signed the copy's head");
  const { size } = checkpoint;
  const sha256 = new Hasher("sha256");
  const entries: Copy["entries"] = [];
  const leaves = new Int32Array(8 * size);
  for (let bundle = 0; bundle * 256 < size; bundle++) {
    const count = Math.min(256, size - bundle * 256);
    const path = `tile/entries/${tilePath(bundle)}${count === 256 ? "" : `.p/${count}`}`;
    const bytes = files.get(path);
    if (bytes === undefined) return fault(`日志副本缺少 ${path}`, `the copy of the log lacks ${path}`);
    for (const entry of splitEntries(bytes, count, path)) {
      leaves.set(leafOf(sha256, entry), 8 * entries.length);
      entries.push(tryEntry(entry));
    }
  }
  if (rootOfLeaves(sha256, leaves.slice(), size) !== checkpoint.root) {
    return fault("日志副本的记录与树头不符", "the entries of the copy have not the checkpoint's root");
  }
  checkTiles(files, sha256, leaves, size);
  return { checkpoint, log, cosigned: quorumTime(policy, checkpoint), entries, leaves };
}

function splitEntries(bytes: Uint8Array, count: number, path: string): Uint8Array[] {
  const entries: Uint8Array[] = [];
  let at = 0;
  while (at + 2 <= bytes.length) {
    const length = bytes[at] * 256 + bytes[at + 1];
    entries.push(bytes.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  if (at !== bytes.length || entries.length !== count)
    return fault(`${path} 的形式不对`, `${path} has not its form`);
  return entries;
}

function tryEntry(bytes: Uint8Array): Copy["entries"][number] {
  try {
    return { entry: readEntry(bytes) };
  } catch (error) {
    if (error instanceof LogFault) return { fault: error.text };
    throw error;
  }
}

/** Every hash tile that is there has the hashes that follow from the entries. */
function checkTiles(files: Files, sha256: Hasher, leaves: Int32Array, size: number): void {
  // Level L of tiles has the roots of complete subtrees of 256^L entries.
  let level = 0;
  for (let hashes = leaves.slice(), n = size; n > 0; level++) {
    for (let tile = 0; tile * 256 < n; tile++) {
      const base = `tile/${level}/${tilePath(tile)}`;
      const whole = Math.min(256, n - tile * 256);
      for (let width = 1; width <= whole; width++) {
        const path = width === 256 ? base : `${base}.p/${width}`;
        const bytes = files.get(path);
        // Smaller partial tiles are of an older log and may be gone.
        if (bytes === undefined && width < whole) continue;
        if (bytes === undefined) return fault(`日志副本缺少 ${path}`, `the copy of the log lacks ${path}`);
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
        let same = bytes.length === 32 * width;
        for (let i = 0; i < 8 * width && same; i++) same = view.getInt32(4 * i) === hashes[8 * 256 * tile + i];
        if (!same) fault(`${path} 与记录不符`, `${path} does not fit the entries`);
      }
    }
    const above = Math.floor(n / 256);
    const roots = new Int32Array(8 * above);
    for (let i = 0; i < above; i++) {
      const root = rootOfLeaves(sha256, hashes.slice(8 * 256 * i, 8 * 256 * (i + 1)), 256);
      for (let k = 0; k < 8; k++) roots[8 * i + k] = parseInt(root.slice(8 * k, 8 * k + 8), 16) | 0;
    }
    hashes = roots;
    n = above;
  }
}

/** True if the proof's head is that of the copy's first entries. */
export function continues({ leaves }: Copy, { size, root }: Checkpoint): boolean {
  return rootOfLeaves(new Hasher("sha256"), leaves.slice(0, 8 * size), size) === root;
}
