/** Step 7: what a transparency log shows (docs/log.md §4). */
import { holdsOnlyIf, sourceText } from "./beacon";
import type { Commitment } from "./commitment";
import { readChain, type Event } from "./events";
import { printJson, type JsonObject } from "./json";
import { attemptName, clearedFor, compete, walk, type Attempt } from "./log/walk";
import { LogFault, readPolicy, type Checkpoint, type Policy } from "./log/note";
import { continues, readCopy, readProof, type Copy, type Proof } from "./log/proof";
import { Check, type Run } from "./run";
import { compareText, say, shown, timeText } from "./text";
import type { Text } from "./types";

/** An entry that the bundle gives: the file of its proof, and all of its keys but `at`. */
interface Due {
  proof: string;
  object: JsonObject;
  event?: Event;
}

export function checkTime(run: Run, check: Check): void {
  const c = run.commitment!;
  const earliest = c.sources[0].at;
  if (run.options.tsa === true) {
    check.hide(
      say(
        "本核验程序不读取时间戳（log/commit.tsr）",
        "this verifier does not read time-stamp tokens (log/commit.tsr)",
      ),
    );
  }
  if (run.options.policy === undefined) {
    check.hide(
      say(
        `没有提供日志策略：不能证明承诺在最早信标 ${timeText(earliest)} 之前至少 ${c.margin_s} 秒已经公布`,
        `no policy was given: that the commitment was public at least ${c.margin_s} s before the earliest source (${timeText(earliest)}) is not shown`,
      ),
    );
    return;
  }
  const policy = attempt(
    () => readPolicy(run.options.policy!),
    (text) => {
      check.hide(say(`您提供的策略不能读取：${text.zh}`, `the policy that you gave cannot be read: ${text.en}`));
    },
  );
  if (policy !== undefined) new Time(run, check, policy).make();
}

function attempt<T>(read: () => T, fail: (text: Text) => void): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof LogFault)) throw error;
    fail(error.text);
    return undefined;
  }
}

/** An entry's text without its time. */
function withoutTime(object: JsonObject): string {
  const { at: _, ...rest } = object;
  return printJson(rest);
}

class Time {
  private readonly c: Commitment;
  private readonly proofs = new Map<string, Proof>();
  private readonly logged: NonNullable<Run["logged"]> = { remarks: [] };

  constructor(
    private readonly run: Run,
    private readonly check: Check,
    private readonly policy: Policy,
  ) {
    this.c = run.commitment!;
    run.logged = this.logged;
  }

  make(): void {
    const due = this.due();
    for (const entry of due) this.prove(entry);
    this.order(due);
    this.others(due);
    const named = due.flatMap(({ event }) => event?.sources ?? []);
    const declared = holdsOnlyIf([...this.c.sources, ...named]);
    if (declared !== undefined) this.check.hide(declared);
    if (this.run.options.log === undefined) return;
    const copy = attempt(
      () => readCopy(this.run.options.log!, this.policy),
      (text) => this.check.fail({ file: "log" }, text),
    );
    if (copy !== undefined) this.compare(copy, due);
  }

  /** The entries that the bundle gives, in their order. */
  private due(): Due[] {
    const { run, c, check } = this;
    const commitment = run.digest;
    const matters = [...new Set(c.lists.flatMap((list) => list.matters))].sort(compareText);
    const { suite, draw, agency, attempt: number, prev, margin_s } = c;
    const window = { ...c.window };
    const beacon = c.sources.map((source) => ({ source: sourceText(source), at: source.at }));
    const object: JsonObject = {
      v: "dr1",
      kind: "commit",
      agency,
      draw,
      commitment,
      suite,
      attempt: number,
      prev,
      matters,
      window,
      beacon,
      margin_s,
    };
    if (c.rehearsal) object.rehearsal = true;
    const due: Due[] = [{ proof: "log/commit.tlog-proof", object }];
    const add = (name: string, kind: string, keys: JsonObject, event?: Event): void => {
      due.push({ proof: `log/${name}.tlog-proof`, object: { v: "dr1", kind, commitment, ...keys }, event });
    };
    const digest = (file: string): string => run.hash.ofBytes(run.files.get(file)!);
    if (run.beacon !== undefined && run.bad.get("beacon.json") !== 1)
      add("beacon", "beacon", { strings: run.beacon.strings });
    else run.isBad(check, "beacon.json");
    if (run.files.has("manifest.tsv")) add("result", "result", { manifest: digest("manifest.tsv") });
    else run.isBad(check, "manifest.tsv");
    if (run.files.has("opening.json") && run.sealed) add("open", "open", { opening: digest("opening.json") });
    const scratch = new Check(16, "events");
    const events = readChain(run, scratch);
    if (scratch.failed) {
      check.hide(
        say(
          "事件文件不合格（见第 16 项），其记录不能核对",
          "the entries of events cannot be made, since step 16 finds a file bad",
        ),
      );
      return due;
    }
    for (const event of events) {
      const keys: JsonObject = { n: event.n, event: event.digest };
      if (event.kind === "void") keys.reason = event.reason;
      add(`event-${String(event.n).padStart(4, "0")}`, event.kind === "void" ? "void" : "event", keys, event);
    }
    return due;
  }

  /** Rules 1 and 2. */
  private prove(due: Due): void {
    const { run, check, policy, c } = this;
    const { proof: file, object, event } = due;
    const bytes = run.files.get(file);
    if (bytes === undefined) {
      check.fail({ file }, say("缺少此证明", "the proof is missing"));
      return;
    }
    const proof = attempt(
      () => readProof(bytes, policy),
      (text) => check.fail({ file }, text),
    );
    if (proof === undefined) return;
    this.proofs.set(file, proof);
    if (withoutTime(proof.entry.object) !== withoutTime(object)) {
      check.fail({ file }, say("所证明的记录与公示包不符", "the entry is not what the bundle says"));
      return;
    }
    const { cosigned } = proof;
    const earliest = c.sources[0].at;
    if (object.kind === "commit") {
      Object.assign(this.logged, { origin: proof.checkpoint.origin, index: proof.index, cosigned_s: cosigned });
      this.before(file, cosigned, earliest - c.margin_s + 1, "承诺", "the commitment");
    } else if (object.kind === "void") {
      this.before(file, cosigned, earliest, "作废", "the void");
    } else if (event?.sources !== undefined) {
      const acted = [...run.files.keys()].some((path) => path.startsWith(event.folder));
      if (cosigned !== undefined || acted) this.before(file, cosigned, event.sources[0].at, "事件", "the event");
      else this.waits(file);
    } else if (cosigned === undefined) {
      this.waits(file);
    }
  }

  private waits(file: string): void {
    this.check.hide(say(`${file} 尚无足够的见证人联署`, `the quorum has not cosigned ${file} yet`));
  }

  /** The quorum had cosigned before `limit`. */
  private before(file: string, cosigned: number | undefined, limit: number, zh: string, en: string): void {
    if (cosigned !== undefined && cosigned < limit) return;
    const text =
      cosigned === undefined
        ? say(`${zh}没有足够的见证人联署`, `the quorum has not cosigned ${en}`)
        : say(
            `${zh}在 ${timeText(cosigned)} 才有足够的见证人联署，太晚`,
            `the quorum had cosigned ${en} at ${timeText(cosigned)} only, too late`,
          );
    this.check.fail({ file }, text);
  }

  /** Rule 3: in one log the entries stand in their order. */
  private order(due: Due[]): void {
    const draw = due.filter(({ event }) => event === undefined);
    const events = [due[0], ...due.filter(({ event }) => event !== undefined)];
    for (const chain of [draw, events]) {
      const last = new Map<string, number>();
      for (const { proof: file } of chain) {
        const proof = this.proofs.get(file);
        if (proof === undefined) continue;
        const { origin } = proof.checkpoint;
        const before = last.get(origin);
        if (before !== undefined && before >= proof.index) {
          this.check.fail({ file }, say("在日志中的次序不对", "its entry stands out of order in the log"));
        }
        last.set(origin, proof.index);
      }
    }
  }

  /** Rule 4: no proof that holds proves an entry of this C which the bundle lacks. */
  private others(due: Due[]): void {
    const { run, check } = this;
    const known = new Set(due.map(({ proof }) => proof));
    const texts = new Set(due.map(({ object }) => withoutTime(object)));
    for (const [file, bytes] of run.files) {
      if (!file.startsWith("log/") || !file.endsWith(".tlog-proof") || known.has(file)) continue;
      const proof = attempt(
        () => readProof(bytes, this.policy),
        () => undefined,
      );
      if (proof === undefined || proof.entry.commitment !== run.digest) continue;
      if (texts.has(withoutTime(proof.entry.object)) || this.isClosed(proof.entry.kind)) continue;
      check.fail(
        { file: shown(file) },
        say(
          "证明了公示包所缺的记录：有文件被拿走",
          "it proves an entry that the bundle lacks: a file was removed",
        ),
      );
    }
  }

  /** Events of an unopened sealed draw are closed, not lacking; a void is published at once. */
  private isClosed(kind: string): boolean {
    return this.run.unopened && kind === "event";
  }

  /** Rules 5–9, with a copy of the log. */
  private compare(copy: Copy, due: Due[]): void {
    const { check, run, logged } = this;
    if (copy.cosigned === undefined) this.waits("checkpoint");
    const others = this.policy.logs.map(({ name }) => name).filter((name) => name !== copy.checkpoint.origin);
    if (others.length > 0) {
      const names = others.map(shown).join(" ");
      check.hide(
        say(
          `策略也相信日志 ${names}，本页只读一份副本：其中的抽取次数没有清点，可用 ssj verify 并逐一以 --log 给出副本`,
          `the policy believes the log ${names}, too, and this page reads one copy: attempts in it are not counted; ssj verify takes a copy of each with --log`,
        ),
      );
    }
    logged.size = copy.checkpoint.size;
    for (const [file, { checkpoint }] of this.proofs) {
      if (checkpoint.origin !== copy.checkpoint.origin) {
        check.fail({ file }, say("日志副本是另一个日志", "the copy is one of another log"));
      } else if (checkpoint.size > copy.checkpoint.size) {
        check.fail({ file }, say("日志副本比此证明旧", "the copy is shorter than this proof"));
      } else if (!continues(copy, checkpoint)) {
        check.fail(
          { file },
          say(
            "日志分叉：副本的前段与此证明的树头不同",
            "the log has forked: this proof's head is not that of the copy's first entries",
          ),
        );
      }
    }
    const kinds = new Map(
      due.map(({ object }) => [
        `${object.kind === "void" ? "event" : object.kind}/${object.n ?? ""}`,
        withoutTime(object),
      ]),
    );
    let found = false;
    copy.entries.forEach(({ entry, fault }, index) => {
      if (fault !== undefined) check.fail({ file: "log", row: index + 1 }, fault);
      if (entry === undefined || entry.commitment !== run.digest) return;
      if (entry.kind === "commit") found = true;
      const kind = entry.kind === "void" ? "event" : entry.kind;
      const text = kinds.get(`${kind}/${entry.object.n ?? ""}`);
      if (text === withoutTime(entry.object) || (text === undefined && this.isClosed(entry.kind))) return;
      check.fail(
        { file: "log", row: index + 1 },
        text === undefined
          ? say(
              `公示包没有日志中的 ${entry.kind} 记录所指的文件`,
              `the bundle lacks what the log's entry (${entry.kind}) names`,
            )
          : say(`公示包与日志中的 ${entry.kind} 记录不同`, `the bundle has another ${entry.kind} than the log`),
      );
    });
    if (!found) check.fail({ file: "log" }, say("日志中没有此承诺", "the log does not have this commitment"));
    this.attempts(copy);
  }

  /** Voids that cleared the way: a log's own clock does not prove that they came in time. */
  private dates(copy: Copy, attempts: readonly Attempt[], own: Attempt): void {
    const cleared = clearedFor(attempts, own);
    if (cleared.length === 0) return;
    const heads: { checkpoint: Checkpoint; cosigned?: number }[] = [copy];
    for (const [file, bytes] of this.run.files) {
      if (!file.startsWith("log/") || !file.endsWith(".tlog-proof")) continue;
      const proof = attempt(
        () => readProof(bytes, this.policy),
        () => undefined,
      );
      const ours = proof !== undefined && proof.checkpoint.origin === copy.checkpoint.origin;
      if (ours && proof.checkpoint.size <= copy.checkpoint.size && continues(copy, proof.checkpoint)) heads.push(proof);
    }
    for (const old of cleared) {
      const earliest = old.beacon[0].at;
      const dated = heads.some(
        ({ checkpoint, cosigned }) =>
          checkpoint.size > old.void_index! && cosigned !== undefined && cosigned > 0 && cosigned < earliest,
      );
      if (!dated) {
        this.check.hide(
          say(
            `${attemptName(old)} 的作废只有日志自己的时钟为证，没有见证人在 ${timeText(earliest)} 以前见过：请核验那一次的公示包，或索取 log/void-${old.commitment.slice(0, 16)}.tlog-proof`,
            `that ${attemptName(old)} was void in time rests on the log's own clock alone, no witness saw it before ${timeText(earliest)}: ` +
              `verify that bundle, or ask the office for log/void-${old.commitment.slice(0, 16)}.tlog-proof`,
          ),
        );
      } else if (!old.beacon.some(({ source }) => source.startsWith("drand:"))) {
        this.check.hide(
          say(
            `${attemptName(old)} 的作废只有在其各值不早于声明的时间开奖时才算及时`,
            `that ${attemptName(old)} was void in time holds only if its values were announced no earlier than declared`,
          ),
        );
      }
    }
  }

  private attempts(copy: Copy): void {
    const { run, check, logged } = this;
    const { findings, attempts } = walk(copy.entries.map(({ entry }) => entry));
    const own = attempts.find(({ commitment }) => commitment === run.digest);
    if (own === undefined) return;
    const rivals: Attempt[] = attempts.filter((other) => other === own || compete(other, own));
    for (const { index, commitment, text, warning } of findings) {
      if (commitment === run.digest && !warning) {
        check.fail({ file: "log", row: index + 1 }, text);
      } else if (rivals.some((rival) => rival.commitment === commitment)) {
        const rival = rivals.find((other) => other.commitment === commitment)!;
        const name = attemptName(rival);
        logged.remarks.push(
          say(
            `日志第 ${index + 1} 条（${name}）：${text.zh}`,
            `entry ${index + 1} of the log (${name}): ${text.en}`,
          ),
        );
      }
    }
    this.dates(copy, attempts, own);
    logged.attempt = [rivals.indexOf(own) + 1, rivals.length];
    logged.attempts = rivals.map(({ index, draw, commitment, attempt: number, at, voided_at }) => {
      return { index, draw, commitment, attempt: number, at, voided_at };
    });
  }
}
