//! A large draw, and runs that are killed.

use std::collections::BTreeSet;
use std::time::Duration;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;

use super::walk::{attributes, check_links, is_page, reachable, text_of};
use super::{bundles, not_drawn, site};
use crate::district::{VISITS, district};
use crate::support::ssj::{command, run};
use crate::support::{read_folder, vector};

#[allow(clippy::disallowed_methods)]
fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = std::time::Instant::now();
    let done = work();
    (done, start.elapsed())
}

#[test]
fn a_year_of_a_district_stands_on_pages_that_a_phone_reads() {
    let files = district();
    let temp = bundles(&[("bundle", &files)]);
    let (site, first) = timed(|| site(temp.path(), &["bundle"]));
    let ((), again) = timed(|| {
        let told = run(temp.path(), 0, &["publish", "--site", "site", "bundle"]);
        assert!(told.contains("写入文件 0 个"), "{told}");
    });
    let pages = || site.iter().filter(|(path, _)| is_page(path));
    let (n, largest) = (pages().count(), pages().map(|(_, bytes)| bytes.len()).max().unwrap());
    eprintln!(
        "{VISITS} visits: {n} pages, the largest {largest} bytes, made in {first:?}, again in {again:?}"
    );
    assert!(largest < 400_000, "{largest}");
    check_links(&site);
    let mut sids = BTreeSet::new();
    for (path, bytes) in pages().filter(|(path, _)| path.contains("/visits-")) {
        let html = std::str::from_utf8(bytes).unwrap();
        let here = attributes(html, "id").into_iter().filter(|id| id.starts_with("s-")).count();
        sids.extend(attributes(html, "id").into_iter().filter(|id| id.starts_with("s-")));
        assert!(here <= 500 && html.contains("330199202607200001"), "{path}");
    }
    assert_eq!(sids.len() as u64, VISITS);
    let (_, main) = pages().find(|(path, _)| path.ends_with("/index.html")).unwrap();
    let main = text_of(std::str::from_utf8(main).unwrap());
    for words in ["16,757", "浙江省杭州市西湖区", "未列入 GB/T 2260 的代码", "= 16757/20000"]
    {
        assert!(main.contains(words), "{words}");
    }
}

/// Whenever a run is killed, whoever looks at the site sees whole pages whose links lead somewhere; the next run finishes it.
#[test]
fn a_killed_run_leaves_a_site_that_works() {
    let (drawn, promised) = (vector("events"), not_drawn(&vector("events")));
    let temp = bundles(&[("drawn", &drawn), ("promised", &promised), ("other", &vector("open"))]);
    let folder = temp.path();
    let args = ["publish", "--site", "site", "drawn"];
    site(folder, &["promised", "other"]);
    let before = read_folder(&folder.join("site"));
    let (_, whole) = timed(|| site(folder, &["drawn"]));
    let after = read_folder(&folder.join("site"));
    assert!(before != after);
    let mut rng = ChaCha20Rng::seed_from_u64(7);
    let mut between = 0;
    for round in 0..20 {
        std::fs::remove_dir_all(folder.join("site")).unwrap();
        crate::support::write_folder(&folder.join("site"), &before);
        let mut child = command(folder, &args).stdout(std::process::Stdio::null()).spawn().unwrap();
        let micros = u64::try_from(whole.as_micros()).unwrap();
        std::thread::sleep(Duration::from_micros(rng.next_u64() % (micros + 1)));
        let _ = child.kill();
        child.wait().unwrap();
        let left = read_folder(&folder.join("site"));
        between += usize::from(left != before && left != after);
        let pages = reachable(&left, "index.html");
        assert!(pages.len() >= 4, "round {round}: {pages:?}");
        for path in pages.iter().filter(|path| is_page(path)) {
            assert!(left[path].ends_with(b"</html>"), "round {round}: {path} is not whole");
        }
        for path in left.keys().filter(|path| path.ends_with(".json")) {
            serde_json::from_slice::<serde_json::Value>(&left[path]).unwrap();
        }
        site(folder, &["drawn"]);
        assert!(read_folder(&folder.join("site")) == after, "round {round}: other bytes");
    }
    eprintln!("killed half-way in {between} of 20 rounds");
}
