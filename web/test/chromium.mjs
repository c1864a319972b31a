// The page in Chromium, watched: what it requests, what it complains of, how long it does not answer.
import { chromium } from "playwright-core";

/** Opens a browser. Whatever leaves the page, and whatever it complains of, is kept. */
export async function open(executablePath) {
  const args = ["--no-sandbox", "--disable-background-networking", "--disable-dev-shm-usage"];
  const browser = await chromium.launch({ executablePath, args });
  const seen = { requests: [], errors: [] };
  return { browser, seen };
}

/**
 * A page of the file that is watched from inside. `gap()`: the longest time without a tick of its timer, in milliseconds;
 * `silence()`: the longest time at work in which no progress was told; `answers()`: each answer for a subject that stood there.
 */
export async function load({ browser, seen }, file, { width = 1280, search = "" } = {}) {
  const context = await browser.newContext({ viewport: { width, height: 800 } });
  const address = `file://${file}${search}`;
  context.on("request", (request) => {
    // The file itself, and the worker that is made of it; a hash is no request.
    if (request.url() !== address.split("#")[0] && !request.url().startsWith("blob:")) {
      seen.requests.push(request.url());
    }
  });
  const page = await context.newPage();
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) {
      seen.errors.push(message.text());
    }
  });
  page.on("pageerror", (error) => seen.errors.push(String(error)));
  await page.goto(address);
  await page.evaluate(() => {
    let last = performance.now();
    window.longest = 0;
    setInterval(() => {
      const now = performance.now();
      window.longest = Math.max(window.longest, now - last);
      last = now;
    }, 20);
    window.silent = 0;
    window.answers = [];
    let told;
    let at;
    new MutationObserver(() => {
      const bar = document.getElementById("progress");
      const state = bar && `${document.getElementById("step").textContent} ${bar.value}`;
      if (state !== told) {
        const now = performance.now();
        window.silent = Math.max(window.silent, told ? now - at : 0);
        [told, at] = [state, now];
      }
      const answer = document.querySelector(".answer, p#answer");
      if (answer !== null && answer !== window.answers.at(-1)?.answer) {
        const texts = (selector) => [...answer.querySelectorAll(selector)].map((each) => each.textContent);
        const marks = texts(".standing");
        window.answers.push({
          answer,
          text: marks.reduce((text, mark) => text.replace(mark, ""), answer.textContent),
          marks,
          note: answer.parentElement.querySelector(".note, .hint")?.textContent ?? null,
          team: texts(".who code"),
          verdict: document.getElementById("verdict") !== null,
          at: performance.now(),
        });
      }
    }).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
  });
  return {
    page,
    gap: () => page.evaluate(() => Math.round(window.longest)),
    silence: () => page.evaluate(() => Math.round(window.silent)),
    answers: () => page.evaluate(() => window.answers.map(({ answer, ...said }) => said)),
    close: () => context.close(),
  };
}

/** Waits for a verdict or for the reason why there is none; `act` is what leads to it, and what stood before is put away. */
async function answered(page, act, timeout) {
  await page.evaluate(() => document.querySelectorAll("section.verdict, .alert").forEach((old) => old.remove()));
  const started = performance.now();
  await act();
  await page.waitForSelector("#verdict, .alert", { timeout });
  return Math.round(performance.now() - started);
}

/** Brings a folder or files; the milliseconds until the answer. */
export function bring(page, input, files, timeout = 120_000) {
  return answered(page, () => page.setInputFiles(input, files), timeout);
}

/** Drops a folder on the page, as a hand does. */
export async function drop(page, path) {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [path], dragOperationsMask: 1 };
  const act = async () => {
    for (const type of ["dragEnter", "dragOver", "drop"]) {
      await session.send("Input.dispatchDragEvent", { type, x: 200, y: 200, data });
    }
  };
  await answered(page, act, 60_000);
  await session.detach();
}

/** What the page says of a bundle, read from what a reader sees. */
export function verdict(page) {
  return page.evaluate(() => {
    const section = document.querySelector("section.verdict");
    const texts = (within, selector) => [...within.querySelectorAll(selector)].map((each) => each.textContent);
    const result = (step) => ["passed", "failed", "not-shown"].find((name) => step.classList.contains(name));
    return {
      alert: texts(document, ".alert").join(" "),
      headline: section?.querySelector("h2").textContent ?? null,
      kind: ["passed", "partial", "frozen", "failed", "void"].find((name) => section?.classList.contains(name)) ?? null,
      steps: [...document.querySelectorAll("li.step")].map((step) => [Number(step.id.slice("step-".length)), result(step)]),
      claims: texts(document, ".step.failed:not(:has(.plain)) > p:first-of-type"),
      named: texts(document, ".step .problem .place code"),
      digest: section?.querySelector(".digest")?.textContent ?? null,
    };
  });
}
