//! A small office: 40 shops, eight inspectors, one task of six. Small enough that every message about it can
//! be written down.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::LazyLock;

use tempfile::TempDir;

use crate::support::ssj::{AFTER, BEFORE, REGISTERS, SIGNATURE, command};

/// C of nothing: what a finding about the office's plan names as its file.
pub const PLAN: &str = r#"format = "ssj-plan/1"
draw = "T-2026Q3"
agency = "示例局"
title = "测试"
window = { from = "2026-07-24", to = "2026-09-30" }
mode = "open"
classes = "public"
rehearsal = true
[beacon]
trust = "public"
margin_s = 600
sources = [{ kind = "drand", chain = "quicknet", round = 30662982 }]
[replacement]
subject = "none"
inspector = "beacon"
[slots]
lead = { needs = ["lead"] }
member = { needs = ["dept:市监", "area:{area}"] }
[[task]]
list = "T1"
title = "食品经营检查"
matters = ["M001"]
type = "targeted"
scope = { kind = ["企业"], tags_any = ["餐饮"] }
sample = { number = 6 }
slots = ["lead", "member"]
"#;

pub const MATTERS: &str = "id,name,kind,dept,valid_from,valid_to
M001,食品经营检查,一般,市监,,
M002,登记事项检查,一般,市监,,
M003,旧事项,一般,市监,2020-01-01,2026-08-31
";

pub const INSPECTORS: &str = "iid,name,dept,area,cert_valid_to,state,lead,capacity
E01,甲,市监,东;西,2027-12-31,在岗,是,20
E02,乙,市监,东;西,2027-12-31,在岗,是,20
E03,丙,市监,东;西,2027-12-31,在岗,是,20
E04,丁,市监,东;西,2027-12-31,在岗,否,20
E05,戊,市监,东;西,2027-12-31,在岗,否,20
E06,己,市监,东;西,2027-12-31,在岗,否,20
E07,庚,市监,东;西,2027-12-31,在岗,否,20
E08,辛,市监,东;西,2027-12-31,在岗,否,20
";

pub const RECUSALS: &str = "iid,subject,reason\nE01,R01,配偶\n";
pub const INCOMPATIBLES: &str = "iid,iid2,reason\nE04,E05,配偶\n";

/// R01 … R40, in classes A–D by turns, in two areas.
pub fn subjects() -> String {
    let row = |n: usize| {
        let (class, area) = (["A", "B", "C", "D"][n % 4], ["东", "西"][n % 2]);
        format!("R{n:02},示例店{n},企业,存续,{class},{n},2026-07-01,餐饮,{area}\n")
    };
    let header =
        "reg_no,name,kind,status,credit_class,credit_score,credit_date,tags,area\n".to_owned();
    (1..=40).fold(header, |text, n| text + &row(n))
}

pub fn register(name: &str) -> String {
    match name {
        "matters" => MATTERS.to_owned(),
        "subjects" => subjects(),
        "inspectors" => INSPECTORS.to_owned(),
        "recusals" => RECUSALS.to_owned(),
        _ => INCOMPATIBLES.to_owned(),
    }
}

/// What a run came to.
pub struct Ran {
    pub exit: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// Both outputs, for searching.
    pub fn all(&self) -> String {
        format!("{}{}", self.out, self.err)
    }
}

pub fn ssj(folder: &Path, args: &[&str]) -> Ran {
    ssj_with(folder, args, "")
}

/// Runs with these bytes on the standard input.
pub fn ssj_with(folder: &Path, args: &[&str], input: &str) -> Ran {
    let mut command = command(folder, args);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.env("RUST_BACKTRACE", "0").spawn().unwrap();
    // A run that reads nothing may have closed its input already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let exit = output.status.code().expect("ended by a signal");
    Ran { exit, out: text(output.stdout), err: text(output.stderr) }
}

pub struct Office {
    temp: TempDir,
}

/// The office's folder with everything imported, made once.
static TEMPLATE: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli-office");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    done(&folder, &["init", "."]);
    for name in REGISTERS {
        fs::write(folder.join(format!("{name}.csv")), register(name)).unwrap();
        done(&folder, &["import", name, &format!("{name}.csv"), "--apply"]);
    }
    fs::write(folder.join("plan.toml"), PLAN).unwrap();
    folder
});

fn done(folder: &Path, args: &[&str]) -> Ran {
    let ran = ssj(folder, args);
    assert_eq!(ran.exit, 0, "ssj {args:?}:\n{}", ran.all());
    ran
}

impl Office {
    /// A workspace with all registers imported and the plan beside them.
    pub fn new() -> Self {
        let office = Office { temp: tempfile::tempdir().unwrap() };
        for entry in fs::read_dir(&*TEMPLATE).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), office.path(entry.file_name().to_str().unwrap())).unwrap();
        }
        office
    }

    /// A workspace that lacks these registers.
    pub fn without(registers: &[&str]) -> Self {
        let office = Office { temp: tempfile::tempdir().unwrap() };
        office.done(&["init", "."]);
        for name in REGISTERS.iter().filter(|name| !registers.contains(name)) {
            office.write(&format!("{name}.csv"), register(name));
            office.done(&["import", name, &format!("{name}.csv"), "--apply"]);
        }
        office.write("plan.toml", PLAN);
        office
    }

    pub fn folder(&self) -> &Path {
        self.temp.path()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        String::from_utf8(fs::read(self.path(name)).unwrap()).unwrap()
    }

    /// Writes the plan with one text exchanged for another.
    pub fn plan(&self, from: &str, to: &str) {
        let plan = self.read("plan.toml");
        assert!(plan.contains(from), "the plan has no {from}");
        self.write("plan.toml", plan.replace(from, to));
    }

    /// Runs, and demands success.
    pub fn done(&self, args: &[&str]) -> Ran {
        done(self.folder(), args)
    }

    /// Exchanges a register and imports it.
    pub fn import(&self, name: &str, text: &str) {
        let file = format!("{name}.csv");
        self.write(&file, text);
        self.done(&["import", name, &file, "--apply", "--removed", "更正"]);
    }

    pub fn before(&self, args: &[&str]) -> Ran {
        self.at(BEFORE, args)
    }

    pub fn after(&self, args: &[&str]) -> Ran {
        self.at(AFTER, args)
    }

    fn at(&self, clock: &str, args: &[&str]) -> Ran {
        ssj(self.folder(), &[&["--clock", clock], args].concat())
    }

    pub fn commit(&self) -> Ran {
        let ran = self.before(COMMIT);
        assert_eq!(ran.exit, 0, "{}", ran.all());
        ran
    }

    /// The whole job, to a drawn bundle.
    pub fn drawn() -> Self {
        let office = Office::new();
        office.commit();
        assert_eq!(office.after(BEACON).exit, 0);
        office.done(&["draw", "bundle"]);
        office
    }

    /// Every file with its bytes; links are named and not followed.
    pub fn snapshot(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        walk(self.folder(), self.folder(), &mut files);
        files
    }

    /// Demands a refusal that writes nothing: the exit code, and each of the texts somewhere in the output.
    pub fn refuses(&self, exit: i32, args: &[&str], texts: &[&str]) -> Ran {
        let before = self.snapshot();
        let ran = ssj(self.folder(), args);
        let all = ran.all();
        assert_eq!(ran.exit, exit, "ssj {args:?}:\n{all}");
        for text in texts {
            assert!(all.contains(text), "ssj {args:?} does not say {text:?}:\n{all}");
        }
        let after = self.snapshot();
        let changed: Vec<&String> = before
            .keys()
            .chain(after.keys())
            .filter(|name| before.get(*name) != after.get(*name))
            .collect();
        assert!(changed.is_empty(), "ssj {args:?} changed {changed:?}");
        ran
    }

    /// Demands a refusal whose whole error output is this, in Chinese and in English.
    pub fn refuses_saying(&self, exit: i32, args: &[&str], zh: &str, en: &str) {
        for (lang, text) in [("zh", zh), ("en", en)] {
            let ran = self.refuses(exit, &[&["--lang", lang], args].concat(), &[]);
            assert_eq!(ran.err, format!("{text}\n"), "ssj {args:?}");
        }
    }
}

pub const COMMIT: &[&str] = &["commit", "plan.toml", "--out", "bundle"];
pub const BEACON: &[&str] = &["beacon", "bundle", "--value", SIGNATURE];
/// `commit` on the day before the beacon.
pub const COMMIT_IN_TIME: &[&str] = &["--clock", BEFORE, "commit", "plan.toml", "--out", "bundle"];

fn walk(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let path = entry.path();
        let name = path.strip_prefix(root).unwrap().display().to_string();
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            files.insert(format!("{name}/"), Vec::new());
            walk(root, &path, files);
        } else if kind.is_file() {
            files.insert(name, fs::read(path).unwrap());
        } else {
            files.insert(name, b"link".to_vec());
        }
    }
}
