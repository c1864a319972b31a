/** The verifier of `dr1`: everything that a page or a program calls. */
export { verify } from "./verify";
export { shown, timeText } from "./text";
export type * from "./types";
