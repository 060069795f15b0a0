//! The question in the page's address. It is what a plain GET form sends, with no JavaScript: each `m` starts a
//! measure and the `mc` after it is its column; `g` starts a group, `gb` is its bucket; `f` starts a filter, `fo` is
//! its operator, `fv` its value; `s` sorts, `n` limits, `c` is the chart. Rows that nobody filled in are empty, and
//! ignored.

use std::borrow::Cow;

use crate::connection::percent_encode;

use super::codes::{Bucket, Chart, Function, Operator};
use super::fault::{ExploreFault, Part, row};
use super::{By, Explore, Filter, Group, MAX_FILTERS, MAX_GROUPS, MAX_LIMIT, MAX_MEASURES, Measure, Sort};

/// The pairs of an address's query, with or without its `?`.
pub fn pairs(query: &str) -> impl Iterator<Item = (String, String)> + '_ {
    query.strip_prefix('?').unwrap_or(query).split('&').map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(key), decode(value))
    })
}

impl Explore {
    /// Reads pairs in their order. What cannot be read is left out, row by row, and told; other keys are the page's
    /// own.
    pub fn from_pairs<K: AsRef<str>, V: AsRef<str>>(
        pairs: impl IntoIterator<Item = (K, V)>,
    ) -> (Self, Vec<ExploreFault>) {
        let mut reader = Reader::default();
        for (key, value) in pairs {
            reader.pair(key.as_ref(), value.as_ref());
        }
        (reader.explore, reader.faults)
    }

    /// Reads an address's query, with or without its `?`.
    pub fn from_query(query: &str) -> (Self, Vec<ExploreFault>) {
        Self::from_pairs(pairs(query))
    }

    /// The pairs that read as this question again: those of a form that has only its filled-in fields.
    pub fn to_pairs(&self) -> Vec<(&'static str, Cow<'_, str>)> {
        let mut pairs = Vec::new();
        for measure in &self.measures {
            pairs.push(("m", Cow::Borrowed(measure.function.as_str())));
            pairs.extend(measure.column.as_deref().map(|column| ("mc", Cow::Borrowed(column))));
        }
        for group in &self.groups {
            pairs.push(("g", Cow::Borrowed(&*group.column)));
            pairs.extend(group.bucket.map(|bucket| ("gb", Cow::Borrowed(bucket.as_str()))));
        }
        for filter in &self.filters {
            pairs.push(("f", Cow::Borrowed(&*filter.column)));
            pairs.push(("fo", Cow::Borrowed(filter.operator.as_str())));
            if !filter.value.is_empty() {
                pairs.push(("fv", Cow::Borrowed(&*filter.value)));
            }
        }
        pairs.extend(self.sort.map(|sort| ("s", Cow::Owned(sort.code()))));
        if self.limit != super::DEFAULT_LIMIT {
            pairs.push(("n", Cow::Owned(self.limit.to_string())));
        }
        pairs.extend(self.chart.map(|chart| ("c", Cow::Borrowed(chart.as_str()))));
        pairs
    }

    /// The address's query, without a `?`.
    pub fn to_query(&self) -> String {
        let mut query = String::new();
        for (key, value) in self.to_pairs() {
            if !query.is_empty() {
                query.push('&');
            }
            query.push_str(key);
            query.push('=');
            query.push_str(&percent_encode(&value));
        }
        query
    }
}

impl Sort {
    /// `m1` for the first measure, `-g2` for the second group from its end.
    pub fn code(self) -> String {
        let sign = if self.is_descending { "-" } else { "" };
        match self.by {
            By::Measure(at) => format!("{sign}m{}", u16::from(at) + 1),
            By::Group(at) => format!("{sign}g{}", u16::from(at) + 1),
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        let (is_descending, code) = match code.strip_prefix('-') {
            Some(code) => (true, code),
            None => (false, code),
        };
        let (by, number): (fn(u8) -> By, _) = match code.strip_prefix('m') {
            Some(number) => (By::Measure, number),
            None => (By::Group, code.strip_prefix('g')?),
        };
        let at = number.parse::<u16>().ok()?.checked_sub(1)?;
        Some(Self { by: by(u8::try_from(at).ok()?), is_descending })
    }
}

#[derive(Default)]
struct Reader {
    explore: Explore,
    faults: Vec<ExploreFault>,
    /// Rows that were begun, those that were left out too: measures, groups, filters.
    seen: [usize; 3],
    /// The part whose last row takes what follows; none where the row was left out or is empty.
    open: Option<Part>,
}

impl Reader {
    fn pair(&mut self, key: &str, value: &str) {
        match key {
            "m" => self.begin(Part::Measure, value),
            "g" => self.begin(Part::Group, value),
            "f" => self.begin(Part::Filter, value),
            // A select without a choice, and a field without an entry.
            _ if value.is_empty() => {}
            "s" => match Sort::from_code(value) {
                Some(sort) => self.explore.sort = Some(sort),
                None => self.faults.push(ExploreFault::Unreadable { part: Part::Sort, row: 0 }),
            },
            "n" => match value.trim().parse() {
                Ok(limit @ 1..=MAX_LIMIT) => self.explore.limit = limit,
                _ => self.faults.push(ExploreFault::LimitInvalid),
            },
            "c" => match Chart::from_code(value) {
                Some(chart) => self.explore.chart = Some(chart),
                None => self.faults.push(ExploreFault::Unreadable { part: Part::Chart, row: 0 }),
            },
            _ => self.go_on(key, value),
        }
    }

    /// Begins a row, unless it is empty or one too many.
    fn begin(&mut self, part: Part, value: &str) {
        self.open = None;
        if value.is_empty() {
            return;
        }
        let most = match part {
            Part::Measure => MAX_MEASURES,
            Part::Group => MAX_GROUPS,
            _ => MAX_FILTERS,
        };
        let seen = self.seen(part);
        *seen += 1;
        if *seen > most {
            // Told once, however many there are.
            if *seen == most + 1 {
                self.faults.push(ExploreFault::TooMany { part, limit: row(most) });
            }
            return;
        }
        self.open = Some(part);
        match (part, Function::from_code(value)) {
            (Part::Measure, Some(function)) => self.explore.measures.push(Measure { function, column: None }),
            (Part::Measure, None) => self.leave_out(part),
            (Part::Group, _) => self.explore.groups.push(Group { column: value.to_owned(), bucket: None }),
            _ => self.explore.filters.push(Filter {
                column: value.to_owned(),
                operator: Operator::Eq,
                value: String::new(),
            }),
        }
    }

    /// Fills in the row that is open, where the key is one of its own.
    fn go_on(&mut self, key: &str, value: &str) {
        let Explore { measures, groups, filters, .. } = &mut self.explore;
        match (self.open, key) {
            (Some(Part::Measure), "mc") => {
                if let Some(measure) = measures.last_mut() {
                    measure.column = Some(value.to_owned());
                }
            }
            (Some(Part::Group), "gb") => match (Bucket::from_code(value), groups.last_mut()) {
                (Some(bucket), Some(group)) => group.bucket = Some(bucket),
                _ => {
                    groups.pop();
                    self.leave_out(Part::Group);
                }
            },
            (Some(Part::Filter), "fo") => match (Operator::from_code(value), filters.last_mut()) {
                (Some(operator), Some(filter)) => filter.operator = operator,
                _ => {
                    filters.pop();
                    self.leave_out(Part::Filter);
                }
            },
            (Some(Part::Filter), "fv") => {
                if let Some(filter) = filters.last_mut() {
                    filter.value = value.to_owned();
                }
            }
            _ => {}
        }
    }

    fn leave_out(&mut self, part: Part) {
        self.open = None;
        let at = self.seen(part).saturating_sub(1);
        self.faults.push(ExploreFault::Unreadable { part, row: row(at) });
    }

    fn seen(&mut self, part: Part) -> &mut usize {
        match part {
            Part::Measure => &mut self.seen[0],
            Part::Group => &mut self.seen[1],
            _ => &mut self.seen[2],
        }
    }
}

/// Undoes percent-encoding, and a form's `+` for a blank. A percent sign that starts no escape stands for itself.
fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let digit = |at: usize| bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        match (byte, digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                decoded.push((high * 16 + low) as u8);
                at += 2;
            }
            (b'+', ..) => decoded.push(b' '),
            _ => decoded.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_form_with_empty_rows_reads_as_what_was_filled_in() {
        let (explore, faults) = Explore::from_query(
            "?m=sum&mc=price+paid&m=count&mc=&m=&mc=x&g=sold_at&gb=month&g=city&gb=&g=&gb=week\
             &f=price&fo=ge&fv=5&f=&fo=eq&fv=lost&f=note&fo=is_null&fv=&s=-m1&n=50&c=line&page=2",
        );
        assert_eq!(faults, []);
        assert_eq!(
            explore.to_query(),
            "m=sum&mc=price%20paid&m=count&g=sold_at&gb=month&g=city&f=price&fo=ge&fv=5&f=note&fo=is_null\
             &s=-m1&n=50&c=line"
        );
        assert_eq!(explore.sort, Some(Sort { by: By::Measure(0), is_descending: true }));
        assert_eq!(Explore::from_query("m=&mc=&g=&gb=&f=&fo=eq&fv=&s=&n=&c="), (Explore::default(), Vec::new()));
        assert_eq!(Explore::from_query(""), (Explore::default(), Vec::new()));
    }

    #[test]
    fn what_cannot_be_read_is_left_out_and_told() {
        let (explore, faults) = Explore::from_query(
            "m=count&m=median&mc=price&g=a&g=b&gb=fortnight&f=x&fo=like&fv=1&fv=2&f=y&fv=3&s=x9&s=m0&n=0&n=10001&c=pie",
        );
        assert_eq!(explore.to_query(), "m=count&g=a&f=y&fo=eq&fv=3");
        assert_eq!(
            faults,
            [
                ExploreFault::Unreadable { part: Part::Measure, row: 1 },
                ExploreFault::Unreadable { part: Part::Group, row: 1 },
                ExploreFault::Unreadable { part: Part::Filter, row: 0 },
                ExploreFault::Unreadable { part: Part::Sort, row: 0 },
                ExploreFault::Unreadable { part: Part::Sort, row: 0 },
                ExploreFault::LimitInvalid,
                ExploreFault::LimitInvalid,
                ExploreFault::Unreadable { part: Part::Chart, row: 0 },
            ]
        );
        let (explore, faults) = Explore::from_pairs(vec![("g", "a"); 9]);
        assert_eq!((explore.groups.len(), faults), (4, vec![ExploreFault::TooMany { part: Part::Group, limit: 4 }]));
    }

    #[test]
    fn parts_without_a_row_are_ignored() {
        let (explore, faults) = Explore::from_query("mc=a&gb=month&fo=eq&fv=1&g=a&mc=b&m=count&gb=week");
        assert_eq!((explore.to_query().as_str(), faults.len()), ("m=count&g=a", 0));
    }

    #[test]
    fn escapes_are_undone() {
        assert_eq!(decode("a+b%20c%2B%C3%A9"), "a b c+é");
        assert_eq!(decode("100%&%zz%4"), "100%&%zz%4");
        assert_eq!(decode("%FF"), "\u{fffd}");
    }
}
