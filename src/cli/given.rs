//! Frames made elsewhere, as `ssj commit --frame` takes them: surveyed, put in order where they are not, and fed to
//! whoever reads them, whatever their size.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::Failure;
use super::console::Console;
use crate::base::digest::Suite;
use crate::base::finding::{Finding, Findings};
use crate::io::durable::Larger;
use crate::io::frame::{FrameFile, OrderedFrame};
use crate::plan::GivenFrames;
use crate::record::bundle::frame_path;
use crate::record::frame::{Feed, Frames, Survey};
use crate::record::ids::Sid;
use crate::say;

/// The frames of a plan in files of their own, by list.
#[derive(Default)]
pub(super) struct FramesElsewhere(BTreeMap<String, OrderedFrame>);

impl FramesElsewhere {
    /// Surveys the frames in these files, looking for the subjects in `wanted`; those that are not in order are sorted
    /// in temporary files of `folder`.
    ///
    /// # Errors
    /// W15 or W32 for a file that is none, F01–F04 and F09 for every row that is none.
    pub fn survey(
        files: &[(String, PathBuf)],
        suite: Suite,
        wanted: &BTreeSet<Sid>,
        folder: &Path,
        console: &Console,
    ) -> Result<(Self, GivenFrames), Failure> {
        let (mut frames, mut surveys) = (BTreeMap::new(), GivenFrames::new());
        let mut findings = Vec::new();
        let bar = console.counter(&say!("读入抽样框", "reading frames"));
        for (list, path) in files {
            let one = || -> Result<_, Finding> {
                let mut frame = OrderedFrame::new(FrameFile::open(path)?);
                let read = |frame: &OrderedFrame| {
                    let watch = &mut |rows| bar.set_position(rows);
                    Survey::read(&mut *frame.feed()?, suite, wanted, watch)
                };
                let mut survey = read(&frame)?;
                if survey.malformed.is_empty() && !survey.in_order {
                    frame.sort(folder, &mut |_| ())?;
                    survey = read(&frame)?;
                    // The rows of a sorted frame are those of no file.
                    survey.repeated.iter_mut().for_each(|finding| finding.place.row = None);
                }
                Ok((frame, survey))
            };
            match one() {
                Err(finding) => findings.push(finding),
                Ok((frame, survey)) => {
                    let wrong = survey.malformed.iter().chain(&survey.repeated).cloned();
                    findings.extend(wrong.map(|f| f.file(path.display().to_string())));
                    frames.insert(list.clone(), frame);
                    surveys.insert(list.clone(), survey);
                }
            }
        }
        bar.finish_and_clear();
        Ok(Findings::check(findings, (FramesElsewhere(frames), surveys))?.0)
    }

    /// The bytes of each frame with its path in a bundle.
    ///
    /// # Errors
    /// As [`OrderedFrame::feed`].
    pub fn feeds(&self) -> Result<Vec<Larger<'_>>, Finding> {
        self.0.iter().map(|(list, frame)| Ok((frame_path(list), frame.feed()?))).collect()
    }
}

impl Frames for FramesElsewhere {
    fn open(&self, list: &str) -> Result<Option<Box<dyn Feed + '_>>, Finding> {
        self.0.get(list).map(OrderedFrame::feed).transpose()
    }
}
