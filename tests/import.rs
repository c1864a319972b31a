//! The shipped registers are read to the same bytes for ever, whatever else reading learns to accept.
#![cfg(feature = "cli")]
#![allow(missing_docs)]

use std::fs;
use std::path::Path;

use shuangsuiji::base::digest::Suite;
use shuangsuiji::base::finding::Finding;
use shuangsuiji::io::sheet::read;
use shuangsuiji::registry::{Mapping, Register, Registry, Table};

/// The SM3 digests of the canonical registers of `data/district`, as the first version read them; a column or a
/// register more is another digest, and its header says so.
const DISTRICT: [&str; 6] = [
    "27f3149a9a9d37b8f9503d33b3aa26052481bdc84033f9a3d3dcab6df442ccd3",
    "fecc86c565a0dc1173ee6d59c78e02e64594c45be66bca6f055695ea2b878b88",
    "d3e69addd83579972b4c8b6fba94838f593bca23d6f44d3ff214ee066ad52fce",
    "8e6cbf1df0dc1297a6bba7eee39129e011be132e2db6dcd7f01055743a256d4c",
    "6c55de880de6ec5968346db1b93dd72d317a77223f2d3dfc5b5475e5c23fe36e",
    "a084bdd84f698118e76ac7aa7155a8b60c39a3b2c9359967f56187edb506a935",
];

#[test]
fn the_shipped_district_keeps_its_bytes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/district");
    let mut tables = Vec::new();
    // The fictional district writes leave in the rows of its inspectors.
    for register in Register::ALL.into_iter().filter(|register| *register != Register::Leave) {
        let file = format!("{}.csv", register.name());
        let (bytes, mapping) = (fs::read(folder.join(&file)).unwrap(), Mapping::none(register));
        let (sheets, notes) = read(&file, &bytes, &|text| mapping.names(text)).unwrap();
        let (table, findings) = Table::read(register, &sheets[0]);
        // Devices have numbers of their own, and the fictional district is in no table of GB/T 2260.
        let expected = if register == Register::Subjects { vec!["R70", "R72"] } else { vec![] };
        let codes: Vec<&str> = findings.iter().map(Finding::code).collect();
        assert_eq!((notes, codes), (vec![], expected), "{file}");
        tables.push(table);
    }
    let (registry, findings) = Registry::build(&tables);
    assert_eq!(findings, []);
    let digests = Register::ALL.map(|register| registry.digest(Suite::Sm3, register).hex());
    assert_eq!(digests, DISTRICT);
}
