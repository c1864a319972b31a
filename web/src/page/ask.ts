/** The page's side of the worker: one bundle, one worker, questions answered in their order. */
import type { Answer, Replies, Request, Source, Trust } from "../messages";
import { server } from "../worker";
import type { Text } from "../verify/types";

/** No verdict: what could not be read, or why the program itself failed. */
export class Refused extends Error {
  constructor(readonly text: Text) {
    super(text.en);
  }
}

export type OnProgress = (step: number, done: number, of: number) => void;

interface Waiting {
  resolve(reply: Replies[keyof Replies]): void;
  reject(error: Refused): void;
  onProgress?: OnProgress;
}

const ENDED: Text = { zh: "核验程序中断，没有结论", en: "The verifier broke off: there is no verdict" };

export class Verifier {
  private readonly waiting: Waiting[] = [];
  private readonly send: (request: Request) => void;
  private worker: Worker | undefined;

  /** Starts a worker from the page's own program; where none may start, the page does the work itself. */
  constructor(program: string) {
    const direct = (): ((request: Request) => void) => {
      const answer = server((message) => this.receive(message));
      return (request) => void setTimeout(() => answer(request), 30);
    };
    const early: Request[] = [];
    let post = (request: Request): void => void early.push(request);
    this.send = (request) => post(request);
    const begin = (with_: (request: Request) => void): void => {
      post = with_;
      early.splice(0).forEach(with_);
    };
    try {
      const address = URL.createObjectURL(new Blob([program], { type: "text/javascript" }));
      const worker = new Worker(address);
      let ready = false;
      worker.onmessage = (event: MessageEvent<Answer>) => {
        if (event.data.kind === "ready") {
          ready = true;
          URL.revokeObjectURL(address);
          begin((request) => worker.postMessage(request));
        } else {
          this.receive(event.data);
        }
      };
      worker.onerror = (event) => {
        event.preventDefault();
        if (ready) {
          this.receive({ kind: "refused", text: ENDED });
        } else {
          this.worker = undefined;
          begin(direct());
        }
      };
      this.worker = worker;
    } catch {
      begin(direct());
    }
  }

  bundle(source: Source, trust: Trust, onProgress: OnProgress): Promise<Replies["bundle"]> {
    return this.ask({ kind: "bundle", source, trust }, onProgress);
  }

  /** What one subject sees before anything is verified; `source` with the first question. */
  glimpse(sids: readonly string[], source?: Source): Promise<Replies["glimpse"]> {
    return this.ask({ kind: "glimpse", source, sids });
  }

  subject(sid: string): Promise<Replies["subject"]> {
    return this.ask({ kind: "subject", sid });
  }

  receipt(bytes: Uint8Array): Promise<Replies["receipt"]> {
    return this.ask({ kind: "receipt", bytes });
  }

  /** Ends the work; what was asked is never answered. */
  stop(): void {
    this.worker?.terminate();
    this.waiting.length = 0;
  }

  private ask<K extends Request["kind"]>(request: Request & { kind: K }, onProgress?: OnProgress): Promise<Replies[K]> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve: resolve as Waiting["resolve"], reject, onProgress });
      this.send(request);
    });
  }

  private receive(answer: Answer): void {
    if (answer.kind === "progress") {
      this.waiting[0]?.onProgress?.(answer.step, answer.done, answer.of);
      return;
    }
    const first = this.waiting.shift();
    if (answer.kind === "reply") {
      first?.resolve(answer.reply);
    } else if (answer.kind === "refused") {
      first?.reject(new Refused(answer.text));
    }
  }
}
