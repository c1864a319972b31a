/** Merkle trees of RFC 6962 §2.1 over leaf digests, with the proofs of RFC 9162 §2.1. */
import { type Hasher, hexOfWords } from "./digest";

/**
 * The root as text. `nodes` has eight words for each of `count` leaves and is used up. Pairing neighbours level by level and
 * handing an odd last one upwards gives the tree of RFC 6962, whose left halves are the largest powers of two.
 */
export function rootOfLeaves(hash: Hasher, nodes: Int32Array, count: number): string {
  if (count === 0) return hash.start().end().hex();
  for (let n = count; n > 1; n = Math.ceil(n / 2)) {
    for (let i = 0; i + 1 < n; i += 2) hash.node(nodes, 8 * i, nodes, 4 * i);
    if (n % 2 === 1) nodes.copyWithin(4 * (n - 1), 8 * (n - 1), 8 * n);
  }
  return hexOfWords(nodes);
}

/** H(0x00 ‖ bytes) as words. */
export function leafOf(hash: Hasher, bytes: Uint8Array): Int32Array {
  return hash.start().byte(0).bytes(bytes).end().words.slice();
}

export function wordsOfHex(hex: string): Int32Array {
  return Int32Array.from({ length: hex.length / 8 }, (_, i) => parseInt(hex.slice(8 * i, 8 * i + 8), 16) | 0);
}

function nodeOf(hash: Hasher, left: Int32Array, right: Int32Array): Int32Array {
  const both = new Int32Array(16);
  both.set(left, 0);
  both.set(right, 8);
  const out = new Int32Array(8);
  hash.node(both, 0, out, 0);
  return out;
}

/**
 * The root that an inclusion path leads to (RFC 9162 §2.1.3.2), as text. `undefined` if the path is longer or shorter than
 * `index` and `size` demand.
 */
export function rootOfPath(
  hash: Hasher,
  leaf: Int32Array,
  index: number,
  size: number,
  path: Int32Array[],
): string | undefined {
  if (index >= size) return undefined;
  let fn = index;
  let sn = size - 1;
  let node = leaf;
  for (const sibling of path) {
    if (sn === 0) return undefined;
    if (fn % 2 === 1 || fn === sn) {
      node = nodeOf(hash, sibling, node);
      while (fn % 2 === 0 && fn !== 0) {
        fn = Math.floor(fn / 2);
        sn = Math.floor(sn / 2);
      }
    } else {
      node = nodeOf(hash, node, sibling);
    }
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  return sn === 0 ? hexOfWords(node) : undefined;
}
