/** The part where a reader brings things: a bundle, a receipt or its code, and what the reader believes. */
import { type Brought, fromDrop, fromInput } from "./files";
import { append, type Child, el } from "./dom";
import { say } from "./language";
import type { Text } from "../verify/types";

/** What the page does with what is brought. */
export interface Actions {
  bring(files: Promise<Brought[]>): void;
  code(text: string): void;
  policy(file: File): void;
  log(files: Brought[]): void;
}

/** What was brought besides the bundle, to be said beside its button. */
export interface Beside {
  names?: string;
  policy?: string;
  log?: string;
  /** A code that came with the page's address. */
  code: string;
}

interface Choice {
  id: string;
  label: Text;
  accept?: string;
  folder?: boolean;
  many?: boolean;
  strong?: boolean;
  chosen(files: Brought[]): void;
}

/** A button that is a file input with its label. */
function choice({ id, label, accept, folder, many, strong, chosen }: Choice): Child {
  const input = el("input", {
    id,
    type: "file",
    class: "unseen",
    accept,
    multiple: many || folder,
    webkitdirectory: folder,
    change: () => {
      if (input.files !== null && input.files.length > 0) {
        chosen(fromInput(input.files));
        input.value = "";
      }
    },
  });
  return el("span", { class: "choice" }, input, el("label", { for: id, class: strong ? "button strong" : "button" }, label));
}

/** Lets files be dropped anywhere on the page; `over` is the element that shows it. */
export function acceptDrops(over: () => HTMLElement | null, actions: Actions): void {
  const mark = (on: boolean): void => void over()?.classList.toggle("over", on);
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    mark(true);
  });
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) {
      mark(false);
    }
  });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    mark(false);
    if (event.dataTransfer !== null && event.dataTransfer.types.includes("Files")) {
      actions.bring(fromDrop(event.dataTransfer));
    }
  });
}

function bundle(actions: Actions): Child {
  const bring = (files: Brought[]): void => actions.bring(Promise.resolve(files));
  return el(
    "div",
    { class: "drop", id: "drop" },
    el("h2", { id: "bring" }, say("核验公示包", "Verify a bundle")),
    el(
      "p",
      {},
      say("把公示包的文件夹或 zip 拖到这里，或者：", "Drop the folder or zip of a bundle here, or:"),
    ),
    el(
      "p",
      { class: "choices" },
      choice({ id: "folder", label: say("选择文件夹", "Choose a folder"), folder: true, strong: true, chosen: bring }),
      choice({ id: "files", label: say("选择 zip 或凭证", "Choose a zip or a receipt"), accept: ".zip,.txt,.json,.csv", many: true, chosen: bring }),
    ),
    el("p", { class: "hint" }, say("手机上请选 zip。", "On a phone choose a zip.")),
  );
}

function receipt(actions: Actions, beside: Beside): Child {
  const input = el("input", {
    id: "code",
    name: "code",
    type: "text",
    autocomplete: "off",
    spellcheck: "false",
    placeholder: "dr1-code;…",
  });
  input.value = beside.code;
  const submit = (event: Event): void => {
    event.preventDefault();
    if (input.value.trim() !== "") {
      actions.code(input.value);
    }
  };
  return el(
    "form",
    { class: "paste", submit },
    el("label", { for: "code" }, say("凭证上的码（扫描二维码所得的文字）", "The code on a receipt (what its QR code says)")),
    el("div", { class: "row" }, input, el("button", { type: "submit" }, say("核验", "Verify"))),
  );
}

function options(actions: Actions, beside: Beside): Child {
  const option = (control: Child, told: Text, name: string | undefined): HTMLElement =>
    el("li", {}, control, el("p", { class: "hint" }, told, name !== undefined && [" ", el("strong", {}, say("已选：", "chosen: "), name)]));
  return el(
    "details",
    { class: "options" },
    el("summary", {}, say("另外可以带上：名称文件、日志策略、日志副本", "You may also bring names, a policy and a copy of the log")),
    el(
      "ul",
      {},
      option(
        choice({
          id: "names",
          label: say("名称文件（CSV）", "Names (CSV)"),
          accept: ".csv,text/csv",
          chosen: (files) => actions.bring(Promise.resolve(files)),
        }),
        say("表头 sid,name，用来按名称查找；公示包里没有名称。", "With the header sid,name, to search by name; bundles hold none."),
        beside.names,
      ),
      option(
        choice({ id: "policy", label: say("日志策略", "Policy"), chosen: ([first]) => first && actions.policy(first.file) }),
        say(
          "您相信哪些日志和见证人。有了它才能核验封存的时间（第 7 项）；公示包里自带的一概不信。",
          "Which logs and witnesses you believe, so that step 7 can verify times. One that lies in the bundle is never believed.",
        ),
        beside.policy,
      ),
      option(
        [
          choice({ id: "log", label: say("日志副本（文件夹）", "Copy of the log (folder)"), folder: true, chosen: actions.log }),
          choice({ id: "log-zip", label: say("日志副本（zip）", "Copy of the log (zip)"), accept: ".zip", chosen: actions.log }),
        ],
        say("用来数清抽了几次；须同时有策略。", "To count attempts; needs a policy too."),
        beside.log,
      ),
    ),
  );
}

/** The whole part. After a verdict it is there to bring something else. */
export function bringView(actions: Actions, beside: Beside): HTMLElement {
  const section = el("section", { class: "bring", "aria-labelledby": "bring" });
  append(section, [bundle(actions), receipt(actions, beside), options(actions, beside)]);
  return section;
}
