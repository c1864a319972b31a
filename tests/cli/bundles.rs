//! Bundles that are not whole, not canonical or not bundles: refused with the file at fault, exit 1 inside a
//! bundle and 2 where there is none.

use std::fs::{self, File};

use crate::office::{Office, ssj};
use crate::support::{vector, write_folder};

/// The vector `open` in `bundle`, in a folder of its own.
fn bundle() -> Office {
    let office = Office::new();
    write_folder(&office.path("bundle"), &vector("open"));
    office
}

fn edit(office: &Office, path: &str, change: impl FnOnce(Vec<u8>) -> Vec<u8>) {
    let path = office.path("bundle").join(path);
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, change(bytes)).unwrap();
}

/// What stands under the first check, in both languages.
fn refused(office: &Office, zh: &str, en: &str) {
    for (lang, mark, finding, verdict) in
        [("zh", " 1 [不符] ", zh, "核验未通过"), ("en", " 1 [FAILED] ", en, "not verified")]
    {
        let ran = office.refuses(1, &["--lang", lang, "verify", "bundle"], &[]);
        let shown: String =
            ran.out.lines().skip(1).take(2).map(|line| line.to_owned() + "\n").collect();
        assert!(ran.out.starts_with(mark), "{}", ran.out);
        assert_eq!(shown, format!("{finding}\n"));
        assert_eq!(ran.out.lines().last(), Some(verdict));
    }
}

#[test]
fn missing_and_extra_files() {
    let office = bundle();
    fs::remove_file(office.path("bundle/recusals.tsv")).unwrap();
    refused(
        &office,
        "     错误 F06 recusals.tsv：没有这个文件
       处理：公示包不完整：从发布处重新取得；如果正在抽取，重新执行同一命令即可补齐。",
        "     error F06 recusals.tsv: the file is not there
       remedy: The bundle is incomplete: fetch it again; while drawing, run the same command again and it completes the bundle.",
    );
    let office = bundle();
    office.write("bundle/frames/T04.tsv", "");
    refused(
        &office,
        "     错误 F07 frames/T04.tsv：协议没有这个文件
       处理：公示包内只许有规定的文件：请把该文件移出文件夹。",
        "     error F07 frames/T04.tsv: the protocol has no such file
       remedy: A bundle holds only the files of the protocol: move this one out of the folder.",
    );
    let office = bundle();
    office.write("bundle/Thumbs.db", "x");
    office.refuses(1, &["verify", "bundle"], &["F07 Thumbs.db"]);
}

#[test]
fn text_that_is_not_canonical() {
    type Change = fn(Vec<u8>) -> Vec<u8>;
    let cases: [(&str, Change); 4] = [
        ("CRLF", |bytes| String::from_utf8(bytes).unwrap().replace('\n', "\r\n").into_bytes()),
        ("BOM", |bytes| [b"\xef\xbb\xbf", bytes.as_slice()].concat()),
        ("UTF-8", |mut bytes| {
            let last = bytes.len() - 2;
            bytes[last] = 0xff;
            bytes
        }),
        ("LF", |mut bytes| {
            bytes.pop();
            bytes
        }),
    ];
    for (name, change) in cases {
        for file in ["inspectors.tsv", "frames/T01.tsv", "draw/T-03.tsv", "beacon.json"] {
            let office = bundle();
            edit(&office, file, change);
            let ran =
                office.refuses(1, &["verify", "bundle"], &[&format!(" {file}"), "核验未通过"]);
            assert!(
                ran.out.contains("错误 F01 ") || ran.out.contains("错误 F05 "),
                "{name}: {}",
                ran.out
            );
            assert!(ran.out.starts_with(" 1 [不符] "), "{name}: {}", ran.out);
        }
    }
    let office = bundle();
    edit(&office, "commitment.json", |bytes| [b"\xef\xbb\xbf", bytes.as_slice()].concat());
    office.refuses(1, &["verify", "bundle"], &["F01 commitment.json"]);
}

#[test]
fn json_with_a_key_twice() {
    for file in ["commitment.json", "beacon.json"] {
        let office = bundle();
        edit(&office, file, |bytes| {
            let text = String::from_utf8(bytes).unwrap();
            let (from, to) = match file {
                "beacon.json" => ("{\"evidence\":", "{\"evidence\":[],\"evidence\":"),
                _ => ("\"attempt\":1,", "\"attempt\":1,\"attempt\":1,"),
            };
            assert!(text.contains(from));
            text.replace(from, to).into_bytes()
        });
        office.refuses(1, &["verify", "bundle"], &[&format!("F05 {file}"), "核验未通过"]);
    }
}

#[test]
fn links_are_not_followed() {
    let office = bundle();
    let file = office.path("bundle/inspectors.tsv");
    fs::rename(&file, office.path("elsewhere.tsv")).unwrap();
    std::os::unix::fs::symlink(office.path("elsewhere.tsv"), &file).unwrap();
    office.refuses(
        1,
        &["verify", "bundle"],
        &[
            "     错误 F08 inspectors.tsv：符号链接、设备或名称不是 UTF-8
       处理：公示包内不许有符号链接、设备或名称不合规的文件：换成文件本身。",
            "核验未通过",
        ],
    );
    office.refuses(
        1,
        &["--lang", "en", "verify", "bundle"],
        &[
            "     error F08 inspectors.tsv: a symbolic link, a device, or a name that is not UTF-8
       remedy: Symbolic links, devices and unreadable names are not allowed in a bundle: put the file itself there.",
        ],
    );
    office.refuses(1, &["draw", "bundle"], &["F08 inspectors.tsv"]);
}

/// A sparse file of 10 GB without a line end is refused at the limit, in a table and in JSON.
#[test]
fn a_line_of_ten_gigabytes() {
    for (file, zh, en) in [
        (
            "visits.tsv",
            "F09 visits.tsv，第 1 行：一行超过 65536 字节",
            "F09 visits.tsv, line 1: a line has more than 65536 bytes",
        ),
        (
            "beacon.json",
            "F09 beacon.json：文件超过 16 MiB",
            "F09 beacon.json: the file has more than 16 MiB",
        ),
        (
            "commitment.json",
            "F09 commitment.json：文件超过 16 MiB",
            "F09 commitment.json: the file has more than 16 MiB",
        ),
    ] {
        let office = bundle();
        File::create(office.path("bundle").join(file)).unwrap().set_len(10 << 30).unwrap();
        for (lang, finding) in [("zh", zh), ("en", en)] {
            let ran = ssj(office.folder(), &["--lang", lang, "verify", "bundle"]);
            assert_eq!(ran.exit, 1, "{file}");
            // The commitment itself beyond the limit is reported as the one that is not there.
            assert!(ran.out.contains(finding) || file == "commitment.json", "{}", ran.out);
        }
    }
}

#[test]
fn what_is_no_bundle() {
    let office = Office::new();
    fs::create_dir(office.path("empty")).unwrap();
    office.refuses_saying(
        2,
        &["verify", "empty"],
        "错误 W06 empty：其中没有 commitment.json
  处理：给出含 commitment.json 的文件夹，或一份抽签凭证。",
        "error W06 empty: there is no commitment.json in it
  remedy: Name a folder with commitment.json in it, or a receipt.",
    );
    office.refuses_saying(
        2,
        &["verify", "plan.toml"],
        "错误 W06 plan.toml：既不是公示包，也不是抽签凭证
  处理：给出含 commitment.json 的文件夹，或一份抽签凭证。",
        "error W06 plan.toml: neither a bundle nor a receipt
  remedy: Name a folder with commitment.json in it, or a receipt.",
    );
    for command in [["draw", "empty"].as_slice(), &["receipt", "empty", "A"], &["beacon", "empty"]]
    {
        office.refuses(2, command, &["W06 empty"]);
    }
    // Of several paths the worst decides, and each has its say.
    write_folder(&office.path("bundle"), &vector("open"));
    office.refuses(2, &["verify", "bundle", "empty"], &["核验通过", "W06 empty"]);
}

/// A path that is not there is no bundle, and asking about it makes no folders.
#[test]
fn paths_that_are_not_there() {
    let office = Office::new();
    office.refuses_saying(
        2,
        &["verify", "no/such/bundle"],
        "错误 W15 no/such/bundle：没有这个文件或文件夹
  处理：核对路径和拼写。",
        "error W15 no/such/bundle: there is no such file or folder
  remedy: Check the path and its spelling.",
    );
    office.refuses(2, &["check", "no.toml"], &["W15 no.toml"]);
    office.refuses(2, &["import", "subjects", "no.csv", "--apply"], &["W15 no.csv"]);
    office.refuses(2, &["draw", "no/such/bundle"], &["W15 no/such/bundle"]);
    office.refuses(2, &["beacon", "no/such/bundle", "--value", "1"], &["W15 no/such/bundle"]);
    let void = ["event", "no/such/bundle", "void", "--reason", "x", "--by", "a", "--approver", "b"];
    office.refuses(2, &void, &["W15 no/such/bundle"]);
}

/// A folder in the place of the commitment is a defect, not a crash.
#[test]
fn a_folder_named_commitment() {
    let office = Office::new();
    fs::create_dir_all(office.path("bundle/commitment.json")).unwrap();
    let void = ["event", "bundle", "void", "--reason", "x", "--by", "a", "--approver", "b"];
    for args in
        [["verify", "bundle"].as_slice(), &["draw", "bundle"], &["receipt", "bundle", "A"], &void]
    {
        office.refuses(1, args, &["F06 commitment.json"]);
    }
}

/// An opened bundle of another program has another certificate, which proves as much: it is never overwritten.
#[test]
fn an_opened_result_with_another_certificate_is_not_overwritten() {
    let office = Office::new();
    write_folder(&office.path("bundle"), &vector("sealed_opened"));
    office.refuses(2, &["draw", "bundle"], &["W03 bundle/handicaps.tsv"]);
}
