//! Reads the answer to [`super::statement`].

use crate::query::Column;

use super::super::calendar::Day;
use super::super::kind::Kind;
use super::{BARS, ColumnProfile, MAX_COLUMNS, Plot, Profile, STEPS, Top};

/// A bar or a value of a plot: its place, the value, how many there are.
type Mark = (i64, Option<String>, u64);

/// Rows that are none of the statement's are ignored.
pub fn read(columns: &[Column], rows: &[Vec<Option<String>>]) -> Profile {
    let count = columns.len().min(MAX_COLUMNS);
    let mut profile = Profile { rows: 0, columns: vec![ColumnProfile::default(); count] };
    let mut plots: Vec<Vec<Mark>> = vec![Vec::new(); count];
    for row in rows {
        let [Some(at), Some(kind), Some(place), label, other, amount, distinct] = row.as_slice() else { continue };
        let (Ok(at), Ok(place)) = (at.parse::<usize>(), place.parse::<i64>()) else { continue };
        let Some(column) = profile.columns.get_mut(at) else { continue };
        let amount = number(amount).unwrap_or(0);
        if kind == "plot" {
            plots[at].push((place, label.clone(), amount));
        } else {
            let kind = Kind::of(&columns[at]);
            profile.rows = u64::try_from(place).unwrap_or(0);
            *column = ColumnProfile {
                nulls: amount,
                distinct: number(distinct),
                min: end(kind, label),
                max: end(kind, other),
                plot: None,
            };
        }
    }
    for ((plot, column), profile) in plots.into_iter().zip(columns).zip(&mut profile.columns) {
        profile.plot = drawn(Kind::of(column), profile, plot);
    }
    profile
}

fn drawn(kind: Kind, told: &ColumnProfile, mut marks: Vec<Mark>) -> Option<Plot> {
    if marks.is_empty() {
        return None;
    }
    if matches!(kind, Kind::Text { .. } | Kind::Boolean) {
        marks.sort_by_key(|(nth, ..)| *nth);
        let values = marks.into_iter().map(|(_, value, count)| Top { value: value.unwrap_or_default(), count });
        return Some(Plot::Top { values: values.collect() });
    }
    let steps = steps(kind);
    let mut counts = vec![0_u64; steps];
    for (place, _, amount) in marks {
        // A value right below the end may have been rounded up to it.
        let place = usize::try_from(place).unwrap_or(0).min(steps - 1);
        counts[place] = counts[place].saturating_add(amount);
    }
    let span = span(kind, told);
    match span {
        _ if told.min == told.max => counts = vec![counts.iter().sum()],
        // A step is narrower than 1, so no two values share one.
        Some(span) => counts = (0..=span).map(|value| counts[(value * steps / span).min(steps - 1)]).collect(),
        None => {}
    }
    let is_by_value = span.is_some();
    Some(if kind.is_time() { Plot::Timeline { counts, is_by_value } } else { Plot::Histogram { counts, is_by_value } })
}

fn steps(kind: Kind) -> usize {
    if kind.is_time() { STEPS } else { BARS }
}

/// How far the greatest is from the least, where both are whole and there is a step for each value between.
fn span(kind: Kind, told: &ColumnProfile) -> Option<usize> {
    let whole = |text: &str| -> Option<i64> {
        match kind {
            // Beyond that the axis, in floating point, does not tell neighbours apart.
            Kind::Integer | Kind::Decimal { scale: 0, .. } => {
                text.parse().ok().filter(|number: &i64| number.unsigned_abs() < 1 << 53)
            }
            Kind::Date => Day::parse(text).map(|day| i64::from(day.number())),
            _ => None,
        }
    };
    let span = whole(told.max.as_deref()?)?.checked_sub(whole(told.min.as_deref()?)?)?;
    usize::try_from(span).ok().filter(|span| *span < steps(kind))
}

/// The least or greatest value. Moments as Redshift writes them: DataFusion has a `T` and a `Z`, fills a fraction up to three
/// digits or six, and has a sign before years of more digits than four and a year 0 before the first.
fn end(kind: Kind, text: &Option<String>) -> Option<String> {
    let text = text.as_deref()?;
    Some(match kind {
        Kind::Timestamp | Kind::TimestampTz | Kind::Time if text.contains('.') => {
            in_years(moment(text).trim_end_matches('0').trim_end_matches('.'))
        }
        Kind::Timestamp | Kind::TimestampTz => in_years(&moment(text)),
        Kind::Date => in_years(text),
        // Two ways to write the same number.
        Kind::Real | Kind::Double if text == "-0" => "0".to_owned(),
        _ => text.to_owned(),
    })
}

fn moment(text: &str) -> String {
    text.trim_end_matches('Z').replacen('T', " ", 1)
}

/// `-0043-03-15` is the 15th of March 44 BC.
fn in_years(text: &str) -> String {
    let is_before = text.starts_with('-');
    let (year, rest) = text.trim_start_matches(['-', '+']).split_once('-').unwrap_or((text, ""));
    match year.parse::<u32>() {
        Ok(0) => format!("0001-{rest} BC"),
        Ok(year) if is_before => format!("{:04}-{rest} BC", year + 1),
        _ => text.trim_start_matches('+').to_owned(),
    }
}

fn number(cell: &Option<String>) -> Option<u64> {
    cell.as_deref()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::ColumnShape;

    /// Of one column, from rows whose cells stand between bars; an empty cell is NULL.
    fn profile(type_name: &str, rows: &[&str]) -> ColumnProfile {
        let column = Column {
            name: "a".to_owned(),
            type_name: type_name.to_owned(),
            shape: ColumnShape::Text,
            ends_in_blanks: false,
        };
        let cell = |cell: &str| (!cell.is_empty()).then(|| cell.to_owned());
        let rows: Vec<Vec<_>> = rows.iter().map(|row| row.split('|').map(cell).collect()).collect();
        let profile = read(&[column], &rows);
        assert_eq!(profile.columns.len(), 1);
        profile.columns.into_iter().next().expect("a column")
    }

    #[test]
    fn numbers_make_a_histogram() {
        let told =
            profile("numeric(8,2)", &["0|facts|9|0.50|99.00|2|7", "0|plot|0||||", "0|plot|11||||", "0|plot|0||x|3|"]);
        assert_eq!((told.nulls, told.distinct), (2, Some(7)));
        assert_eq!((told.min.as_deref(), told.max.as_deref()), (Some("0.50"), Some("99.00")));
        let mut counts = vec![0; BARS];
        counts[0] = 3;
        assert_eq!(told.plot, Some(Plot::Histogram { counts, is_by_value: false }));
    }

    #[test]
    fn few_whole_numbers_have_a_bar_each() {
        let histogram = |rows: &[&str]| match profile("integer", rows).plot {
            Some(Plot::Histogram { counts, is_by_value }) => (counts, is_by_value),
            plot => panic!("{plot:?}"),
        };
        let rows = ["0|facts|9|-1|2|0|3", "0|plot|0|||4|", "0|plot|4|||3|", "0|plot|11|||2|"];
        assert_eq!(histogram(&rows), (vec![4, 3, 0, 2], true));
        assert_eq!(histogram(&["0|facts|9|5|5|0|1", "0|plot|11|||9|"]), (vec![9], true));
        // Every value of every narrow span has a step of its own.
        for span in 1..BARS {
            let place = |value: usize| (value * BARS / span).min(BARS - 1);
            let mut rows = vec![format!("0|facts|9|0|{span}|0|9")];
            rows.extend((0..=span).map(|value| format!("0|plot|{}|||{}|", place(value), value + 1)));
            let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
            assert_eq!(histogram(&rows), ((1..=span as u64 + 1).collect(), true));
        }
        let wide = ["0|facts|2|9007199254740993|9007199254740994|0|2", "0|plot|11|||2|"];
        assert!(!histogram(&wide).1, "floating point does not tell these apart");
    }

    #[test]
    fn times_make_a_timeline() {
        let day = profile(
            "date",
            &["0|facts|3|2024-02-28|2024-03-01|0|3", "0|plot|0|||1|", "0|plot|12|||1|", "0|plot|23|||1|"],
        );
        assert_eq!(day.plot, Some(Plot::Timeline { counts: vec![1, 1, 1], is_by_value: true }));
        let moment = profile(
            "timestamptz",
            &["0|facts|3|2024-02-28T10:00:00Z|2024-02-28 11:00:00|0|3", "0|plot|24|||1|", "0|plot|-3|||2|"],
        );
        assert_eq!(moment.min.as_deref(), Some("2024-02-28 10:00:00"));
        for (type_name, least, greatest) in [
            ("timestamptz", "2024-02-28T10:00:00.500Z", "2024-02-28 10:00:00.5"),
            ("timestamp", "2024-02-28T10:00:00.000", "2024-02-28 10:00:00"),
            ("time", "10:00:00.120", "10:00:00.12"),
            ("real", "-0", "0"),
        ] {
            let told = profile(type_name, &[&format!("0|facts|1|{least}|{greatest}|0|1")]);
            assert_eq!((told.min.as_deref(), told.max.as_deref()), (Some(greatest), Some(greatest)));
        }
        let mut counts = vec![0; STEPS];
        (counts[0], counts[STEPS - 1]) = (2, 1);
        assert_eq!(moment.plot, Some(Plot::Timeline { counts, is_by_value: false }));
    }

    #[test]
    fn text_tells_what_is_most_frequent() {
        let told = profile("varchar(9)", &["0|facts|9|A|Z|1|4", "0|plot|1|B|x|2|", "0|plot|0|A||5|", "0|plot|2|||1|"]);
        let top = |value: &str, count| Top { value: value.to_owned(), count };
        assert_eq!(told.plot, Some(Plot::Top { values: vec![top("A", 5), top("B", 2), top("", 1)] }));
    }

    #[test]
    fn other_rows_are_ignored() {
        let rows =
            ["", "x|facts|9|1|2|0|3", "7|plot|1|||4|", "0|plot|x|||4|", "0|plot|1", "0|plot|99999999999999999999|||1|"];
        assert_eq!(profile("integer", &rows), ColumnProfile::default());
    }
}
