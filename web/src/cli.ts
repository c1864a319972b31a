/**
 * The verifier for a shell:
 *
 *   node verify-cli.mjs [--full] [--policy FILE] [--log FOLDER] [--bundle FOLDER] BUNDLE | RECEIPT | CODE …
 *
 * prints one line of JSON for each. Of a bundle: `path`, `verified`, `void`, `steps` (each with `number`, `result` and the
 * `files` with problems) and `result_digest`; `--full` adds the report and the milliseconds taken. Of a receipt or a code,
 * which `--bundle` compares with a bundle: `path` and the report. The exit code is 1 if one of them was not verified.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { lookUp, verify, verifyCode, verifyReceipt } from "./verify/index";
import type { Files, Options, Verified } from "./verify/types";

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

interface Arguments {
  full: boolean;
  options: Options;
  bundle?: Files;
  /** What came of the bundle. */
  verified?: Verified;
  lookUp?: string;
  paths: string[];
}

function readArguments(words: string[]): Arguments {
  const found: Arguments = { full: false, options: {}, paths: [] };
  for (let i = 0; i < words.length; i++) {
    if (words[i] === "--full") found.full = true;
    else if (words[i] === "--policy") found.options.policy = readFileSync(words[++i], "utf8");
    else if (words[i] === "--log") found.options.log = readFolder(words[++i].replace(/\/+$/, ""));
    else if (words[i] === "--bundle") found.bundle = readFolder(words[++i].replace(/\/+$/, ""));
    else if (words[i] === "--look-up") found.lookUp = words[++i];
    else found.paths.push(words[i].replace(/(?<=.)\/+$/, ""));
  }
  if (found.bundle !== undefined) found.verified = verify(found.bundle, found.options);
  return found;
}

function answer(
  path: string,
  { full, options, bundle, verified: of, lookUp: sid }: Arguments,
): { verified: boolean; line: object } {
  if (path.includes("dr1-code;")) {
    const report = verifyCode(path, bundle, of);
    return { verified: report.verified, line: { path, ...report } };
  }
  if (statSync(path).isFile()) {
    const report = verifyReceipt(new Uint8Array(readFileSync(path)), bundle, of);
    return { verified: report.verified, line: { path, ...report } };
  }
  const files = readFolder(path);
  const start = performance.now();
  const verified = verify(files, options);
  const ms = Math.round(performance.now() - start);
  const { report } = verified;
  const steps = report.steps.map(({ number, result, problems }) => {
    return { number, result, files: [...new Set(problems.map((problem) => problem.place.file))] };
  });
  const line = {
    path,
    verified: report.verified,
    void: report.void,
    steps,
    result_digest: report.facts?.result ?? null,
  };
  const subject = sid === undefined ? {} : { subject: lookUp(verified, sid) };
  return { verified: report.verified, line: full ? { ...line, ms, report, ...subject } : { ...line, ...subject } };
}

const given = readArguments(process.argv.slice(2));
for (const path of given.paths) {
  const { verified, line } = answer(path, given);
  console.log(JSON.stringify(line));
  if (!verified) process.exitCode = 1;
}
