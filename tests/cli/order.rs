//! The order of rows in any file changes nothing.

use std::fs;
use std::path::Path;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;

use crate::office::{INSPECTORS, Office};
use crate::support::read_folder;
use crate::support::ssj::{REGISTERS, bundle, commit_args, district, import_all, run};

/// Fisher–Yates; the slight bias of the modulo matters to nobody here.
fn shuffle<T>(items: &mut [T], rng: &mut ChaCha20Rng) {
    for last in (1..items.len()).rev() {
        items.swap(last, rng.next_u64() as usize % (last + 1));
    }
}

#[test]
fn permuted_rows_give_the_same_bundle() {
    let mut rng = ChaCha20Rng::seed_from_u64(20_260_723);
    let (temp, other) = (district(400), district(400));
    let (plain, permuted) = (temp.path(), other.path());
    for name in REGISTERS {
        let path = permuted.join(format!("registers/{name}.csv"));
        let text = fs::read_to_string(&path).unwrap();
        let mut rows: Vec<&str> = text.lines().collect();
        shuffle(&mut rows[1..], &mut rng);
        fs::write(&path, rows.join("\n") + "\n").unwrap();
    }
    for folder in [plain, permuted] {
        import_all(folder);
        run(folder, 0, &commit_args());
    }
    let subjects = |folder: &Path| fs::read(folder.join("registers/subjects.csv")).unwrap();
    assert!(subjects(plain) != subjects(permuted), "nothing was permuted");
    assert!(read_folder(&bundle(plain)) == read_folder(&bundle(permuted)), "the bundles differ");
}

/// Columns may stand in any order and under either name, and the values of one cell in any order too.
#[test]
fn permuted_columns_and_values_give_the_same_bundle() {
    let (office, other) = (Office::new(), Office::new());
    let rows = INSPECTORS.lines().skip(1).map(|row| {
        let [iid, name, dept, area, date, state, lead, capacity] =
            row.split(',').collect::<Vec<_>>().try_into().unwrap();
        let area = area.split(';').rev().collect::<Vec<_>>().join("、");
        format!("{capacity},{lead},{area},{state},{date},{dept},{name},{iid}\n")
    });
    let header = "检查上限,可任组长,片区*,状态,CERT_VALID_TO,部门,姓名,执法证号\n".to_owned();
    other.import("inspectors", &rows.fold(header, |text, row| text + &row));
    office.commit();
    other.commit();
    let read = |office: &Office| read_folder(&office.path("bundle"));
    assert!(read(&office) == read(&other), "the bundles differ");
}
