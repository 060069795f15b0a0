//! Reusable pieces of pages.

mod badge;
mod cell;
mod copy;
mod egress;
mod field;
mod frame;
mod get_form;
mod grid;
mod icons;
mod load;
mod local_time;
mod made;
mod notice;
mod place;
mod poll;
mod post;
mod schedule;
mod settings;
mod wide_grid;

pub use badge::{CheckBadge, KindBadge, RefusedBadge};
pub use copy::{CopyText, copy_when_pressed};
pub use egress::EgressPanel;
pub use field::{SqlArea, TextArea, TextField};
pub use frame::Frame;
pub use get_form::GetForm;
pub use grid::{Grid, Sorting};
pub use icons::{Icon, Shape};
pub use load::{Loaded, ask, is_away, load, load_after, load_when};
pub use local_time::{reader_zone, tell_local_times};
pub use made::Made;
#[cfg(feature = "ssr")]
pub use made::made;
pub use notice::{FaultNotice, PageFault};
pub use place::keep_place;
pub use poll::{NoScriptLook, NoScriptRefresh, every_while};
pub use post::{Post, PostForm, Posting, first_refused};
pub use schedule::ScheduleForm;
pub use settings::{CurrentActor, SettingsTabs};
pub use wide_grid::WideGrid;
