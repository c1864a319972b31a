//! The compound file (MS-CFB) in which `.xls` and protected `.xlsx` lie: a small file system of sectors linked by a
//! table. Every chain is as long as the file has sectors at most, so that a link back to its own beginning ends in
//! an error and not in a full memory; that, and refusing instead of panicking, is why it is read here.

/// Sector numbers from this one on are marks, not sectors.
const MARKS: u32 = 0xffff_fffa;
const END_OF_CHAIN: u32 = 0xffff_fffe;
/// Streams shorter than this lie in the mini stream, in sectors of 64 bytes.
const MINI_STREAM_BELOW: u64 = 4096;
const MINI_SECTOR_BYTES: usize = 64;
const ENTRY_BYTES: usize = 128;

/// What is wrong with a compound file, in Chinese and English.
pub(super) type Defect = (&'static str, &'static str);

const SHORT: Defect = ("复合文件不完整", "the compound file is incomplete");
const CHAIN: Defect = ("扇区链断裂或成环", "a chain of sectors is broken or circular");

/// A compound file, its directory read.
#[derive(Debug)]
pub(super) struct Compound<'a> {
    bytes: &'a [u8],
    sector_bytes: usize,
    table: Vec<u32>,
    mini_table: Vec<u32>,
    mini_stream: Vec<u8>,
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    name: String,
    start: u32,
    bytes: u64,
}

impl<'a> Compound<'a> {
    /// Reads the header, the table of sectors and the directory.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, Defect> {
        let sector_bytes = match u16_at(bytes, 30).ok_or(SHORT)? {
            9 => 512,
            12 => 4096,
            _ => return Err(("扇区长度不合规范", "its sectors have no lawful length")),
        };
        let mut file = Compound {
            bytes,
            sector_bytes,
            table: Vec::new(),
            mini_table: Vec::new(),
            mini_stream: Vec::new(),
            entries: Vec::new(),
        };
        file.table = file.sector_table()?;
        let directory = file.chain(u32_at(bytes, 48).ok_or(SHORT)?)?;
        file.entries =
            directory.chunks_exact(ENTRY_BYTES).map(|e| entry(e, sector_bytes)).collect();
        let root = file.entries.first().ok_or(SHORT)?;
        if root.start < MARKS {
            let mini_table = u32_at(bytes, 60).ok_or(SHORT)?;
            let mini_stream = file.chain(root.start)?;
            if mini_table < MARKS {
                file.mini_table = words(&file.chain(mini_table)?).collect();
            }
            file.mini_stream = mini_stream;
        }
        Ok(file)
    }

    /// Whether a stream or storage has this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|entry| entry.name.eq_ignore_ascii_case(name))
    }

    /// The bytes of a stream; none if there is none of this name.
    pub(super) fn stream(&self, name: &str) -> Result<Option<Vec<u8>>, Defect> {
        let named = |entry: &&Entry| entry.name.eq_ignore_ascii_case(name);
        let Some(entry) = self.entries.iter().skip(1).find(named) else { return Ok(None) };
        let mut bytes = if entry.bytes < MINI_STREAM_BELOW {
            self.mini_chain(entry.start)?
        } else {
            self.chain(entry.start)?
        };
        let declared = usize::try_from(entry.bytes).unwrap_or(usize::MAX);
        if bytes.len() < declared {
            return Err(SHORT);
        }
        bytes.truncate(declared);
        Ok(Some(bytes))
    }

    /// The table that links sectors: its own sectors are listed in the header, and those beyond 109 in a chain.
    fn sector_table(&self) -> Result<Vec<u32>, Defect> {
        let header = self.bytes.get(76..512).ok_or(SHORT)?;
        let mut listed: Vec<u32> = words(header).collect();
        let mut next = u32_at(self.bytes, 68).ok_or(SHORT)?;
        let mut steps = 0;
        while next < MARKS {
            steps += 1;
            if steps > self.sectors() {
                return Err(CHAIN);
            }
            let more: Vec<u32> = words(self.sector(next).ok_or(SHORT)?).collect();
            let Some((link, more)) = more.split_last() else { return Err(SHORT) };
            listed.extend(more);
            next = *link;
        }
        let used = listed.into_iter().filter(|sector| *sector < MARKS);
        let mut table = Vec::new();
        for sector in used.take(self.sectors()) {
            table.extend(words(self.sector(sector).ok_or(SHORT)?));
        }
        Ok(table)
    }

    /// Sectors that the file has, the last one perhaps cut short.
    fn sectors(&self) -> usize {
        self.bytes.len() / self.sector_bytes + 1
    }

    fn sector(&self, number: u32) -> Option<&'a [u8]> {
        let from = (number as usize).checked_add(1)?.checked_mul(self.sector_bytes)?;
        let to = from.checked_add(self.sector_bytes)?.min(self.bytes.len());
        self.bytes.get(from..to).filter(|bytes| !bytes.is_empty())
    }

    fn chain(&self, start: u32) -> Result<Vec<u8>, Defect> {
        let sector = |number| self.sector(number);
        follow(start, &self.table, self.sectors(), sector)
    }

    fn mini_chain(&self, start: u32) -> Result<Vec<u8>, Defect> {
        let sector = |number: u32| {
            let from = (number as usize).checked_mul(MINI_SECTOR_BYTES)?;
            let to = from.checked_add(MINI_SECTOR_BYTES)?.min(self.mini_stream.len());
            self.mini_stream.get(from..to).filter(|bytes| !bytes.is_empty())
        };
        follow(start, &self.mini_table, self.mini_stream.len() / MINI_SECTOR_BYTES + 1, sector)
    }
}

/// The sectors of a chain, of which there are so many at most.
fn follow<'b>(
    start: u32,
    table: &[u32],
    most: usize,
    sector: impl Fn(u32) -> Option<&'b [u8]>,
) -> Result<Vec<u8>, Defect> {
    let (mut bytes, mut next, mut steps) = (Vec::new(), start, 0);
    while next != END_OF_CHAIN {
        steps += 1;
        if steps > most {
            return Err(CHAIN);
        }
        bytes.extend_from_slice(sector(next).ok_or(SHORT)?);
        next = *table.get(next as usize).ok_or(CHAIN)?;
    }
    Ok(bytes)
}

fn entry(bytes: &[u8], sector_bytes: usize) -> Entry {
    let units = bytes[..64].chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    let units: Vec<u16> = units.take_while(|unit| *unit != 0).collect();
    let low = u64::from(u32_at(bytes, 120).unwrap_or_default());
    // Old writers leave rubbish in the upper half of a length that small sectors never need.
    let high = if sector_bytes == 512 { 0 } else { u32_at(bytes, 124).unwrap_or_default() };
    Entry {
        name: String::from_utf16_lossy(&units),
        start: u32_at(bytes, 116).unwrap_or(END_OF_CHAIN),
        bytes: low | u64::from(high) << 32,
    }
}

fn words(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.as_chunks().0.iter().map(|word| u32::from_le_bytes(*word))
}

/// Two bytes, the lower one first; none beyond the end.
pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|word| u16::from_le_bytes(*word))
}

/// Four bytes, the lowest one first; none beyond the end.
pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|word| u32::from_le_bytes(*word))
}
