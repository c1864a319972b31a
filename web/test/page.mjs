// What verify.html says in Chromium: `node test/page.mjs FOLDER`. FOLDER/cases.json tells what is brought to it, and
// FOLDER/seen.json gets what was seen. Nothing is judged here: that is done where the expected answers are known.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join, relative } from "node:path";
import { zipSync } from "fflate";
import { bring, drop, load, open, verdict } from "./chromium.mjs";

const root = process.argv[2];
const cases = JSON.parse(readFileSync(join(root, "cases.json"), "utf8"));
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const seen = { bundles: {}, zips: {}, dropped: {}, large: {}, early: {}, receipts: {}, subjects: [], after: [], logged: [], rules: [], direct: null };
const watched = await open(cases.chromium);
const at = (path) => join(root, path);

function files(folder, found = []) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    statSync(path).isDirectory() ? files(path, found) : found.push(path);
  }
  return found;
}

function zip(folder) {
  const entries = files(folder).map((path) => [`bundle/${relative(folder, path)}`, readFileSync(path)]);
  return Buffer.from(zipSync(Object.fromEntries(entries), { level: 1 }));
}

/** Serious and critical faults that axe finds in the page as it stands. */
async function audit(page, state) {
  await page.evaluate(axeSource);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  for (const { id, impact, nodes } of found.violations) {
    if (["serious", "critical"].includes(impact)) {
      seen.rules.push({ state, id, impact, html: nodes.slice(0, 3).map((node) => node.html) });
    }
  }
}

/** One bundle after the other in one page, as a reader brings them: nothing of the one before may be left. */
async function bundles() {
  const parts = [
    ["bundles", (page, folder) => bring(page, "#folder", at(folder))],
    ["zips", (page, folder) => bring(page, "#files", { name: "bundle.zip", mimeType: "application/zip", buffer: zip(at(folder)) })],
    ["dropped", (page, folder) => drop(page, at(folder))],
  ];
  for (const [part, act] of parts) {
    const { page, close } = await load(watched, cases.page, { width: part === "zips" ? 360 : 1280 });
    for (const folder of cases[part]) {
      await act(page, folder);
      seen[part][folder] = await verdict(page);
    }
    await close();
  }
}

/** Large bundles: how long they take, and meanwhile how long the page does not answer, and how long it tells no progress. */
async function large() {
  for (const folder of cases.large) {
    for (let turn = 0; turn < 3; turn++) {
      const { page, gap, silence, close } = await load(watched, cases.page);
      const milliseconds = await bring(page, "#folder", at(folder));
      const found = { ...(await verdict(page)), milliseconds, gap: await gap(), silence: await silence() };
      await close();
      const before = seen.large[folder];
      seen.large[folder] = before === undefined || found.gap + found.silence < before.gap + before.silence ? found : before;
      if (found.gap <= cases.gap && found.silence <= cases.silence) {
        break;
      }
    }
  }
}

/** A subject that is asked for while its bundle is verified: each answer in turn, and what the page says in the end. */
async function early() {
  for (const { folder, sid } of cases.early) {
    for (let turn = 0; turn < 3; turn++) {
      const { page, answers, close } = await load(watched, cases.page);
      await page.setInputFiles("#folder", at(folder));
      await page.waitForSelector("#working");
      await page.fill("#sid", sid);
      const asked = await page.evaluate(() => performance.now());
      await page.click(".lookup button[type=submit]");
      await page.waitForSelector("#answer");
      if (turn === 0) {
        await audit(page, `early ${folder}`);
      }
      await page.waitForSelector("#verdict", { timeout: 120_000 });
      await page.waitForFunction(() => document.querySelector("#verdict") && document.querySelector("#answer"));
      const said = await answers();
      seen.early[folder] = { ...(await verdict(page)), answers: said, answer_ms: Math.round(said[0].at - asked) };
      await close();
      if (!said[0].verdict) {
        break;
      }
    }
  }
}

/** Receipts and codes, those of one bundle one after the other in one page; the first code comes with the address. */
async function receipts() {
  const answer = async (page) => {
    await page.waitForSelector("#receipt, .alert");
    return page.evaluate(() => {
      const section = document.getElementById("receipt")?.closest("section");
      return {
        kind: ["passed", "failed", "void"].find((kind) => section?.classList.contains(kind)) ?? null,
        text: section?.textContent ?? document.querySelector(".alert").textContent,
      };
    });
  };
  const { code } = cases.receipts.find((receipt) => receipt.code);
  const { page, close } = await load(watched, cases.page, { search: `#${code}` });
  seen.scanned = await answer(page);
  await close();
  for (const folder of new Set(cases.receipts.map((receipt) => receipt.folder))) {
    const { page, close } = await load(watched, cases.page);
    if (folder) {
      await bring(page, "#folder", at(folder));
    }
    for (const { name, file, code } of cases.receipts.filter((receipt) => receipt.folder === folder)) {
      await page.evaluate(() => document.getElementById("receipt")?.closest("section").remove());
      if (code) {
        await page.fill("#code", code);
        await page.click(".paste button");
      } else {
        await page.setInputFiles("#files", at(file));
      }
      seen.receipts[name] = await answer(page);
    }
    await close();
  }
}

/** A bundle with the proofs of a log, and a reader who brings a policy and perhaps a copy of that log. */
async function logged() {
  for (const { folder, policy, log } of cases.logged) {
    const { page, close } = await load(watched, cases.page);
    const chosen = (count) => page.waitForFunction((n) => document.querySelectorAll(".options strong").length === n, count);
    await page.setInputFiles("#policy", at(policy));
    await chosen(1);
    if (log) {
      await page.setInputFiles("#log", at(log));
      await chosen(2);
    }
    await bring(page, "#folder", at(folder));
    const text = await page.evaluate(() => document.getElementById("main").textContent);
    seen.logged.push({ ...(await verdict(page)), text });
    await audit(page, `logged ${folder}`);
    await close();
  }
}

/** What commands print; null where a program that they need is not installed. */
function printed(commands) {
  try {
    return execFileSync("sh", ["-ec", commands]).toString().trim();
  } catch (error) {
    if (error.status === 127) {
      return null;
    }
    throw error;
  }
}

/** One subject: its outcome, its team, and what the printed commands print. */
async function subjects() {
  for (const { folder, sid, name } of cases.subjects) {
    const { page, close } = await load(watched, cases.page, { width: 360 });
    await bring(page, "#folder", at(folder));
    if (name) {
      await page.setInputFiles("#names", { name: "names.csv", mimeType: "text/csv", buffer: Buffer.from(`sid,name\n${sid},"${name}"\n`) });
    }
    await page.fill("#sid", name ?? sid);
    await page.click(".lookup button[type=submit]");
    await page.waitForSelector("#answer");
    for (const summary of await page.$$(".answer summary")) {
      await summary.click();
    }
    // What unfolds is made when it is looked at.
    await page.waitForFunction(() => [...document.querySelectorAll(".answer details")].every((each) => each.children.length > 1));
    const found = await page.evaluate(() => {
      const texts = (selector) => [...document.querySelectorAll(selector)].map((each) => each.textContent);
      return {
        headline: document.getElementById("answer").textContent,
        outcomes: texts(".lists article h4 code").map((list, n) => [list, texts(".outcome strong")[n]]),
        tickets: texts(".lists .terms > div:nth-child(2) code"),
        team: texts(".slot .who code"),
        commands: texts(".answer pre"),
        overflow: document.documentElement.scrollWidth - innerWidth,
      };
    });
    found.printed = found.commands.map(printed);
    await audit(page, `${folder} ${sid}`);
    seen.subjects.push({ folder, sid, ...found });
    await close();
  }
}

/** Subjects that events concern: looked up, and by the code of their receipts. */
async function after() {
  const said = (page, id) =>
    page.evaluate((id) => {
      const section = document.getElementById(id).closest("section");
      const each = (selector) => [...section.querySelectorAll(selector)];
      return {
        headline: document.getElementById(id).textContent,
        since: each(".since li").map((line) => line.textContent),
        slots: each(".now article.slot").map((slot) => [slot.querySelector(".holder code")?.textContent ?? null, slot.classList.contains("vacant")]),
        overflow: document.documentElement.scrollWidth - innerWidth,
      };
    }, id);
  for (const folder of new Set(cases.after.map((each) => each.folder))) {
    const { page, close } = await load(watched, cases.page, { width: 360 });
    await bring(page, "#folder", at(folder));
    for (const { sid, code } of cases.after.filter((each) => each.folder === folder)) {
      const asked = async (field, text, button, id) => {
        await page.evaluate((id) => document.getElementById(id)?.remove(), id);
        await page.fill(field, text);
        await page.click(button);
        await page.waitForSelector(`#${id}`);
        return said(page, id);
      };
      const subject = await asked("#sid", sid, ".lookup button[type=submit]", "answer");
      const receipt = await asked("#code", code, ".paste button", "receipt");
      seen.after.push({ folder, sid, subject, receipt });
    }
    await audit(page, `after ${folder}`);
    await close();
  }
}

/** The page in each of its states, at both widths and in both languages. */
async function states() {
  const [good, bad] = [cases.bundles[0], cases.bad];
  for (const width of [1280, 360]) {
    for (const search of ["", "?lang=en"]) {
      const { page, close } = await load(watched, cases.page, { width, search });
      await audit(page, `start ${width} ${search}`);
      await page.click(".options summary");
      for (const folder of [good, bad]) {
        await bring(page, "#folder", at(folder));
        await audit(page, `${folder} ${width} ${search}`);
      }
      await close();
    }
  }
}

/** A sealed draw that nobody has opened, looked at on days by the device's clock. */
async function promised() {
  const { folder, times } = cases.promised;
  const { page, close } = await load(watched, cases.page);
  seen.promised = [];
  for (const time of times) {
    await page.clock.setFixedTime(new Date(time));
    await bring(page, "#folder", at(folder));
    seen.promised.push(await page.evaluate(() => document.querySelector("section.verdict").textContent));
  }
  await close();
}

/** Titles that look like markup are text, and nothing but the page's own elements is there. */
async function hostile() {
  const { page, close } = await load(watched, cases.page, { width: 360 });
  await bring(page, "#folder", at(cases.hostile));
  seen.hostile = {
    ...(await verdict(page)),
    ...(await page.evaluate(() => ({
      text: document.getElementById("main").textContent,
      foreign: document.querySelectorAll("main :is(script, img, iframe, object, embed, link, style, a:not([href^='#']))").length,
      ran: window.ran !== undefined,
      overflow: document.documentElement.scrollWidth - innerWidth,
    }))),
  };
  await close();
}

/** What the policy of the page forbids, tried from inside of it towards a server of our own, which must hear nothing. */
async function forbidden() {
  const heard = [];
  const server = createServer((request, response) => {
    heard.push(request.url);
    response.end();
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  const { page, close } = await load({ browser: watched.browser, seen: { requests: [], errors: [] } }, cases.page);
  seen.forbidden = await page.evaluate(async (origin) => {
    const outcome = (promise) => promise.then(() => "done", () => "refused");
    const load = (element) =>
      outcome(
        new Promise((resolve, reject) => {
          element.onload = resolve;
          element.onerror = reject;
          document.body.append(element);
        }),
      );
    const make = (tag, properties) => Object.assign(document.createElement(tag), properties);
    document.body.append(make("script", { textContent: "window.ran = true" }));
    const form = make("form", { action: `${origin}/form`, method: "post" });
    document.body.append(form);
    form.submit();
    navigator.sendBeacon(`${origin}/beacon`, "x");
    return {
      fetch: await outcome(fetch(`${origin}/fetch`)),
      image: await load(make("img", { src: `${origin}/image` })),
      script: await load(make("script", { src: `${origin}/script` })),
      inline: window.ran === true ? "done" : "refused",
    };
  }, `http://127.0.0.1:${server.address().port}`);
  await page.waitForTimeout(300);
  seen.heard = heard;
  await close();
  server.close();
}

/** Where no worker starts, the page does the work itself. */
async function direct() {
  const context = await watched.browser.newContext();
  await context.addInitScript(() => {
    window.Worker = undefined;
  });
  const page = await context.newPage();
  await page.goto(`file://${cases.page}`);
  await bring(page, "#folder", at(cases.bundles[0]));
  seen.direct = await verdict(page);
  await context.close();
}

for (const part of [bundles, large, early, receipts, subjects, after, logged, states, promised, hostile, direct, forbidden]) {
  await part();
}
await watched.browser.close();
Object.assign(seen, watched.seen);
writeFileSync(at("seen.json"), JSON.stringify(seen));
