// Pages as readers have them: `node test/looks.mjs FOLDER`. FOLDER/cases.json has `chromium` and `pages`, paths below FOLDER, and
// FOLDER/seen.json gets what was seen of each on a phone and on a desktop. Nothing is judged here.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { load, open } from "./chromium.mjs";

const root = process.argv[2];
const { chromium, pages } = JSON.parse(readFileSync(join(root, "cases.json"), "utf8"));
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const watched = await open(chromium);
const seen = { ...watched.seen, looked: [] };

/** Serious and critical faults that axe finds. It stands in a world of its own, which the page's policy does not reach. */
async function faults(page) {
  const session = await page.context().newCDPSession(page);
  const { frameTree } = await session.send("Page.getFrameTree");
  const { executionContextId } = await session.send("Page.createIsolatedWorld", { frameId: frameTree.frame.id });
  const evaluate = async (expression) => {
    const told = await session.send("Runtime.evaluate", { expression, contextId: executionContextId, awaitPromise: true, returnByValue: true });
    if (told.exceptionDetails) {
      throw new Error(told.exceptionDetails.exception?.description ?? told.exceptionDetails.text);
    }
    return told.result.value;
  };
  await evaluate(`${axeSource}; 0`);
  const found = await evaluate('axe.run(document, { resultTypes: ["violations"], preload: false }).then(({ violations }) => violations)');
  await session.detach();
  return found
    .filter(({ impact }) => ["serious", "critical"].includes(impact))
    .map(({ id, nodes }) => ({ id, html: nodes.slice(0, 3).map((node) => node.html) }));
}

for (const path of pages) {
  const { page, close } = await load(watched, join(root, path), { width: 360 });
  for (const width of [360, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    const measured = await page.evaluate(() => {
      const inside = innerWidth;
      const wide = [...document.querySelectorAll("body *")].filter((each) => each.getBoundingClientRect().right > inside + 1);
      // What scrolls inside of its own frame is no fault of the page.
      const framed = (each) => each.closest(".wide, pre") !== null;
      return {
        overflow: document.documentElement.scrollWidth - inside,
        wide: wide.filter((each) => !framed(each)).slice(0, 3).map((each) => each.outerHTML.slice(0, 200)),
        words: document.body.innerText.length,
      };
    });
    seen.looked.push({ path, width, ...measured, rules: await faults(page) });
  }
  await close();
}
await watched.browser.close();
writeFileSync(join(root, "seen.json"), JSON.stringify(seen));
