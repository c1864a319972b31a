/** One program for the page and for its worker, so that the file holds the verifier once. */
import type { Answer, Request } from "./messages";
import { start } from "./page/page";
import { server } from "./worker";

/** What a worker has of the world, as far as it is used here. */
interface Scope {
  postMessage(answer: Answer): void;
  onmessage: ((event: { data: Request }) => void) | null;
}

if (typeof document === "undefined") {
  const scope = globalThis as unknown as Scope;
  const answer = server((message) => scope.postMessage(message));
  scope.onmessage = (event) => answer(event.data);
  scope.postMessage({ kind: "ready" });
} else {
  start();
}
