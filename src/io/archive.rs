//! A folder's files in one zip file, the same bytes whenever it is made: files in order, without times, owners or anything else
//! of the machine.

use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, System, ZipWriter};

/// Sizes from here on need the larger form of a zip file's entries.
const LARGE: u64 = u32::MAX as u64 / 2;

/// Writes these files, each under its name, from where it lies.
///
/// # Errors
/// What reading or writing fails with.
pub fn zip(out: &mut dyn Write, files: &[(String, PathBuf)]) -> io::Result<()> {
    let mut zip = ZipWriter::new_stream(out);
    for (name, path) in files {
        let mut file = File::open(path)?;
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(6))
            .last_modified_time(DateTime::DEFAULT)
            .unix_permissions(0o644)
            .system(System::Unix)
            .large_file(file.metadata()?.len() > LARGE);
        zip.start_file(name.as_str(), options)?;
        io::copy(&mut file, &mut zip)?;
    }
    zip.finish()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::{Cursor, Read};

    use super::*;

    #[test]
    fn the_same_files_are_the_same_bytes() {
        let temp = tempfile::tempdir().unwrap();
        let files: Vec<(String, PathBuf)> = ["draw/T01.tsv", "公示.html"]
            .map(|name| (format!("Q4-00112233/{name}"), temp.path().join(name.replace('/', "_"))))
            .into();
        files.iter().for_each(|(name, path)| fs::write(path, name.repeat(1000)).unwrap());
        let made = || {
            let mut out = Vec::new();
            zip(&mut out, &files).unwrap();
            out
        };
        let first = made();
        // Touched, and with other rights.
        fs::write(&files[0].1, files[0].0.repeat(1000)).unwrap();
        assert_eq!(made(), first);
        let mut read = zip::ZipArchive::new(Cursor::new(first)).unwrap();
        for (at, (name, _)) in files.iter().enumerate() {
            let mut part = read.by_index(at).unwrap();
            let mut text = String::new();
            part.read_to_string(&mut text).unwrap();
            assert_eq!((part.name().unwrap().to_string(), text), (name.clone(), name.repeat(1000)));
        }
    }
}
