//! The closed lists of a question, each choice with its stable code. Codes stand in addresses that people keep.

use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($( $(#[$doc:meta])* $list:ident { $( $(#[$note:meta])* $name:ident = $code:literal, )* } )*) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub enum $list { $( $(#[$note])* #[serde(rename = $code)] $name, )* }

        impl $list {
            pub const ALL: &[Self] = &[ $( Self::$name, )* ];

            /// The code used in addresses.
            pub fn as_str(self) -> &'static str {
                match self { $( Self::$name => $code, )* }
            }

            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == code)
            }
        }
    )* };
}

codes! {
    #[derive(Default)]
    Function {
        #[default]
        Count = "count",
        Sum = "sum",
        Average = "average",
        Min = "min",
        Max = "max",
        /// How many different values.
        Distinct = "distinct",
    }

    /// In UTC where the column has a time zone. A week starts on Monday.
    Bucket {
        Year = "year",
        Quarter = "quarter",
        Month = "month",
        Week = "week",
        Day = "day",
        Hour = "hour",
    }

    Operator {
        Eq = "eq",
        Ne = "ne",
        Lt = "lt",
        Le = "le",
        Gt = "gt",
        Ge = "ge",
        Contains = "contains",
        StartsWith = "starts_with",
        OneOf = "one_of",
        IsTrue = "is_true",
        IsFalse = "is_false",
        IsNull = "is_null",
        IsNotNull = "is_not_null",
    }

    Chart {
        Table = "table",
        Line = "line",
        Bar = "bar",
        Area = "area",
        Scatter = "scatter",
        Number = "number",
    }
}

impl Operator {
    /// It needs a value that a person types.
    pub fn takes_value(self) -> bool {
        !matches!(self, Self::IsTrue | Self::IsFalse | Self::IsNull | Self::IsNotNull)
    }

    /// It holds whole values against each other.
    pub fn compares(self) -> bool {
        self.takes_value() && !matches!(self, Self::Contains | Self::StartsWith)
    }
}
