//! What the public and the people at the door read (公示、表单): notices, forms and a site, made of a bundle and of nothing
//! else, so that anybody who has the bundle can make them again.
//!
//! Pages are [templates](template) that an office can replace without Rust; what is filled in is always text, whatever it
//! looks like. Nothing here knows a clock: the same bundle gives the same bytes.

pub mod document;
mod draw;
pub mod forms;
pub mod names;
mod notice;
pub mod outcome;
pub mod qr;
pub mod site;
pub mod template;
mod withheld;

pub use draw::Draw;
pub use notice::{
    Kind, Particulars, file_name, notice, outcome_file_name, outcome_notice, outcome_of_name,
};
