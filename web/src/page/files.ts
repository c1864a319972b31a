/** Files that a reader chooses or drops, and what they are: a bundle, a receipt, names. Folders are read where they lie. */
import type { Entries, Source } from "../messages";
import { type Names, readNames } from "./names";

/** A file with its path, from what was dropped or chosen. */
export interface Brought {
  path: string;
  file: File;
}

/** What was brought. A bundle stands in a folder with `commitment.json`, or in a zip. */
export interface Sorted {
  bundle?: { name: string; source: Source };
  receipt?: { name: string; bytes: Uint8Array };
  names?: { name: string; names: Names };
  /** Folders that are each a bundle: one at a time is verified. */
  several: string[];
  /** What is none of these. */
  others: string[];
}

const COMMITMENT = "commitment.json";

/** The files of an `<input type="file">`. */
export function fromInput(list: FileList): Brought[] {
  return Array.from(list, (file) => ({ path: file.webkitRelativePath || file.name, file }));
}

/**
 * The files of what was dropped, folders with all they hold. Handles come first, for from `file://` Chromium reads no folder
 * through entries; other browsers have entries alone.
 */
export async function fromDrop(transfer: DataTransfer): Promise<Brought[]> {
  // All of it is asked for at once: after the event a DataTransfer is empty.
  const items = Array.from(transfer.items, (item) => ({
    handle: item.kind === "file" ? handleOf(item) : null,
    entry: item.kind === "file" ? item.webkitGetAsEntry() : null,
  }));
  const found: Brought[] = [];
  for (const { handle, entry } of items) {
    const got = await handle;
    if (got) {
      await walkHandle(got, "", found);
    } else if (entry) {
      await walkEntry(entry, "", found);
    }
  }
  return found;
}

interface Handle {
  kind: "file" | "directory";
  name: string;
  getFile(): Promise<File>;
  values(): AsyncIterable<Handle>;
}

function handleOf(item: DataTransferItem): Promise<Handle | null> | null {
  const known = item as DataTransferItem & { getAsFileSystemHandle?(): Promise<Handle | null> };
  return known.getAsFileSystemHandle ? known.getAsFileSystemHandle().catch(() => null) : null;
}

async function walkHandle(handle: Handle, before: string, found: Brought[]): Promise<void> {
  const path = before + handle.name;
  if (handle.kind === "file") {
    found.push({ path, file: await handle.getFile() });
    return;
  }
  for await (const inner of handle.values()) {
    await walkHandle(inner, `${path}/`, found);
  }
}

async function walkEntry(entry: FileSystemEntry, before: string, found: Brought[]): Promise<void> {
  const path = before + entry.name;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    found.push({ path, file });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // A reader gives a folder in portions, the last of which is empty.
    const portion = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (portion.length === 0) {
      return;
    }
    for (const inner of portion) {
      await walkEntry(inner, `${path}/`, found);
    }
  }
}

async function bytesOf(file: File): Promise<Uint8Array> {
  return new Uint8Array(await file.arrayBuffer());
}

/** The files below a folder, named from there. */
async function below(brought: readonly Brought[], root: string): Promise<Source> {
  const entries: Entries = [];
  for (const { path, file } of brought) {
    if (path.startsWith(root)) {
      entries.push([path.slice(root.length), await bytesOf(file)]);
    }
  }
  return { entries };
}

/** What lies before a file's own name, with its last slash. */
function folder(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}

/** A folder or zip as it is, whatever it holds: a copy of a log. */
export async function readSource(brought: readonly Brought[]): Promise<{ name: string; source: Source } | null> {
  const [first] = brought;
  if (first === undefined) {
    return null;
  }
  if (brought.length === 1 && /\.zip$/i.test(first.path)) {
    return { name: first.path, source: { zip: await bytesOf(first.file) } };
  }
  // The checkpoint of a log stands at its root.
  const head = brought.find(({ path }) => /(^|\/)checkpoint$/.test(path)) ?? first;
  const root = folder(head.path);
  return { name: root.slice(0, -1) || head.path, source: await below(brought, root) };
}

/** Finds out what was brought. */
export async function sortOut(brought: readonly Brought[]): Promise<Sorted> {
  const sorted: Sorted = { several: [], others: [] };
  const isCommitment = ({ path }: Brought): boolean => path === COMMITMENT || path.endsWith(`/${COMMITMENT}`);
  const roots = brought.filter(isCommitment).map(({ path }) => folder(path));
  const depth = (root: string): number => root.split("/").length;
  const least = Math.min(...roots.map(depth));
  const bundles = roots.filter((root) => depth(root) === least);
  const [root] = bundles;
  // What lies beside the bundle's folder may be names or a receipt; what lies in it belongs to it, unless the reader's own names
  // were brought together with loose files.
  const belongs = ({ path }: Brought): boolean =>
    root !== undefined && path.startsWith(root) && !(root === "" && /^[^/]*\.csv$/i.test(path));
  if (root !== undefined && bundles.length === 1) {
    sorted.bundle = { name: root.slice(0, -1) || COMMITMENT, source: await below(brought.filter(belongs), root) };
  } else {
    sorted.several = bundles.map((each) => each.slice(0, -1));
  }
  for (const { path, file } of brought.filter((each) => bundles.length < 2 && !belongs(each))) {
    await sortOne(path, file, sorted);
  }
  return sorted;
}

async function sortOne(path: string, file: File, sorted: Sorted): Promise<void> {
  if (/\.zip$/i.test(path) && sorted.bundle === undefined) {
    sorted.bundle = { name: path, source: { zip: await bytesOf(file) } };
  } else if (/\.csv$/i.test(path)) {
    const names = readNames(await bytesOf(file));
    if (names === null) {
      sorted.others.push(path);
    } else {
      sorted.names = { name: path, names };
    }
  } else if (/\.(txt|json)$/i.test(path)) {
    const bytes = await bytesOf(file);
    const text = new TextDecoder().decode(bytes);
    if (text.includes('"dr1-receipt"') || text.includes("dr1-code;")) {
      sorted.receipt = { name: path, bytes };
    } else {
      sorted.others.push(path);
    }
  } else if (!/(^|\/)\.[^/]*$/.test(path)) {
    sorted.others.push(path);
  }
}
