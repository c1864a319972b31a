//! `ssj import`: the files that make a register together, read row by row into the store. Good rows never wait for bad
//! ones: those go to quarantine with their reasons, until a corrected file brings them in. What is wrong with a file as
//! a whole blocks everything.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::args::{ImportArgs, RegisterArg};
use super::clock::Clock;
use super::console::{Console, finding_json};
use super::workspace::open_store;
use super::{BAD_INPUT, DONE, Failure};
use crate::base::digest::Suite;
use crate::base::finding::{Finding, Findings, Severity};
use crate::base::tally::Tally;
use crate::io::durable::{failed, write_file};
use crate::io::pass::{Event, Files};
use crate::io::report::Report;
use crate::io::sheet::{self, Source};
use crate::registry::{Counts, Fate, Head, Mapping, Register, Removal, Verdict};
use crate::say;
use crate::store::{Import, Imported, Meta, Mode, Quarantined, SourceFile, me};

/// So many findings of each code are kept for `--json`; all of them are counted.
const KEPT_PER_CODE: usize = 1_000;
/// So many changed rows, and rows that go, are named.
const NAMES_SHOWN: usize = 3;

impl RegisterArg {
    pub(super) fn register(self) -> Register {
        match self {
            RegisterArg::Matters => Register::Matters,
            RegisterArg::Subjects => Register::Subjects,
            RegisterArg::Inspectors => Register::Inspectors,
            RegisterArg::Recusals => Register::Recusals,
            RegisterArg::Incompatibles => Register::Incompatibles,
            RegisterArg::Leave => Register::Leave,
            RegisterArg::Visits => Register::Visits,
        }
    }
}

pub(super) fn import(
    workspace: &Path,
    args: &ImportArgs,
    clock: &Clock,
    console: &Console,
) -> Result<u8, Failure> {
    let store = open_store(workspace)?;
    let register = args.register.register();
    let mapping = mapping(register, args)?;
    let reason = args.removed.as_deref().map(removal).transpose()?;
    let mut tally = Tally::new(KEPT_PER_CODE);
    let opened = Opened::open(args, &mapping)?;
    if args.propose {
        return Ok(propose(register, &opened.sources, console));
    }
    tally.extend(opened.twice());
    let (mut files, findings) = Files::new(register, &mapping, &opened.sources);
    tally.extend(findings);
    let done = if tally.has_error() {
        args.report.as_deref().map_or(Ok(()), |out| {
            write_file(out, &Report::new(console.lang)?.finish(&tally.kept())?).map(drop)
        })?;
        None
    } else {
        if args.report.is_some() || files.need_scan() {
            files.scan()?;
        }
        if let Some(out) = &args.report {
            report(out, &files, console)?;
        }
        let mode = if args.merge { Mode::Merge } else { Mode::Replace };
        let import = store.begin_import(register, mode, args.apply)?;
        let by = args.by.clone().unwrap_or_else(me);
        let (at_s, set_clock) = (clock.now_s(), clock.is_set());
        let meta = Meta { by, reason, at_s, set_clock, files: opened.files() };
        // What was found in the rows is told as well when the import as a whole is refused.
        take(&files, import, meta, &mut tally, console).inspect_err(|_| console.tally(&tally))?
    };
    console.tally(&tally);
    let told = Told { register, args, tally: &tally, done };
    told.people(console);
    console.report(&told.machines(console));
    Ok(if told.done.is_some() { DONE } else { BAD_INPUT })
}

/// The files of an import.
struct Opened {
    sources: Vec<Source>,
    /// Each file's name, as the user knows it, and its SHA-256.
    digests: Vec<(String, String)>,
}

impl Opened {
    fn open(args: &ImportArgs, mapping: &Mapping) -> Result<Opened, Failure> {
        let (mut opened, mut findings) =
            (Opened { sources: Vec::new(), digests: Vec::new() }, Vec::new());
        for path in &args.files {
            let place = path.display().to_string();
            let bytes = sheet::load(path)?;
            opened.digests.push((place.clone(), Suite::Sha256.digest(&bytes).hex()));
            match Source::open(&place, bytes, &|text| mapping.names(text)) {
                Ok(source) => opened.sources.push(source),
                Err(found) => findings.extend(found.0),
            }
        }
        if findings.is_empty() { Ok(opened) } else { Err(Findings(findings).into()) }
    }

    /// Findings about files that were given twice.
    fn twice(&self) -> Vec<Finding> {
        let same = |(at, (file, digest)): (usize, &(String, String))| {
            let (first, _) = self.digests[..at].iter().find(|(_, other)| other == digest)?;
            let cause = say!("与 {first} 内容相同", "the same bytes as {first}");
            Some(Finding::new("R61", cause).file(file))
        };
        self.digests.iter().enumerate().filter_map(same).collect()
    }

    /// The files before their rows are counted.
    fn files(&self) -> Vec<SourceFile> {
        let file = |(file, digest): &(String, String)| SourceFile {
            file: file.clone(),
            digest: digest.clone(),
            rows: 0,
        };
        self.digests.iter().map(file).collect()
    }
}

/// The reason for removals in one of its words.
fn removal(text: &str) -> Result<Removal, Finding> {
    Removal::parse(text).ok_or_else(|| {
        let words = |word: fn(Removal) -> &'static str, gap| {
            Removal::ALL.iter().map(|reason| word(*reason)).collect::<Vec<_>>().join(gap)
        };
        let (zh, en) = (words(Removal::zh, "、"), words(Removal::name, ", "));
        let cause = say!("“{text}” 须为 {zh} 之一", "\"{text}\" must be one of {en}");
        Finding::new("W07", cause).column("--removed")
    })
}

/// The mapping that the user gives, or none.
fn mapping(register: Register, args: &ImportArgs) -> Result<Mapping, Failure> {
    let Some(path) = &args.mapping else { return Ok(Mapping::none(register)) };
    let text = fs::read_to_string(path).map_err(|e| failed(path, &e))?;
    Ok(Mapping::parse(&path.display().to_string(), &text)?)
}

/// Prints a mapping for each header, to be confirmed or edited.
fn propose(register: Register, sources: &[Source], console: &Console) -> u8 {
    for table in sources.iter().flat_map(|source| &source.tables) {
        let proposed = Mapping::propose(register, &table.head().header).to_toml();
        console.lines(proposed.trim_end());
        console.report(&json!({"command": "import", "ok": true, "mapping": proposed}));
    }
    DONE
}

/// Writes the rows with a column of findings.
fn report(out: &Path, files: &Files<'_>, console: &Console) -> Result<(), Failure> {
    let mut report = Report::new(console.lang)?;
    let mut notes = Tally::new(KEPT_PER_CODE);
    let place = out.display();
    let bar = console.counter(&say!("写出 {place}", "writing {place}"));
    files.pass(&mut |event| match event {
        Event::Table(head, width) => report.table(head, width),
        Event::Row(cells, verdict) => {
            bar.inc(1);
            report.row(&cells, &verdict.findings)
        }
        Event::Note(finding) => {
            notes.add(finding);
            Ok(())
        }
    })?;
    write_file(out, &report.finish(&notes.kept())?)?;
    bar.finish_and_clear();
    console.say(&say!("核查结果已写入 {place}", "findings written to {place}"));
    Ok(())
}

/// Takes all rows into the store; nothing if none of them can be taken.
fn take(
    files: &Files<'_>,
    mut import: Import<'_>,
    mut meta: Meta,
    tally: &mut Tally,
    console: &Console,
) -> Result<Option<(Counts, Imported)>, Failure> {
    let names: Vec<&str> = meta.files.iter().map(|source| source.file.as_str()).collect();
    let file = names.join("、");
    let bar = console.counter(&say!("读取 {file}", "reading {file}"));
    let (mut here, mut rows) = (Head::default(), BTreeMap::<String, u64>::new());
    let counts = files.pass(&mut |event| {
        match event {
            Event::Table(head, _) => here = head.clone(),
            Event::Note(finding) => tally.add(finding),
            Event::Row(cells, verdict) => {
                bar.inc(1);
                match rows.get_mut(&here.file) {
                    Some(rows) => *rows += 1,
                    None => drop(rows.insert(here.file.clone(), 1)),
                }
                let Verdict { line, id, fate, findings } = verdict;
                match fate {
                    Fate::Taken(cells) => drop(import.row(cells)?),
                    Fate::Quarantined => {
                        let (file, sheet) = (here.file.clone(), here.sheet.clone());
                        let cells = cells.into_iter().map(str::to_owned).collect();
                        let codes = errors(&findings);
                        import.quarantine(Quarantined { file, sheet, line, id, codes, cells })?;
                    }
                    Fate::Blank => {}
                }
                tally.extend(findings);
            }
        }
        Ok(())
    })?;
    bar.finish_and_clear();
    if counts.taken() == 0 && counts.quarantined > 0 {
        let n = counts.quarantined;
        let cause = say!("{n} 行都有错误", "all {n} rows have errors");
        tally.add(Finding::new("R60", cause).file(&file));
        return Ok(None);
    }
    if counts.taken() == 0 {
        let cause = say!("没有数据行", "there are no rows");
        tally.add(Finding::new("W17", cause).file(&file));
    }
    for source in &mut meta.files {
        source.rows = rows.get(&source.file).copied().unwrap_or(0);
    }
    Ok(Some((counts, import.finish(&meta)?)))
}

/// The codes of the errors, each once.
fn errors(findings: &[Finding]) -> Vec<String> {
    let errors = findings.iter().filter(|finding| finding.severity() == Severity::Error);
    let mut codes: Vec<String> = errors.map(|finding| finding.code().to_owned()).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// What an import came to; nothing is done where a file as a whole is wrong.
struct Told<'a> {
    register: Register,
    args: &'a ImportArgs,
    tally: &'a Tally,
    done: Option<(Counts, Imported)>,
}

impl Told<'_> {
    fn people(&self, console: &Console) {
        let Some((counts, done)) = &self.done else {
            console.say(&say!(
                "文件有错误，一行也未导入",
                "there are errors in the file: no row was imported"
            ));
            return;
        };
        let (zh, en) = (self.register.zh(), self.register.name());
        let Counts { clean, warned, quarantined, blank } = counts;
        let read = counts.read();
        console.say(&say!(
            "{zh}：{read} 行＝导入 {clean}＋有警告仍导入 {warned}＋隔离 {quarantined}＋空白 {blank}",
            "{en}: {read} rows = {clean} imported + {warned} imported with warnings + {quarantined} quarantined + {blank} blank",
        ));
        let Imported { new, changed, same, gone, held, .. } = done;
        console.say(&say!(
            "与现行版本相比：新增 {new}，改动 {changed}，不变 {same}，不再出现 {gone}，保留旧行 {held}",
            "against the current version: {new} new, {changed} changed, {same} the same, {gone} gone, {held} held",
        ));
        self.names(console);
        match (done.version, done.current) {
            (Some(version), _) => {
                console.say(&say!("已导入，版本 {version}", "imported as version {version}"));
            }
            (None, Some(version)) if self.args.apply => console.say(&say!(
                "与版本 {version} 的内容相同，未作改动",
                "the same rows as version {version}, nothing changed"
            )),
            (None, _) => console
                .say(&say!("试运行，未导入；加 --apply 生效", "a dry run: add --apply to import")),
        }
        if *quarantined > 0 {
            self.quarantine(*quarantined, console);
        }
    }

    /// The first of those that change or go: where everybody is new, names would tell nothing.
    fn names(&self, console: &Console) {
        let Some((_, Imported { changed, gone, names, .. })) = &self.done else { return };
        for (title, all, some) in [
            (say!("  改动", "  changed"), changed, &names.changed),
            (say!("  不再出现", "  gone"), gone, &names.gone),
        ] {
            let shown: Vec<&str> = some.iter().take(NAMES_SHOWN).map(String::as_str).collect();
            if !shown.is_empty() {
                let more = if *all > shown.len() as u64 { " …" } else { "" };
                let (zh, en, shown) = (title.zh, title.en, shown.join(" "));
                console.say(&say!("{zh}：{shown}{more}", "{en}: {shown}{more}"));
            }
        }
    }

    /// The last line: how many rows wait, and what to do about them.
    fn quarantine(&self, n: u64, console: &Console) {
        let report = self.args.report.as_ref().map(|out| out.display().to_string());
        console.say(&match report {
            Some(out) => say!(
                "{n} 行在隔离区等待改正：原因见 {out}，改正后以它再导入",
                "{n} rows wait in quarantine: {out} has the reasons; correct it and import it again"
            ),
            None => say!(
                "{n} 行在隔离区等待改正：加 --report 核查.xlsx 写出各行和原因，改正后再导入",
                "{n} rows wait in quarantine: write them with their reasons by --report FILE.xlsx, correct them and import again"
            ),
        });
    }

    fn machines(&self, console: &Console) -> Value {
        let counts: Map<String, Value> =
            self.tally.counts().map(|(code, n)| (code.to_owned(), n.into())).collect();
        let findings: Vec<Value> =
            self.tally.kept().into_iter().map(|f| finding_json(f, console.lang)).collect();
        let mut report = json!({
            "command": "import", "ok": self.done.is_some(), "register": self.register.name(),
            "applied": self.args.apply && self.done.is_some(),
            "counts": counts, "cut": self.tally.is_cut(), "findings": findings,
        });
        let Some((counts, done)) = &self.done else { return report };
        for (key, n) in [
            ("read", counts.read()),
            ("rows", counts.taken()),
            ("warned", counts.warned),
            ("quarantined", counts.quarantined),
            ("blank", counts.blank),
            ("new", done.new),
            ("changed", done.changed),
            ("same", done.same),
            ("gone", done.gone),
            ("held", done.held),
        ] {
            report[key] = n.into();
        }
        let names = &done.names;
        report["names"] = json!({"new": names.new, "changed": names.changed, "gone": names.gone});
        report["version"] = done.current.filter(|_| self.args.apply).into();
        report
    }
}
