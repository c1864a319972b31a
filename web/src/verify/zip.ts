/** A zip as a bundle. */
import { unzipSync } from "fflate";
import type { Files } from "./types";

/** More than any bundle; a zip that unpacks to more is refused before it is unpacked. */
const LARGEST = 2 ** 31;

/**
 * The files of a zip, without folders and without what operating systems add. If all of them lie in one folder, that folder
 * is taken off. Throws where the bytes are no zip, a name stands twice, or they are too many.
 */
export function filesOfZip(bytes: Uint8Array): Files {
  let total = 0;
  const names = new Set<string>();
  const unzipped = unzipSync(bytes, {
    filter: ({ name, originalSize }) => {
      if (name.endsWith("/") || /(^|\/)(__MACOSX\/|\.DS_Store$|Thumbs\.db$|desktop\.ini$)/.test(name))
        return false;
      if (names.has(name)) throw new Error(`the zip has ${name} twice`);
      names.add(name);
      total += originalSize;
      if (total > LARGEST) throw new Error("the zip is too large");
      return true;
    },
  });
  return withoutFolder(new Map(Object.entries(unzipped)));
}

/** Takes off the folder in which everything lies, if `commitment.json` is in it. */
export function withoutFolder(files: Files): Files {
  let found = files;
  for (;;) {
    if (found.has("commitment.json")) return found;
    const tops = new Set([...found.keys()].map((path) => path.slice(0, path.indexOf("/") + 1)));
    const [top] = tops;
    if (tops.size !== 1 || top === "") return files;
    found = new Map([...found].map(([path, content]) => [path.slice(top.length), content]));
  }
}
