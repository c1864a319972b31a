/**
 * The verifier for a shell: `node verify-cli.mjs BUNDLE …` prints one line of JSON for each folder. Its exit code is 1 if one
 * of them was not verified.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { verify } from "./verify/index";
import type { Files } from "./verify/types";

/** Every regular file of a folder. */
export function readFolder(folder: string): Files {
  const files = new Map<string, Uint8Array>();
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isDirectory()) continue;
    const path = join(entry.parentPath ?? entry.path, entry.name);
    files.set(path.slice(folder.length).replace(/^\/+/, ""), new Uint8Array(readFileSync(path)));
  }
  return files;
}

function line(path: string, timed: boolean): { text: string; verified: boolean } {
  const start = performance.now();
  const { report } = verify(readFolder(path));
  const steps = report.steps.map((step) => {
    const files = [...new Set(step.problems.map((problem) => problem.place.file))];
    return { number: step.number, result: step.result, files, ...(timed ? { problems: step.problems, notShown: step.notShown } : {}) };
  });
  const line = { path, verified: report.verified, void: report.void, steps, result_digest: report.facts?.result ?? null };
  const ms = Math.round(performance.now() - start);
  return { text: JSON.stringify(timed ? { ...line, ms } : line), verified: report.verified };
}

const paths = process.argv.slice(2).filter((argument) => argument !== "--full");
const full = process.argv.includes("--full");
for (const path of paths) {
  const { text, verified } = line(path, full);
  console.log(text);
  if (!verified) process.exitCode = 1;
}
