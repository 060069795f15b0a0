//! `start_of_year(timestamp)` and so on: the date, or for hours the moment, at which the stretch of time begins that a
//! moment lies in. DataFusion's own `date_trunc` counts nanoseconds on its way, and so ends in 2262; warehouses are full of
//! 9999-12-31. And `time_text(time)`, which knows that a day ends at 24:00:00.

use std::sync::{Arc, OnceLock};

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Time64MicrosecondType, TimestampMicrosecondType};
use arrow_array::{ArrayRef, StringArray, TimestampMicrosecondArray};
use arrow_schema::{ArrowError, DataType, TimeUnit};
use chrono::{Datelike, NaiveDate};
use datafusion::common::DataFusionError;
use datafusion::logical_expr::{ColumnarValue, ScalarUDF, Volatility, create_udf};

const DAY: i64 = 86_400_000_000;
const HOUR: i64 = 3_600_000_000;
const SECOND: i64 = 1_000_000;
/// Days from 1970 until 2099, which nearly all that is asked about lie in: their beginnings are looked up, because
/// reckoning them for each row takes as long as the sum that is asked for.
const KNOWN: i32 = 47_482;
const MOMENT: DataType = DataType::Timestamp(TimeUnit::Microsecond, None);

/// From a day since 1970 to the one that its stretch begins with.
type Start = fn(i32) -> Option<i32>;

pub fn functions() -> Vec<ScalarUDF> {
    let dates: [(&str, Start); 5] = [
        ("start_of_year", |day| first(day, |date| (date.year(), 1))),
        ("start_of_quarter", |day| first(day, |date| (date.year(), date.month0() / 3 * 3 + 1))),
        ("start_of_month", |day| first(day, |date| (date.year(), date.month()))),
        // 1970 began on a Thursday; weeks begin on Mondays.
        ("start_of_week", |day| day.checked_sub((day.rem_euclid(7) + 3).rem_euclid(7))),
        ("start_of_day", Some),
    ];
    let mut functions: Vec<ScalarUDF> = dates.into_iter().map(|(name, start)| of_date(name, start)).collect();
    functions.push(of_hour());
    functions.push(time_text());
    functions
}

/// The first of the year and month that a day is told to begin in.
fn first(day: i32, of: impl Fn(NaiveDate) -> (i32, u32)) -> Option<i32> {
    let (year, month) = of(NaiveDate::from_epoch_days(day)?);
    Some(NaiveDate::from_ymd_opt(year, month, 1)?.to_epoch_days())
}

fn of_date(name: &str, start: Start) -> ScalarUDF {
    let known = OnceLock::new();
    let work = move |arguments: &[ColumnarValue]| {
        let known: &Vec<i32> = known.get_or_init(|| (0..KNOWN).map_while(start).collect());
        let begin = |day: i32| match usize::try_from(day).ok().and_then(|day| known.get(day)) {
            Some(begins) => Some(*begins),
            None => start(day),
        };
        over(arguments, |moments| {
            let begin = |moment: i64| i32::try_from(moment.div_euclid(DAY)).ok().and_then(begin).ok_or_else(outside);
            Ok(Arc::new(moments.try_unary::<_, Date32Type, _>(begin)?))
        })
    };
    create_udf(name, vec![MOMENT], DataType::Date32, Volatility::Immutable, Arc::new(work))
}

fn of_hour() -> ScalarUDF {
    let work = |arguments: &[ColumnarValue]| {
        over(arguments, |moments| {
            Ok(Arc::new(moments.unary::<_, TimestampMicrosecondType>(|at| at - at.rem_euclid(HOUR))))
        })
    };
    create_udf("start_of_hour", vec![MOMENT], MOMENT, Volatility::Immutable, Arc::new(work))
}

/// As PostgreSQL writes it.
fn time_text() -> ScalarUDF {
    const TIME: DataType = DataType::Time64(TimeUnit::Microsecond);
    let work = |arguments: &[ColumnarValue]| {
        let arrays = ColumnarValue::values_to_arrays(arguments)?;
        let times = arrays.first().and_then(|array| array.as_primitive_opt::<Time64MicrosecondType>());
        let times = times.ok_or_else(|| DataFusionError::Plan("a time is wanted".to_owned()))?;
        let text = |at: i64| {
            let (seconds, micros) = (at / SECOND, at % SECOND);
            let clock = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
            if micros == 0 { clock } else { format!("{clock}.{micros:06}").trim_end_matches('0').to_owned() }
        };
        let texts: StringArray = times.iter().map(|time| time.map(text)).collect();
        Ok(ColumnarValue::Array(Arc::new(texts)))
    };
    create_udf("time_text", vec![TIME], DataType::Utf8, Volatility::Immutable, Arc::new(work))
}

fn over(
    arguments: &[ColumnarValue],
    work: impl Fn(&TimestampMicrosecondArray) -> Result<ArrayRef, ArrowError>,
) -> Result<ColumnarValue, DataFusionError> {
    let arrays = ColumnarValue::values_to_arrays(arguments)?;
    let moments = arrays.first().and_then(|array| array.as_primitive_opt::<TimestampMicrosecondType>());
    let moments = moments.ok_or_else(|| DataFusionError::Plan("a moment is wanted".to_owned()))?;
    Ok(ColumnarValue::Array(work(moments)?))
}

fn outside() -> ArrowError {
    ArrowError::ComputeError("a date outside the calendar".to_owned())
}

#[cfg(test)]
mod tests {
    use arrow_array::Date32Array;

    use super::*;

    #[test]
    fn stretches_begin_where_the_calendar_says() {
        let days = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap().to_epoch_days();
        for (name, day, begins) in [
            ("start_of_year", "9999-12-31", "9999-01-01"),
            ("start_of_quarter", "2026-11-25", "2026-10-01"),
            ("start_of_month", "0001-01-31", "0001-01-01"),
            ("start_of_week", "1970-01-01", "1969-12-29"),
            ("start_of_month", "1969-12-31", "1969-12-01"),
            ("start_of_quarter", "2099-12-31", "2099-10-01"),
            ("start_of_year", "2100-01-01", "2100-01-01"),
            ("start_of_month", "2100-03-31", "2100-03-01"),
            ("start_of_week", "2026-11-30", "2026-11-30"),
            ("start_of_week", "2026-11-29", "2026-11-23"),
            ("start_of_day", "1969-12-31", "1969-12-31"),
        ] {
            let function = functions().into_iter().find(|function| function.name() == name).unwrap();
            let moment = i64::from(days(day)) * DAY + DAY - 1;
            let array: ArrayRef = Arc::new(TimestampMicrosecondArray::from(vec![Some(moment), None]));
            let arguments = datafusion::logical_expr::ScalarFunctionArgs {
                args: vec![ColumnarValue::Array(array)],
                arg_fields: vec![Arc::new(arrow_schema::Field::new("x", MOMENT, true))],
                number_rows: 2,
                return_field: Arc::new(arrow_schema::Field::new("y", DataType::Date32, true)),
                config_options: Arc::default(),
            };
            let ColumnarValue::Array(found) = function.invoke_with_args(arguments).unwrap() else { panic!("{name}") };
            assert_eq!(
                found.as_ref(),
                &Date32Array::from(vec![Some(days(begins)), None]) as &dyn arrow_array::Array,
                "{name} {day}"
            );
        }
    }
}
