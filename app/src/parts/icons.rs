//! The icons: strokes on a 16-unit grid, in the colour of the text around them.

use leptos::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Check,
    Cross,
    Warning,
    Dot,
    Dash,
    Spinner,
    Plus,
    Table,
    Eye,
    Lock,
}

impl Shape {
    fn path(self) -> &'static str {
        match self {
            Self::Check => "M3 8.5 6.5 12 13 4.5",
            Self::Cross => "M4 4l8 8M12 4l-8 8",
            Self::Warning => "M8 2.5 14.5 13.5H1.5ZM8 6.5v3M8 11.6v.1",
            Self::Dot => "M8 7.5v1",
            Self::Dash => "M5 8h6",
            Self::Spinner => "M8 2a6 6 0 1 1-6 6",
            Self::Plus => "M8 3v10M3 8h10",
            Self::Table => "M2 3h12v10H2ZM2 6.5h12M6 6.5V13",
            Self::Eye => "M1.5 8C4 3.8 12 3.8 14.5 8 12 12.2 4 12.2 1.5 8ZM8 6.2v3.6",
            Self::Lock => "M3.5 7.5h9V14h-9ZM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5",
        }
    }
}

/// Decoration: whatever it means is said in text beside it.
#[component]
pub fn Icon(shape: Shape) -> impl IntoView {
    let class = if shape == Shape::Spinner { "icon icon-spins" } else { "icon" };
    view! {
        <svg class=class viewBox="0 0 16 16" aria-hidden="true">
            <path d=shape.path()/>
        </svg>
    }
}
