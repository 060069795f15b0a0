//! `place_of(double)` and `number_at(bigint)`: floating-point numbers as integers that stand in the same order, and back.
//! PostgreSQL and Redshift order NaN behind every number and take -0 for 0; DataFusion's `min` and `max` have no order for
//! NaN, and two numbers for 0. Integers are also compared faster.

use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_schema::DataType::{Float64, Int64};
use datafusion::common::DataFusionError;
use datafusion::logical_expr::{ColumnarValue, ScalarUDF, Volatility, create_udf};

pub fn functions() -> [ScalarUDF; 2] {
    let place_of = |arguments: &[ColumnarValue]| {
        let array = only(arguments)?;
        let numbers = array.as_primitive_opt::<Float64Type>().ok_or_else(unfit)?;
        Ok(ColumnarValue::Array(Arc::new(numbers.unary::<_, Int64Type>(place))))
    };
    let number_at = |arguments: &[ColumnarValue]| {
        let array = only(arguments)?;
        let places = array.as_primitive_opt::<Int64Type>().ok_or_else(unfit)?;
        Ok(ColumnarValue::Array(Arc::new(places.unary::<_, Float64Type>(number))))
    };
    [
        create_udf("place_of", vec![Float64], Int64, Volatility::Immutable, Arc::new(place_of)),
        create_udf("number_at", vec![Int64], Float64, Volatility::Immutable, Arc::new(number_at)),
    ]
}

fn only(arguments: &[ColumnarValue]) -> Result<ArrayRef, DataFusionError> {
    ColumnarValue::values_to_arrays(arguments)?.into_iter().next().ok_or_else(unfit)
}

fn unfit() -> DataFusionError {
    DataFusionError::Plan("a number is wanted".to_owned())
}

/// IEEE 754 orders the bits of positive numbers as the numbers, those of negative ones the other way round, and a positive
/// NaN behind infinity (section 5.10, totalOrder).
fn place(number: f64) -> i64 {
    let number = if number.is_nan() { f64::NAN } else { number + 0.0 };
    turned(number.to_bits().cast_signed())
}

fn number(place: i64) -> f64 {
    f64::from_bits(turned(place).cast_unsigned())
}

/// Its own inverse: the sign stays.
fn turned(bits: i64) -> i64 {
    if bits < 0 { bits ^ i64::MAX } else { bits }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_in_the_order_of_the_numbers_with_nan_behind_them() {
        let numbers =
            [f64::NEG_INFINITY, f64::MIN, -1.5, -f64::MIN_POSITIVE, 0.0, 5e-324, 1.5, f64::MAX, f64::INFINITY];
        let places = numbers.map(place);
        assert!(places.is_sorted_by(|a, b| a < b), "{places:?}");
        assert_eq!(places.map(number), numbers);
        assert_eq!(place(-0.0), place(0.0));
        for nan in [f64::NAN, -f64::NAN, f64::from_bits(0x7ff0_0000_0000_0001)] {
            assert!(place(nan) == place(f64::NAN) && place(nan) > places[8] && number(place(nan)).is_nan());
        }
    }
}
