/** The verifier of `dr1`: everything that a page or a program calls. */
export { verify } from "./verify";
export { stepWords } from "./words";
export { filesOfZip, withoutFolder } from "./zip";
export { shown, timeText } from "./text";
export type * from "./types";
