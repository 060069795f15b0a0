//! Parts of pages that are only read, made where the server is (see [`crate::parts::Made`]).

pub mod audit;
pub mod chart;
pub mod data;
mod dataset_line;
pub mod help;
pub mod hint;
pub mod history;
pub mod how_read;
pub mod profile;
pub mod record;
pub mod refresh;
pub mod rotation;
pub mod stages;
pub mod turn;
