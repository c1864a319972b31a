/** What the page asks its worker, and what the worker answers. All of it is plain data. */
import type { Glimpse, ReceiptReport, Report, Subject, Text } from "./verify/types";

/** Files as they are posted: path and bytes. */
export type Entries = [string, Uint8Array][];

/** A folder's files, or a zip that holds them. */
export type Source = { entries: Entries } | { zip: Uint8Array };

/** What a reader brings besides the bundle (protocol.md §7, step 7). */
export interface Trust {
  policy?: string;
  log?: Source;
}

export type Request =
  | { kind: "bundle"; source: Source; trust: Trust }
  /** One subject before anything is verified. The bundle is posted with the first question about it. */
  | { kind: "glimpse"; source?: Source; sids: readonly string[] }
  | { kind: "subject"; sid: string }
  | { kind: "receipt"; bytes: Uint8Array };

export interface Replies {
  bundle: Report;
  /** Null where the files cannot be read so far. */
  glimpse: Glimpse | null;
  subject: Subject;
  receipt: ReceiptReport;
}

export type Answer =
  | { kind: "ready" }
  | { kind: "progress"; step: number; done: number; of: number }
  | { kind: "reply"; reply: Replies[keyof Replies] }
  /** It could not be read, or the program itself failed: no verdict. */
  | { kind: "refused"; text: Text };
