/** The first failure of a receipt, which is the answer (protocol.md §8.1). */
import { say } from "./text";
import type { Problem } from "./types";

/** What a receipt is called where no file's name is known. */
export const FILE = "receipt";

/** Carries the first failure out of the checks. */
export class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(problem.text.en);
  }
}

export function refuse(column: string, zh: string, en: string): never {
  throw new Refused({ place: { file: FILE, column }, text: say(zh, en) });
}
