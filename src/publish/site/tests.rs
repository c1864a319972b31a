//! The pages of the vectors, without any folder.
use super::*;

#[test]
fn sizes_are_read_by_people() {
    assert_eq!(
        [size(0), size(1023), size(1024), size(1_600_000)],
        ["0 B", "1023 B", "1.0 kB", "1.5 MB"]
    );
}
