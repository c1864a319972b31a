/**
 * SHA-256 (FIPS 180-4) and SM3 (GB/T 32905) with a state that is kept and reused.
 *
 * A draw asks for millions of digests of a few dozen bytes. A digest object for each would cost more than the compression;
 * here one `Hasher` is refilled, and the state after a prefix that fills its blocks (a group key, a pairing row) is kept.
 */

export type Suite = "sha256" | "sm3";

/** The state behind a prefix of whole blocks. */
export interface Prefix {
  readonly state: Int32Array;
  /** Length of the prefix in bytes, a multiple of 64. */
  readonly length: number;
}

/** A digest's compression in its two halves: the words that follow from a block alone, and what the state makes of them. */
interface Compression {
  readonly start: Int32Array;
  /** Fills `w` from its first 16 words. */
  expand(w: Int32Array): void;
  rounds(state: Int32Array, w: Int32Array): void;
}

const SHA256_START = Int32Array.of(
  0x6a09e667,
  0xbb67ae85,
  0x3c6ef372,
  0xa54ff53a,
  0x510e527f,
  0x9b05688c,
  0x1f83d9ab,
  0x5be0cd19,
);

// prettier-ignore
const SHA256_ROUND = Int32Array.of(
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
);

function expandSha256(w: Int32Array): void {
  for (let t = 16; t < 64; t++) {
    const x = w[t - 15];
    const y = w[t - 2];
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    w[t] = (w[t - 16] + s0 + w[t - 7] + s1) | 0;
  }
}

function roundsSha256(state: Int32Array, w: Int32Array): void {
  let a = state[0],
    b = state[1],
    c = state[2],
    d = state[3];
  let e = state[4],
    f = state[5],
    g = state[6],
    h = state[7];
  for (let t = 0; t < 64; t++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const one = (h + s1 + (g ^ (e & (f ^ g))) + SHA256_ROUND[t] + w[t]) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const two = (s0 + ((a & b) | (c & (a | b)))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + one) | 0;
    d = c;
    c = b;
    b = a;
    a = (one + two) | 0;
  }
  state[0] = (state[0] + a) | 0;
  state[1] = (state[1] + b) | 0;
  state[2] = (state[2] + c) | 0;
  state[3] = (state[3] + d) | 0;
  state[4] = (state[4] + e) | 0;
  state[5] = (state[5] + f) | 0;
  state[6] = (state[6] + g) | 0;
  state[7] = (state[7] + h) | 0;
}

const SM3_START = Int32Array.of(
  0x7380166f,
  0x4914b2b9,
  0x172442d7,
  0xda8a0600,
  0xa96f30bc,
  0x163138aa,
  0xe38dee4d,
  0xb0fb0e4e,
);

/** T_j rotated left by j, for j = 0 … 63. */
const SM3_ROUND = Int32Array.from({ length: 64 }, (_, j) => {
  const t = j < 16 ? 0x79cc4519 : 0x7a879d8a;
  const r = j % 32;
  return r === 0 ? t : (t << r) | (t >>> (32 - r));
});

function expandSm3(w: Int32Array): void {
  for (let j = 16; j < 68; j++) {
    const x = w[j - 3];
    const y = w[j - 16] ^ w[j - 9] ^ ((x << 15) | (x >>> 17));
    const p1 = y ^ ((y << 15) | (y >>> 17)) ^ ((y << 23) | (y >>> 9));
    const z = w[j - 13];
    w[j] = p1 ^ ((z << 7) | (z >>> 25)) ^ w[j - 6];
  }
}

function roundsSm3(state: Int32Array, w: Int32Array): void {
  let a = state[0],
    b = state[1],
    c = state[2],
    d = state[3];
  let e = state[4],
    f = state[5],
    g = state[6],
    h = state[7];
  for (let j = 0; j < 64; j++) {
    const a12 = (a << 12) | (a >>> 20);
    const sum = (a12 + e + SM3_ROUND[j]) | 0;
    const ss1 = (sum << 7) | (sum >>> 25);
    const ss2 = ss1 ^ a12;
    const ff = j < 16 ? a ^ b ^ c : (a & b) | (a & c) | (b & c);
    const gg = j < 16 ? e ^ f ^ g : (e & f) | (~e & g);
    const tt1 = (ff + d + ss2 + (w[j] ^ w[j + 4])) | 0;
    const tt2 = (gg + h + ss1 + w[j]) | 0;
    d = c;
    c = (b << 9) | (b >>> 23);
    b = a;
    a = tt1;
    h = g;
    g = (f << 19) | (f >>> 13);
    f = e;
    e = tt2 ^ ((tt2 << 9) | (tt2 >>> 23)) ^ ((tt2 << 17) | (tt2 >>> 15));
  }
  state[0] ^= a;
  state[1] ^= b;
  state[2] ^= c;
  state[3] ^= d;
  state[4] ^= e;
  state[5] ^= f;
  state[6] ^= g;
  state[7] ^= h;
}

const COMPRESSIONS: Record<Suite, Compression> = {
  sha256: { start: SHA256_START, expand: expandSha256, rounds: roundsSha256 },
  sm3: { start: SM3_START, expand: expandSm3, rounds: roundsSm3 },
};

const HEX: string[] = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, "0"));
const utf8 = new TextEncoder();

/** The 64 lowercase hex digits of eight words, or with `count` words of the first ones. */
export function hexOfWords(words: Int32Array, at = 0, count = 8): string {
  let text = "";
  for (let i = at; i < at + count; i++) {
    const w = words[i];
    text += HEX[w >>> 24] + HEX[(w >>> 16) & 255] + HEX[(w >>> 8) & 255] + HEX[w & 255];
  }
  return text;
}

export function hexOfBytes(bytes: Uint8Array): string {
  let text = "";
  for (const b of bytes) text += HEX[b];
  return text;
}

/** Bytes of hex digits; the caller has checked that they are hex digits in pairs. */
export function bytesOfHex(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) => parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}

/** One digest at a time: `start`, then bytes, then `end`. */
export class Hasher {
  readonly suite: Suite;
  /** The digest after `end`, as eight words of 32 bits, big-endian. */
  readonly words = new Int32Array(8);
  private readonly w = new Int32Array(68);
  private readonly block = new Uint8Array(64);
  private readonly how: Compression;
  private fill = 0;
  private length = 0;

  constructor(suite: Suite) {
    this.suite = suite;
    this.how = COMPRESSIONS[suite];
  }

  start(prefix?: Prefix): this {
    const from = prefix === undefined ? this.how.start : prefix.state;
    // For so few words a loop is faster than `set`, and below than `fill`.
    for (let i = 0; i < 8; i++) this.words[i] = from[i];
    this.length = prefix === undefined ? 0 : prefix.length;
    this.fill = 0;
    return this;
  }

  byte(value: number): this {
    this.block[this.fill++] = value;
    if (this.fill === 64) this.flush();
    return this;
  }

  bytes(source: Uint8Array, from = 0, to = source.length): this {
    let i = from;
    while (i < to) {
      const stop = Math.min(to, i + 64 - this.fill);
      const block = this.block;
      let at = this.fill;
      while (i < stop) block[at++] = source[i++];
      this.fill = at;
      if (at === 64) this.flush();
    }
    return this;
  }

  /** Text of characters below U+0080 alone. */
  ascii(text: string): this {
    const { block } = this;
    let at = this.fill;
    for (let i = 0; i < text.length; i++) {
      block[at++] = text.charCodeAt(i);
      if (at === 64) {
        this.flush();
        at = 0;
      }
    }
    this.fill = at;
    return this;
  }

  text(text: string): this {
    return this.bytes(utf8.encode(text));
  }

  /** The block as words. */
  private load(): void {
    const { block, w } = this;
    for (let i = 0, j = 0; i < 16; i++, j += 4) {
      w[i] = (block[j] << 24) | (block[j + 1] << 16) | (block[j + 2] << 8) | block[j + 3];
    }
  }

  private compress(): void {
    this.how.expand(this.w);
    this.how.rounds(this.words, this.w);
  }

  private flush(): void {
    this.load();
    this.compress();
    this.length += 64;
    this.fill = 0;
  }

  /** Pads; the digest is then in `words`. */
  end(): this {
    const { block, w } = this;
    const total = this.length + this.fill;
    let at = this.fill;
    block[at++] = 0x80;
    if (at > 56) {
      while (at < 64) block[at++] = 0;
      this.flush();
      at = 0;
    }
    while (at < 56) block[at++] = 0;
    this.load();
    w[14] = Math.floor(total / 0x20000000);
    w[15] = (total * 8) | 0;
    this.compress();
    return this;
  }

  hex(): string {
    return hexOfWords(this.words);
  }

  /** H(0x01 ‖ l ‖ r) of RFC 6962, `l` and `r` being eight words each at `at` and `at + 8` of `nodes`; result to `out`. */
  node(nodes: Int32Array, at: number, out: Int32Array, to: number): void {
    const { w, words } = this;
    words.set(this.how.start);
    let before = 1;
    for (let i = 0; i < 16; i++) {
      const word = nodes[at + i];
      w[i] = (before << 24) | (word >>> 8);
      before = word & 255;
    }
    this.compress();
    w.fill(0, 0, 15);
    w[0] = (before << 24) | 0x800000;
    w[15] = 65 * 8;
    this.compress();
    for (let i = 0; i < 8; i++) out[to + i] = words[i];
  }

  /**
   * What a compression needs of the only block that a short message fills behind a prefix: it is the same for every prefix,
   * so that a pair ticket costs half a compression. `undefined` if message and padding do not fit into one block.
   */
  schedule(message: Uint8Array, prefix: number): Int32Array | undefined {
    if (message.length > 55) return undefined;
    this.block.fill(0);
    this.block.set(message);
    this.block[message.length] = 0x80;
    this.load();
    this.w[15] = (prefix + message.length) * 8;
    this.how.expand(this.w);
    return this.w.slice();
  }

  /** The digest of a prefix and the message of a schedule. */
  finish(prefix: Prefix, schedule: Int32Array): void {
    for (let i = 0; i < 8; i++) this.words[i] = prefix.state[i];
    this.how.rounds(this.words, schedule);
  }

  /** The state behind a text of exactly one block, as K, P, R and T are. */
  prefix(text: string): Prefix {
    if (text.length !== 64) throw new RangeError("a prefix has 64 characters");
    this.start().ascii(text);
    return { state: this.words.slice(), length: 64 };
  }

  /** H of bytes, as text. */
  ofBytes(bytes: Uint8Array): string {
    return this.start().bytes(bytes).end().hex();
  }

  /** H of text, as text. */
  ofText(text: string): string {
    return this.start().text(text).end().hex();
  }

  /** HL(purpose, fields …) of protocol.md §2.5. */
  line(purpose: string, ...fields: (string | number)[]): string {
    return this.ofText(lineOf(this.suite, purpose, fields));
  }
}

/** L(purpose, fields …) of protocol.md §2.5. */
export function lineOf(suite: Suite, purpose: string, fields: readonly (string | number)[]): string {
  return `dr1/${suite}/${purpose}\n${fields.map((field) => `${field}\n`).join("")}`;
}

/** HMAC (RFC 2104) with one key for many messages. */
export class Mac {
  private readonly inner: Prefix;
  private readonly outer: Prefix;
  private readonly digest = new Uint8Array(32);

  /** `key` has at most 64 bytes. */
  constructor(
    private readonly hash: Hasher,
    key: Uint8Array,
  ) {
    const pad = (value: number): Prefix => {
      const block = new Uint8Array(64).fill(value);
      key.forEach((byte, i) => (block[i] ^= byte));
      hash.start().bytes(block);
      return { state: hash.words.slice(), length: 64 };
    };
    this.inner = pad(0x36);
    this.outer = pad(0x5c);
  }

  of(message: string): string {
    this.hash.start(this.inner).text(message).end();
    const view = new DataView(this.digest.buffer);
    this.hash.words.forEach((word, i) => view.setInt32(4 * i, word));
    return this.hash.start(this.outer).bytes(this.digest).end().hex();
  }
}
