//! The rows of the files of an import, once through: one thread reads them, has them cleaned on all cores and judges
//! them, chunk by chunk, while the caller does nothing but store the chunk before. Few rows are in memory at a time, in whatever order the threads run, and the
//! rows arrive in the order of the files.

use std::ops::ControlFlow;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use super::sheet::{Item, Source, Table};
use crate::base::finding::Finding;
use crate::registry::{Counts, Head, Header, Intake, Mapping, Numbering, Register, Rows, Verdict};

/// Most rows of a chunk.
const CHUNK_ROWS_MAX: usize = 4_096;
/// A chunk is full when its cells have so many bytes.
const CHUNK_BYTES: usize = 4 << 20;
/// Chunks that wait for the caller.
const CHUNKS_WAITING: usize = 2;

/// The files that make a register together, with headers that can be read.
#[derive(Debug)]
pub struct Files<'a> {
    register: Register,
    mapping: &'a Mapping,
    tables: Vec<&'a Table>,
    /// Most cells of a row, by table; known after a scan.
    widths: Vec<usize>,
    numbering: Option<Numbering>,
}

/// What a pass meets.
#[derive(Debug)]
pub enum Event<'a> {
    /// A table begins; every row until the next is of this one.
    Table(&'a Head, usize),
    /// A row, with its cells as they stand in the file.
    Row(Vec<&'a str>, Verdict),
    /// What there is to say about a file, a table or rows that are not of it.
    Note(Finding),
}

/// What the reading thread sends.
enum Sent {
    Table(usize),
    Chunk(Rows, Vec<Verdict>),
    Note(Finding),
    /// The file cannot be read any further.
    Broken(Finding),
}

impl<'a> Files<'a> {
    /// The tables of these files, and what was found in their headers and about the files. One that is an error blocks
    /// the import: no row can be read then.
    pub fn new(
        register: Register,
        mapping: &'a Mapping,
        sources: &'a [Source],
    ) -> (Files<'a>, Vec<Finding>) {
        let tables: Vec<&Table> = sources.iter().flat_map(|source| &source.tables).collect();
        let findings = sources.iter().flat_map(|source| source.findings.iter().cloned());
        let mut findings: Vec<Finding> = findings.collect();
        let mut intake = Intake::new(register, mapping);
        findings.extend(tables.iter().flat_map(|table| intake.begin(table.head()).1));
        let (widths, numbering) = (Vec::new(), Numbering::of(mapping));
        (Files { register, mapping, tables, widths, numbering }, findings)
    }

    /// Whether the rows must be scanned before they are read.
    pub fn need_scan(&self) -> bool {
        self.numbering.is_some()
    }

    /// Looks through all rows for what must be known before they are read: how wide they are, and which identifiers
    /// several share.
    ///
    /// # Errors
    /// R01 or R45 if a file cannot be read to its end.
    pub fn scan(&mut self) -> Result<(), Finding> {
        let (_, headers) = self.begin();
        let mut numbering = Numbering::of(self.mapping);
        self.widths.clear();
        for (table, header) in self.tables.iter().zip(&headers) {
            let mut width = table.head().header.len();
            table.rows(&mut |item| {
                if let Item::Row(row) = item {
                    width = width.max(row.cells.len());
                    numbering.iter_mut().for_each(|n| n.count(header, row.cells));
                }
                ControlFlow::Continue(())
            })?;
            self.widths.push(width);
        }
        self.numbering = numbering;
        Ok(())
    }

    /// Reads all rows and hands over what it meets; the counts add up to the rows.
    ///
    /// # Errors
    /// R01 or R45 if a file cannot be read to its end; what `each` fails with.
    pub fn pass(
        &self,
        each: &mut dyn FnMut(Event<'_>) -> Result<(), Finding>,
    ) -> Result<Counts, Finding> {
        let (mut intake, headers) = self.begin();
        let intake = thread::scope(|scope| {
            let (sender, receiver) = sync_channel(CHUNKS_WAITING);
            let reader = scope.spawn({
                let headers = &headers;
                move || {
                    // Whether the caller listened to the end, it knows itself.
                    let _ = self.read(&mut intake, headers, &sender);
                    intake
                }
            });
            self.receive(receiver, each)?;
            Ok::<Intake, Finding>(reader.join().unwrap_or_else(|panic| resume_unwind(panic)))
        })?;
        let (counts, notes) = intake.finish();
        notes.into_iter().try_for_each(|note| each(Event::Note(note)))?;
        Ok(counts)
    }

    fn begin(&self) -> (Intake, Vec<Arc<Header>>) {
        let mut intake = Intake::new(self.register, self.mapping);
        let begun = self.tables.iter().map(|table| intake.begin(table.head()).0);
        let headers =
            begun.map(|header| header.expect("bug: headers with errors block the import"));
        let headers = headers.collect();
        (intake, headers)
    }

    /// Reads, cleans and judges, until the caller wants no more.
    fn read(
        &self,
        intake: &mut Intake,
        headers: &[Arc<Header>],
        to: &SyncSender<Sent>,
    ) -> ControlFlow<()> {
        let mut numbering = self.numbering.clone();
        for (at, (table, header)) in self.tables.iter().zip(headers).enumerate() {
            send(to, Sent::Table(at))?;
            let (mut rows, mut flow) = (Rows::default(), ControlFlow::Continue(()));
            let read = table.rows(&mut |item| {
                flow = match item {
                    Item::Row(row) => {
                        rows.push(row.line, row.cells, row.findings);
                        numbering.iter_mut().for_each(|n| n.number(header, &mut rows, row.cells));
                        match rows.len() >= CHUNK_ROWS_MAX || rows.bytes() >= CHUNK_BYTES {
                            true => flush(&mut rows, intake, header, to),
                            false => ControlFlow::Continue(()),
                        }
                    }
                    Item::Blank(n) => {
                        intake.blank(header, n);
                        ControlFlow::Continue(())
                    }
                    Item::Note(finding) => send(to, Sent::Note(finding)),
                };
                flow
            });
            flow?;
            flush(&mut rows, intake, header, to)?;
            if let Err(finding) = read {
                return send(to, Sent::Broken(finding));
            }
        }
        ControlFlow::Continue(())
    }

    fn receive(
        &self,
        from: Receiver<Sent>,
        each: &mut dyn FnMut(Event<'_>) -> Result<(), Finding>,
    ) -> Result<(), Finding> {
        for sent in from {
            match sent {
                Sent::Table(at) => {
                    let head = self.tables[at].head();
                    let width = self.widths.get(at).copied().unwrap_or(head.header.len());
                    each(Event::Table(head, width))?;
                }
                Sent::Chunk(rows, verdicts) => {
                    for (row, verdict) in verdicts.into_iter().enumerate() {
                        each(Event::Row(rows.cells(row), verdict))?;
                    }
                }
                Sent::Note(finding) => each(Event::Note(finding))?,
                Sent::Broken(finding) => return Err(finding),
            }
        }
        Ok(())
    }
}

fn flush(
    rows: &mut Rows,
    intake: &mut Intake,
    header: &Header,
    to: &SyncSender<Sent>,
) -> ControlFlow<()> {
    let rows = std::mem::take(rows);
    if rows.is_empty() {
        return ControlFlow::Continue(());
    }
    let verdicts = intake.take(header, header.clean(&rows)).collect();
    send(to, Sent::Chunk(rows, verdicts))
}

fn send(to: &SyncSender<Sent>, what: Sent) -> ControlFlow<()> {
    match to.send(what) {
        Ok(()) => ControlFlow::Continue(()),
        // Nobody listens: the caller has failed.
        Err(_) => ControlFlow::Break(()),
    }
}
