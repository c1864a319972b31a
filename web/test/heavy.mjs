// Large bundles in verify.html: `node test/heavy.mjs CHROMIUM PAGE FOLDER…` prints for each what the page says, how long it takes,
// how long it does not answer or tells no progress meanwhile, and the most memory that one of its processes takes.
import { readFileSync } from "node:fs";
import { bring, load, open, verdict } from "./chromium.mjs";

const [executable, file, ...folders] = process.argv.slice(2);

/** The most memory that a process of the page has had so far, in MB. */
async function memory(browser) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  const peak = ({ id }) => Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${id}/status`, "utf8"))[1]);
  return Math.round(Math.max(...processInfo.filter(({ type }) => type === "renderer").map(peak)) / 1024);
}

for (const folder of folders) {
  const watched = await open(executable);
  const { page, gap, silence } = await load(watched, file);
  const milliseconds = await bring(page, "#folder", folder, 600_000);
  const said = { kind: (await verdict(page)).kind, milliseconds, gap: await gap(), silence: await silence() };
  console.log(JSON.stringify({ ...said, memory: await memory(watched.browser), ...watched.seen }));
  await watched.browser.close();
}
