//! The transparency log: L01–L40.

use super::Rule;
use crate::base::finding::Severity::{Error, Warning};

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "L01",
        Error,
        ("签名文件不合格式", "malformed signed note"),
        (
            "重新取得原文件：签名文件是 UTF-8 文字、一个空行、签名行，逐字节不可改动（C2SP signed-note）。",
            "Get the file again as it was published: text, an empty line, signature lines, not a byte changed (C2SP signed-note).",
        ),
    ),
    Rule::new(
        "L02",
        Error,
        ("密钥不合格式", "malformed key"),
        (
            "公钥为一行：名称+8 位十六进制+base64；向日志或见证人索取原文，日志用 Ed25519，见证人用 cosignature/v1。",
            "A verifier key is one line, name+8 hex digits+base64: ask the log or witness for it; logs use Ed25519, witnesses cosignature/v1.",
        ),
    ),
    Rule::new(
        "L03",
        Error,
        ("签名不成立", "a signature does not hold"),
        (
            "已知密钥的签名验不过：文件被改动，或公钥拿错。不要采信，保留原件，向日志的机关查问。",
            "The signature of a known key fails: the file was changed or the key is another's. Trust nothing of it, keep it, ask the log's office.",
        ),
    ),
    Rule::new(
        "L04",
        Error,
        ("没有可信的签名", "no signature of a trusted key"),
        (
            "其中没有所给公钥的签名：核对公钥是否属于这份日志。",
            "None of the keys that are trusted has signed it: see whether the key belongs to this log.",
        ),
    ),
    Rule::new(
        "L05",
        Error,
        ("签名树头不合格式", "malformed checkpoint"),
        (
            "签名树头为三行：来源、条数、树根（C2SP tlog-checkpoint）；重新取得原文件。",
            "A checkpoint has three lines: origin, size, root (C2SP tlog-checkpoint); get the file again as it was published.",
        ),
    ),
    Rule::new(
        "L06",
        Error,
        ("是另一份日志的签名树头", "the checkpoint of another log"),
        (
            "签名树头的来源须与公钥的名称相同：核对是否取错了文件或公钥。",
            "A checkpoint's origin is the name of its log's key: see whether file and key belong together.",
        ),
    ),
    Rule::new(
        "L07",
        Error,
        ("日志分叉：与先前所见不一致", "the log has forked: it does not continue what was seen"),
        (
            "两份签名树头不属于同一份只增不改的日志。不要联署，保留两份原件：它们就是证据，报上级机关。",
            "The two checkpoints are not of one append-only log. Do not cosign; keep both, they are the evidence; tell the superior office.",
        ),
    ),
    Rule::new(
        "L08",
        Error,
        ("不在日志中", "it is not in the log"),
        (
            "证明不能把这一条连到签名树头：这一条或证明被改动，或证明属于另一条。重新取得证明。",
            "The proof does not lead from the entry to the checkpoint: one of them was changed, or the proof is another entry's. Get it again.",
        ),
    ),
    Rule::new(
        "L09",
        Error,
        ("日志缺少数据块，或数据块不符", "a tile of the log is missing or wrong"),
        (
            "所列文件缺失、长度不对或与签名树头不符：重新取得日志；若是自己的日志，从镜像或见证人处恢复原文件。",
            "The file named is missing, of a wrong length, or does not fit the checkpoint: get the log again; of your own log, restore it from a mirror.",
        ),
    ),
    Rule::new(
        "L10",
        Error,
        ("条目包不合格式", "malformed bundle of entries"),
        (
            "条目包由每条的两字节长度和内容组成（C2SP tlog-tiles）：重新取得日志。",
            "A bundle of entries has two bytes of length before each (C2SP tlog-tiles): get the log again.",
        ),
    ),
    Rule::new(
        "L11",
        Error,
        ("日志证明不合格式", "malformed proof"),
        (
            "证明文件以 c2sp.org/tlog-proof@v1 开头：重新取得原文件，或用 ssj log prove 再做一份。",
            "A proof begins with c2sp.org/tlog-proof@v1: get the file again as it was published, or make it anew with ssj log prove.",
        ),
    ),
    Rule::new(
        "L12",
        Error,
        ("日志条目不合格式", "malformed entry of the log"),
        (
            "条目是 dr1 的规范 JSON，只有规定的键（docs/log.md）；写条目的软件须改正，读到它的人不要采信。",
            "An entry is canonical JSON of dr1 with the keys of docs/log.md and no others: whoever wrote it must put that right.",
        ),
    ),
    Rule::new(
        "L13",
        Error,
        ("见证策略不合格式", "malformed policy"),
        (
            "策略文件每行为 log、witness、group 或 quorum（C2SP tlog-policy），组和 quorum 只能引用前面的名称。",
            "Lines of a policy begin with log, witness, group or quorum (C2SP tlog-policy) and name only what stands before them.",
        ),
    ),
    Rule::new(
        "L14",
        Error,
        ("见证人联署不足", "too few witnesses have cosigned"),
        (
            "请策略中的见证人联署后再出具证明；不足法定人数的签名树头不能证明没有第二份日志。",
            "Ask the witnesses of the policy to cosign and make the proof again: without the quorum nobody knows that there is no second log.",
        ),
    ),
    Rule::new(
        "L15",
        Error,
        ("联署太晚", "cosigned too late"),
        (
            "封存承诺须在最早信标之前至少 margin_s 秒由足够的见证人联署；晚于此，无法证明承诺在先，应作废重来。",
            "A quorum must have cosigned the commitment at least margin_s before the earliest value: later, nothing shows that it came first. Void it and commit anew.",
        ),
    ),
    Rule::new(
        "L16",
        Error,
        ("比先前所见的日志更旧", "the log is older than what was seen"),
        (
            "日志变短了：备份被恢复，或条目被删除。不要签名；从镜像或公开处取回较新的文件。",
            "The log has become shorter: a backup was restored or entries were removed. Sign nothing; get the newer files from a mirror or from where they are public.",
        ),
    ),
    Rule::new(
        "L17",
        Error,
        ("记录本丢失或比日志旧", "the guard is lost or older than the log"),
        (
            "记录本是另存一处的最后签名树头，缺了它不能签名：找回原来的文件夹；确已丢失的，另立新日志，并公布旧日志最后的签名树头。",
            "The guard keeps the last checkpoint apart, and nothing is signed without it: bring its folder back. If it is gone for good, begin a new log and publish the last checkpoint of this one.",
        ),
    ),
    Rule::new(
        "L18",
        Error,
        ("日志与记录本不一致", "log and guard disagree"),
        (
            "同样条数，树根不同：有人用同一密钥签了另一份日志。停用，保留两处文件，查明原因。",
            "The same size with another root: somebody signed another log with this key. Stop, keep both files, find out why.",
        ),
    ),
    Rule::new(
        "L19",
        Error,
        ("这里没有日志", "there is no log here"),
        (
            "日志文件夹中须有 checkpoint 和 tile/；自己的日志用 ssj log init 建立。",
            "A log's folder has checkpoint and tile/ in it; one of your own is made with ssj log init.",
        ),
    ),
    Rule::new(
        "L20",
        Error,
        ("同时有两个有效承诺", "two commitments were live at once"),
        (
            "同一机关、有共同事项、窗口重叠的抽取只能有一个有效承诺：先作废前一个，再封存。",
            "One agency may have one live commitment for a matter and days: void the earlier one before the next.",
        ),
    ),
    Rule::new(
        "L21",
        Error,
        ("抽取次数与日志不符", "the number of the attempt does not fit the log"),
        (
            "每一次都须记入日志并依次编号，prev 指上一次：请机关说明，缺少的一次是否已经看过结果。",
            "Every attempt is logged, numbered and names the one before: ask the office what became of the one that is missing.",
        ),
    ),
    Rule::new(
        "L22",
        Error,
        ("信标公开后才作废", "voided when a value was known"),
        (
            "信标公开后不能作废：这一次仍有效，其结果由承诺和信标决定。",
            "Nothing is voided once a value is known: this attempt binds, and its result follows from commitment and beacon.",
        ),
    ),
    Rule::new(
        "L23",
        Error,
        ("条目缺少其前提", "an entry lacks what must stand before it"),
        (
            "信标、结果、事件、作废、公开都须在其承诺之后，结果须在信标之后：日志不完整，请机关说明。",
            "Beacon, result, event, void and opening follow their commitment, a result its beacon: the log is not complete, ask the office.",
        ),
    ),
    Rule::new(
        "L24",
        Error,
        ("事件编号中断", "a gap in the numbers of events"),
        (
            "事件依次编号，缺号说明有事件没有记入日志：请机关补充说明。",
            "Events are numbered one by one; a missing number is an event that was not logged: ask the office.",
        ),
    ),
    Rule::new(
        "L25",
        Error,
        ("同一内容记了两次", "the same thing was logged twice"),
        (
            "一次抽取只有一个承诺、信标、结果和公开：以先记入的为准，后一条须说明。",
            "A draw has one commitment, one beacon, one result, one opening: the first counts, the second must be explained.",
        ),
    ),
    Rule::new(
        "L26",
        Error,
        ("信标不是所承诺的", "the beacon is not the one committed to"),
        (
            "各值须属于承诺所列的来源、轮次和期号，次序相同：这一条不能作为种子的依据。",
            "Its values must be of the sources, rounds and issues of the commitment, in that order: no seed follows from this entry.",
        ),
    ),
    Rule::new(
        "L27",
        Error,
        ("联署请求不合格式", "malformed request for a cosignature"),
        (
            "请求首行为 old 和条数，其后为证明、空行和签名树头（C2SP tlog-witness）。",
            "A request begins with the line \"old\" and a size; proof, an empty line and the checkpoint follow (C2SP tlog-witness).",
        ),
    ),
    Rule::new(
        "L28",
        Error,
        ("联署请求的起点不符", "the request begins elsewhere"),
        (
            "见证人先前所见的条数不同：从所示条数起重新提出请求。",
            "The witness has last seen another size: ask again, with a proof from the size it names.",
        ),
    ),
    Rule::new(
        "L29",
        Error,
        ("条目的时间倒退", "times of entries run backwards"),
        (
            "日志的时间只增不减：核对机关的时钟；倒填的时间不可信，以见证人联署的时间为准。",
            "Times in a log only rise: see to the office's clock. A time put back proves nothing; the cosignatures' times do.",
        ),
    ),
    Rule::new(
        "L30",
        Warning,
        ("另取名称，重新计数", "counted anew under another name"),
        (
            "作废之后以别的名称再抽，次数从 1 起：核对作废的原因，以及两次的事项和名单是否相同。",
            "After a void another name began at 1: look at the reason of the void, and whether matters and registers are the same.",
        ),
    ),
    Rule::new(
        "L31",
        Warning,
        ("不认识的见证人", "an unknown witness"),
        (
            "策略中没有这名见证人的公钥，这一行没有加入：核对后加入策略，或请策略中的见证人联署。",
            "The policy has no key of this witness, so the line was not added: put it into the policy if it belongs there.",
        ),
    ),
];
