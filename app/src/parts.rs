//! Reusable pieces of pages.

mod badge;
mod copy;
mod egress;
mod field;
mod frame;
mod grid;
mod hint;
mod icons;
mod load;
mod notice;
mod poll;
mod post;
mod settings;
mod stages;

pub use badge::{CheckBadge, KindBadge};
pub use copy::CopyText;
pub use egress::EgressPanel;
pub use field::{TextArea, TextField};
pub use frame::Frame;
pub use grid::Grid;
pub use hint::HintView;
pub use icons::{Icon, Shape};
pub use load::{Loaded, load};
pub use notice::{FaultNotice, PageFault};
pub use poll::{LastGood, NoScriptRefresh, every_while};
pub use post::{Post, PostForm, Posting, first_refused};
pub use settings::{CurrentActor, SettingsTabs};
pub use stages::StageList;
