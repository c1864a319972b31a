/** The vectors of the repository, and what tests do to them. Tests run in `web/`. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Report } from "../src/verify/types";

export const NAMES = ["open", "open_rounds", "open_sm3", "sealed_opened", "events"] as const;
export type Bundle = Map<string, Uint8Array>;

export function folder(path: string): Bundle {
  const files: Bundle = new Map();
  for (const entry of readdirSync(path, { withFileTypes: true, recursive: true })) {
    if (entry.isDirectory()) continue;
    const file = join(entry.parentPath ?? entry.path, entry.name);
    files.set(file.slice(path.length + 1), new Uint8Array(readFileSync(file)));
  }
  return files;
}

export function vector(name: string): Bundle {
  return folder(`../tests/vectors/${name}`);
}

/** `sealed_opened` as it was before the opening. */
export function unopened(): Bundle {
  const closed = /^(opening\.json|recusals\.tsv|visits\.tsv|assignment\.tsv|handicaps\.tsv|frames\/.*|draw\/.*)$/;
  return new Map([...vector("sealed_opened")].filter(([file]) => !closed.test(file)));
}

export const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
export const bytes = (content: string): Uint8Array => new TextEncoder().encode(content);

/** Numbers of steps by result. */
export function numbers(report: Report, result: string): number[] {
  return report.steps.filter((step) => step.result === result).map((step) => step.number);
}

/** Files that problems name. */
export function blamed(report: Report): Set<string> {
  return new Set(report.steps.flatMap((step) => step.problems.map((problem) => problem.place.file)));
}

/** A small generator of test data (xorshift32); nothing of a draw comes from it. */
export function random(seed: number): (below: number) => number {
  let x = seed >>> 0 || 1;
  return (below) => {
    x ^= x << 13;
    x >>>= 0;
    x ^= x >>> 17;
    x ^= x << 5;
    x >>>= 0;
    return x % below;
  };
}
