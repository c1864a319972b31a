/** The verifier of `dr1`: everything that a page or a program calls. */
export { verify } from "./verify";
export { lookUp } from "./lookup";
export { glimpse } from "./glimpse";
export { stepWords } from "./words";
export { eventWords } from "./kinds";
export { filesOfZip, withoutFolder } from "./zip";
export { verifyCode } from "./compare";
export { verifyReceipt } from "./receipt";
export { shown, timeText } from "./text";
export type * from "./types";
