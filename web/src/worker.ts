/**
 * The worker's side: it keeps the verified bundle and answers one request after the other, in their order. The same
 * function answers in the page itself where a browser lets no worker start.
 */
import type { Answer, Request, Source } from "./messages";
import { filesOfZip, glimpse, lookUp, verify, verifyCode, verifyReceipt } from "./verify/index";
import type { Files, Verified } from "./verify/types";

/** Posted at most this often, in milliseconds: a page has better things to do than to count. */
const PROGRESS_MS = 100;

function filesOf(source: Source): Files {
  return "zip" in source ? filesOfZip(source.zip) : new Map(source.entries);
}

/** Answers requests; what was verified last is what subjects and receipts are looked up in. */
export function server(post: (answer: Answer) => void): (request: Request) => void {
  let files: Files | undefined;
  let verified: Verified | undefined;
  let told = 0;
  const progress = (step: number, done: number, of: number): void => {
    const now = performance.now();
    if (now - told >= PROGRESS_MS) {
      told = now;
      post({ kind: "progress", step, done, of });
    }
  };
  const answer = (request: Request): Answer => {
    switch (request.kind) {
      case "bundle": {
        const { policy, log } = request.trust;
        files = filesOf(request.source);
        verified = verify(files, { policy, log: log && filesOf(log) }, progress);
        return { kind: "reply", reply: verified.report };
      }
      case "glimpse":
        files = request.source === undefined ? files : filesOf(request.source);
        return { kind: "reply", reply: (files && glimpse(files, request.sids)) ?? null };
      case "subject":
        return verified === undefined
          ? { kind: "refused", text: { zh: "还没有公示包", en: "There is no bundle yet" } }
          : { kind: "reply", reply: lookUp(verified, request.sid) };
      case "receipt": {
        const text = new TextDecoder().decode(request.bytes).trim();
        const short = /(^|#)dr1-code;/.test(text);
        return { kind: "reply", reply: short ? verifyCode(text, files, verified) : verifyReceipt(request.bytes, files, verified) };
      }
    }
  };
  return (request) => {
    try {
      post(answer(request));
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      post({ kind: "refused", text: { zh: `无法读取：${cause}`, en: `It cannot be read: ${cause}` } });
    }
  };
}
