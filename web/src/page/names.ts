/** A reader's own file of names: a CSV with the columns `sid` and `name`. Bundles hold no names. */

export type Names = ReadonlyMap<string, string>;

/** Rows of a CSV (RFC 4180: quotes may hold commas, line ends and doubled quotes). */
function rows(text: string): string[][] {
  const found: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let quoted = false;
  const end = (): void => {
    row.push(cell);
    cell = "";
  };
  for (let at = 0; at < text.length; at++) {
    const c = text[at]!;
    if (quoted) {
      if (c !== '"') {
        cell += c;
      } else if (text[at + 1] === '"') {
        cell += c;
        at++;
      } else {
        quoted = false;
      }
    } else if (c === '"' && cell === "") {
      quoted = true;
    } else if (c === ",") {
      end();
    } else if (c === "\n") {
      end();
      found.push(row);
      row = [];
    } else if (c !== "\r") {
      cell += c;
    }
  }
  if (cell !== "" || row.length > 0) {
    end();
    found.push(row);
  }
  return found;
}

/** UTF-8, or GB18030 where it is not. */
function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("gb18030").decode(bytes);
  }
}

/** Names by code; null if the first line has no `sid` and `name`. */
export function readNames(bytes: Uint8Array): Names | null {
  const [head, ...body] = rows(decode(bytes));
  const [sid, name] = ["sid", "name"].map((column) => (head ?? []).map((cell) => cell.trim().toLowerCase()).indexOf(column));
  if (sid === undefined || name === undefined || sid < 0 || name < 0) {
    return null;
  }
  const names = new Map<string, string>();
  for (const row of body) {
    const [key, value] = [row[sid]?.trim(), row[name]?.trim()];
    if (key && value) {
      names.set(key, value);
    }
  }
  return names;
}

/** The codes whose names hold a text: those with exactly this name alone, if there are any. */
export function search(names: Names, text: string, most: number): [string, string][] {
  const plain = (name: string): string => name.normalize("NFKC").toLowerCase().replace(/\s/g, "");
  const wanted = plain(text);
  const exact: [string, string][] = [];
  const holding: [string, string][] = [];
  for (const entry of wanted === "" ? [] : names) {
    const name = plain(entry[1]);
    if (name === wanted) {
      exact.push(entry);
    } else if (holding.length < most && name.includes(wanted)) {
      holding.push(entry);
    }
  }
  return exact.length > 0 ? exact.slice(0, most) : holding;
}
