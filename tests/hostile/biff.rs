//! The smallest `.xls` that is one, by hand: a compound file with a workbook stream.

const SECTOR: usize = 512;
const END: u32 = 0xffff_fffe;

pub fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap();
    [&kind.to_le_bytes()[..], &length.to_le_bytes(), data].concat()
}

pub fn number(row: u16, column: u16, x: f64) -> Vec<u8> {
    record(0x0203, &[&place(row, column)[..], &x.to_le_bytes()].concat())
}

/// A cell with a shared string.
pub fn shared(row: u16, column: u16, string: u32) -> Vec<u8> {
    record(0x00fd, &[&place(row, column)[..], &string.to_le_bytes()].concat())
}

/// The records of a sheet with a subject, and more.
pub fn sheet(more: &[Vec<u8>]) -> Vec<u8> {
    let mut sheet = record(0x0809, &[0, 6, 0x10, 0]);
    for (at, column) in (0..).zip(0..4u16) {
        sheet.extend(shared(0, column, at));
        sheet.extend(shared(1, column, at + 5));
    }
    sheet.extend(more.concat());
    sheet.extend(record(0x000a, &[]));
    sheet
}

/// A workbook with that sheet. Of its shared strings the fifth is long.
pub fn workbook(sheet: &[u8]) -> Vec<u8> {
    let long = "长".repeat(4000);
    let strings = ["统一社会信用代码", "名称", "对象类型", "登记状态", &long];
    let strings = strings.into_iter().chain(["91350100M000100Y43", "甲公司", "企业", "存续"]);
    let mut table = vec![0; 8];
    for string in strings {
        let units: Vec<u16> = string.encode_utf16().collect();
        table.extend((units.len() as u16).to_le_bytes());
        table.push(1);
        table.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
    }
    let name = [2, 0, b'S', b'1'];
    let head = |at: u32| {
        let list = [&at.to_le_bytes()[..], &[0, 0], &name].concat();
        [
            record(0x0809, &[0, 6, 5, 0]),
            record(0x0085, &list),
            record(0x00fc, &table),
            record(0x000a, &[]),
        ]
        .concat()
    };
    let at = head(0).len() as u32;
    compound(&[&head(at), sheet].concat())
}

/// The chain of the stream leads back to its beginning.
pub fn circular(mut bytes: Vec<u8>) -> Vec<u8> {
    let sectors = bytes.len() / SECTOR - 1;
    let table = SECTOR + (sectors - 1) * 4;
    bytes[table..table + 4].copy_from_slice(&((tables(sectors) + 1) as u32).to_le_bytes());
    bytes
}

/// The directory says that the stream has four gibibytes.
pub fn overstated(mut bytes: Vec<u8>) -> Vec<u8> {
    let sectors = bytes.len() / SECTOR - 1;
    let entry = SECTOR * (1 + tables(sectors)) + 128;
    bytes[entry + 120..entry + 124].copy_from_slice(&[0xff; 4]);
    bytes
}

fn place(row: u16, column: u16) -> [u8; 6] {
    let [[a, b], [c, d]] = [row.to_le_bytes(), column.to_le_bytes()];
    [a, b, c, d, 0, 0]
}

fn tables(sectors: usize) -> usize {
    sectors.div_ceil(SECTOR / 4)
}

/// Sectors of the table, one of the directory, then those of the stream.
fn compound(stream: &[u8]) -> Vec<u8> {
    let stream_sectors = stream.len().div_ceil(SECTOR).max(8);
    let mut table_sectors = 1;
    while tables(table_sectors + 1 + stream_sectors) > table_sectors {
        table_sectors += 1;
    }
    assert!(table_sectors <= 109, "the header lists no more");
    let sectors = table_sectors + 1 + stream_sectors;
    let mut header = vec![0; SECTOR];
    header[..8].copy_from_slice(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1");
    header[26] = 3;
    header[30] = 9;
    header[32] = 6;
    let mut put = |at: usize, value: u32| header[at..at + 4].copy_from_slice(&value.to_le_bytes());
    put(44, table_sectors as u32);
    put(48, table_sectors as u32);
    put(60, END);
    put(68, END);
    for n in 0..109 {
        put(76 + 4 * n, if n < table_sectors { n as u32 } else { 0xffff_ffff });
    }
    let mut table = vec![0xff; table_sectors * SECTOR];
    for sector in 0..sectors {
        let next = match sector {
            n if n < table_sectors => 0xffff_fffd,
            n if n == table_sectors || n + 1 == sectors => END,
            n => n as u32 + 1,
        };
        table[4 * sector..4 * sector + 4].copy_from_slice(&next.to_le_bytes());
    }
    let mut directory = entry("Root Entry", 5, END, 0);
    let length = (stream_sectors * SECTOR) as u32;
    directory.extend(entry("Workbook", 2, table_sectors as u32 + 1, length));
    directory.resize(SECTOR, 0);
    let mut stream = stream.to_vec();
    stream.resize(stream_sectors * SECTOR, 0);
    [header, table, directory, stream].concat()
}

fn entry(name: &str, kind: u8, start: u32, length: u32) -> Vec<u8> {
    let mut entry = vec![0; 128];
    for (at, unit) in name.encode_utf16().enumerate() {
        entry[2 * at..2 * at + 2].copy_from_slice(&unit.to_le_bytes());
    }
    entry[64] = 2 * name.len() as u8 + 2;
    entry[66] = kind;
    entry[116..120].copy_from_slice(&start.to_le_bytes());
    entry[120..124].copy_from_slice(&length.to_le_bytes());
    entry
}
