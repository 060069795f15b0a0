//! Numbers: read from the database's text, and written so that a person can read them at a glance.

/// `None` for what is not a finite number. `NaN` and infinities are not, and neither is what lies so far out that a
/// span between two such values would overflow.
pub(super) fn read(text: &str) -> Option<f64> {
    let value: f64 = text.trim().parse().ok()?;
    match value.abs() {
        size if !size.is_finite() || size > 1e300 => None,
        size if size < 1e-290 => Some(0.0),
        _ => Some(value),
    }
}

/// `1234567.50` as `1,234,567.50`; what is no plain decimal stays as it is. No digit is lost.
pub(super) fn grouped(text: &str) -> String {
    let text = text.trim();
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text),
    };
    let (whole, fraction) = rest.split_once('.').map_or((rest, None), |(whole, fraction)| (whole, Some(fraction)));
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(whole) || fraction.is_some_and(|fraction| !is_digits(fraction)) {
        return text.to_owned();
    }
    let mut wide = String::from(if sign.is_empty() { "" } else { "−" });
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            wide.push(',');
        }
        wide.push(digit);
    }
    if let Some(fraction) = fraction {
        wide.push('.');
        wide.push_str(fraction);
    }
    wide
}

/// Whether a label at a mark has room for every digit of this.
pub(super) fn is_short(text: &str) -> bool {
    grouped(text).chars().count() <= 10 && !text.contains(['e', 'E'])
}

/// Three or four digits of it: `12.35`, `1,234`, `1.23M`, `4.5×10⁻⁹`.
pub(super) fn readable(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 {
        return "0".to_owned();
    }
    let exponent = size.log10().floor() as i32;
    match exponent {
        -4..=5 => grouped(&trimmed(value, (3 - exponent).clamp(0, 7) as usize)),
        6..=14 => {
            let (unit, name) = unit_of(size);
            format!("{}{name}", grouped(&trimmed(value / unit, places(value / unit))))
        }
        _ => format!("{}{}", grouped(&trimmed(value / power(exponent), 2)), ten_to(exponent)),
    }
}

/// The labels of an axis, of one form for all its ticks.
pub(super) fn ticks(values: &[f64], step: f64) -> Vec<String> {
    let most = values.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
    let (unit, name) = if most < 1e6 && (most >= 1e-3 || most == 0.0) {
        (1.0, String::new())
    } else if (1e6..1e15).contains(&most) {
        let (unit, name) = unit_of(most);
        (unit, name.to_owned())
    } else {
        let exponent = most.log10().floor() as i32;
        (power(exponent), ten_to(exponent))
    };
    // A short unit must not hide what tells two ticks apart.
    let (unit, name) =
        if decimals(step / unit) > 3 && most < 1e15 && step >= 1e-9 { (1.0, String::new()) } else { (unit, name) };
    let places = decimals(step / unit);
    let label = |value: &f64| {
        if value.abs() < step / 2.0 { "0".to_owned() } else { grouped(&format!("{:.places$}", value / unit)) + &name }
    };
    values.iter().map(label).collect()
}

/// How many decimals a step of this size needs.
fn decimals(step: f64) -> usize {
    if step <= 0.0 || !step.is_finite() {
        return 0;
    }
    // A little more than the step's logarithm, because 0.1 is a little less than a tenth.
    (-(step.log10() + 1e-6).floor()).clamp(0.0, 12.0) as usize
}

/// Three digits of a number from 1 to 999.
fn places(value: f64) -> usize {
    match value.abs() {
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        _ => 2,
    }
}

fn unit_of(size: f64) -> (f64, &'static str) {
    match size {
        size if size >= 1e12 => (1e12, "T"),
        size if size >= 1e9 => (1e9, "B"),
        _ => (1e6, "M"),
    }
}

/// Division by a power of ten is exact where multiplication by a negative one is not.
fn power(exponent: i32) -> f64 {
    10_f64.powi(exponent)
}

fn ten_to(exponent: i32) -> String {
    let raised = |digit: char| match digit {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        digit => char::from_u32(0x2070 + digit.to_digit(10).unwrap_or(0)).unwrap_or(digit),
    };
    format!("×10{}", exponent.to_string().chars().map(raised).collect::<String>())
}

/// Without zeros at the end that say nothing.
fn trimmed(value: f64, places: usize) -> String {
    let text = format!("{value:.places$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_finite_numbers_are_read() {
        assert_eq!(read(" -12.50 "), Some(-12.5));
        assert_eq!(read("1e-320"), Some(0.0));
        for text in ["", "NaN", "Infinity", "-inf", "1e400", "-1e308", "12 apples", "0x10"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn an_exact_number_keeps_every_digit() {
        assert_eq!(grouped("12345678901234567890.1200"), "12,345,678,901,234,567,890.1200");
        assert_eq!(grouped("-1000"), "−1,000");
        assert_eq!(grouped("999"), "999");
        for text in ["1e20", "abc", "1.2.3", "--1", ".5", "1."] {
            assert_eq!(grouped(text), text);
        }
    }

    #[test]
    fn a_label_is_short_and_readable() {
        let labels = [
            (1234.5, "1,234"),
            (12345678.25, "12.3M"),
            (312e6, "312M"),
            (-4.5e9, "−4.5B"),
            (1e15, "1×10¹⁵"),
            (1e-9, "1×10⁻⁹"),
            (2.5e-9, "2.5×10⁻⁹"),
            (0.3333333333333, "0.3333"),
            (0.0, "0"),
        ];
        for (value, label) in labels {
            assert_eq!(readable(value), label);
        }
        assert!(is_short("123456.78") && !is_short("12345678.9") && !is_short("1e3"));
    }

    #[test]
    fn an_axis_speaks_one_language() {
        assert_eq!(ticks(&[0.0, 500_000.0, 1_000_000.0, 1_500_000.0], 500_000.0), ["0", "0.5M", "1.0M", "1.5M"]);
        assert_eq!(ticks(&[0.0, 0.1, 0.2, 0.30000000000000004], 0.1), ["0", "0.1", "0.2", "0.3"]);
        assert_eq!(ticks(&[-20.0, 0.0, 20.0], 20.0), ["−20", "0", "20"]);
        assert_eq!(ticks(&[0.0, 5e-10, 1e-9], 5e-10), ["0", "0.5×10⁻⁹", "1.0×10⁻⁹"]);
        assert_eq!(ticks(&[0.0, 5e14, 1e15], 5e14), ["0", "0.5×10¹⁵", "1.0×10¹⁵"]);
        assert_eq!(ticks(&[1_000_000.0, 1_000_001.0], 1.0), ["1,000,000", "1,000,001"]);
        assert_eq!(ticks(&[0.0, 20_000.0], 20_000.0), ["0", "20,000"]);
    }
}
