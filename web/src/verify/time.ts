/** Step 7: what a transparency log shows. */
import type { Check, Run } from "./run";
import { say, timeText } from "./text";

export function checkTime(run: Run, check: Check): void {
  const c = run.commitment!;
  const earliest = c.sources[0].at;
  if (run.options.policy === undefined) {
    check.hide(say(
      `没有提供日志策略：不能证明承诺在最早信标 ${timeText(earliest)} 之前至少 ${c.margin_s} 秒已经公布`,
      `no policy was given: that the commitment was public at least ${c.margin_s} s before the earliest source (${timeText(earliest)}) is not shown`,
    ));
  }
}
