//! Whole charts: that they say what is in the rows, hold together as markup, and stay within their bounds.

use super::*;

type Rows = Vec<Vec<Option<String>>>;

const NUMBER: Kind = Kind::Number;
const TIME: Kind = Kind::Time;
const CATEGORY: Kind = Kind::Category;

fn columns(kinds: &[(&str, Kind)]) -> Vec<Column> {
    kinds.iter().map(|(name, kind)| Column { name: (*name).to_owned(), kind: *kind }).collect()
}

fn rows(cells: &[&[&str]]) -> Rows {
    let cell = |text: &&str| (*text != "NULL").then(|| (*text).to_owned());
    cells.iter().map(|row| row.iter().map(cell).collect()).collect()
}

fn drawn(columns: &[Column], rows: &Rows, groups: &[usize], measures: &[usize], kind: Option<ChartKind>) -> Drawn {
    let data = Data { columns, rows, groups, measures };
    let drawn = svg(&data, kind.unwrap_or(sensible(&data)), "test");
    check(&drawn.markup);
    drawn
}

/// Every element is closed in its turn, every attribute is quoted, no id comes twice, no coordinate is none.
fn check(markup: &str) {
    let mut open: Vec<String> = Vec::new();
    let mut ids: Vec<String> = Vec::new();
    let mut rest = markup;
    while let Some(at) = rest.find('<') {
        assert!(!rest[..at].contains('>'), "a bare > before {}", &rest[at..]);
        let end = rest[at..].find('>').expect("a tag ends") + at;
        let tag = &rest[at + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name));
            continue;
        }
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        assert!(!tag.contains("NaN") && !tag.contains("inf"), "{tag}");
        assert!(!tag.contains(concat!(" st", "yle")) && !tag.contains(" on"), "{tag}");
        if let Some(id) = tag.split(" id=\"").nth(1).and_then(|rest| rest.split('"').next()) {
            assert!(!ids.iter().any(|known| known == id), "{id} comes twice");
            ids.push(id.to_owned());
        }
        if !tag.ends_with('/') {
            open.push(tag.split(' ').next().unwrap_or("").to_owned());
        }
    }
    assert!(open.is_empty(), "{open:?} stays open");
    assert!(!markup.chars().any(char::is_control));
}

/// The drawing of one size.
fn part<'a>(drawn: &'a Drawn, size: &str) -> &'a str {
    let from = drawn.markup.find(&format!("data-size=\"{size}\"")).unwrap();
    let rest = &drawn.markup[from..];
    &rest[..rest.find("<svg").unwrap_or(rest.len())]
}

#[test]
fn the_sensible_kind_is_chosen() {
    let all = columns(&[("day", TIME), ("status", CATEGORY), ("id", NUMBER), ("orders", NUMBER)]);
    let few = rows(&[&["2026-11-25", "paid", "1", "5"], &["2026-11-26", "open", "2", "6"]]);
    let many: Rows =
        (0..20).map(|at| rows(&[&["2026-11-25", "paid", &(at * 7 % 20).to_string(), "5"]]).remove(0)).collect();
    let one: Rows = few[..1].to_vec();
    let cases: [(&Rows, &[usize], &[usize], ChartKind); 8] = [
        (&one, &[], &[3], ChartKind::Number),
        (&few, &[0], &[3], ChartKind::Line),
        (&few, &[0, 1], &[3], ChartKind::Line),
        (&few, &[1], &[3], ChartKind::Bar),
        (&few, &[2], &[3], ChartKind::Bar),
        (&many, &[2], &[3], ChartKind::Scatter),
        (&few, &[], &[2, 3], ChartKind::Scatter),
        (&few, &[], &[3], ChartKind::Scatter),
    ];
    for (rows, groups, measures, kind) in cases {
        let data = Data { columns: &all, rows, groups, measures };
        assert_eq!(sensible(&data), kind, "{groups:?} {measures:?}");
        assert!(possible(&data).contains(&kind), "{groups:?} {measures:?}");
    }
    assert_eq!(possible(&Data { columns: &all, rows: &few, groups: &[0], measures: &[] }), []);
    assert_eq!(possible(&Data { columns: &all, rows: &[], groups: &[0], measures: &[3] }), []);
    assert_eq!(roles(&all, &[]), (vec![0, 1], vec![2, 3]));
    let row = |cells: [&str; 2]| cells.map(|cell| Some(cell.to_owned())).to_vec();
    let rows = [row(["1", "5"]), row(["2", "5"])];
    assert_eq!(roles(&all[2..], &rows), (vec![0], vec![1]), "numbers of a number");
    let rows = [row(["1", "5"]), row(["1", "6"])];
    assert_eq!(roles(&all[2..], &rows), (vec![], vec![0, 1]), "two share it");
    for kind in ChartKind::ALL {
        assert_eq!(ChartKind::parse(kind.as_str()), Some(kind));
    }
}

#[test]
fn null_is_a_gap_and_never_zero() {
    let columns = columns(&[("day", TIME), ("orders", NUMBER)]);
    let rows = rows(&[
        &["2026-11-01", "50"],
        &["2026-11-02", "60"],
        &["2026-11-03", "NULL"],
        &["2026-11-04", "70"],
        &["2026-11-05", "80"],
    ]);
    let drawn = drawn(&columns, &rows, &[0], &[1], None);
    let wide = part(&drawn, "wide");
    let line = wide.split("class=\"chart-line\" d=\"").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(line.matches('M').count(), 2, "{line}");
    assert_eq!(
        drawn.summary,
        "Line chart of orders by day, 4 values from 2026-11-01 to 2026-11-05: lowest 50 at 2026-11-01, highest 80 at \
         2026-11-05; 1 value is NULL."
    );
    assert!(wide.contains("<title>2026-11-04: 70</title>") && drawn.left_out.is_none());
}

#[test]
fn uneven_times_stand_at_their_true_distance() {
    let columns = columns(&[("day", TIME), ("orders", NUMBER)]);
    let rows = rows(&[&["2026-01-01", "1"], &["2026-01-02", "2"], &["2026-01-11", "3"]]);
    let drawn = drawn(&columns, &rows, &[0], &[1], None);
    let x: Vec<f64> = part(&drawn, "wide")
        .split("class=\"chart-dot\" cx=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap().parse().unwrap())
        .collect();
    assert!(((x[2] - x[0]) / (x[1] - x[0]) - 10.0).abs() < 0.1, "{x:?}");
}

#[test]
fn bars_begin_at_zero_and_negative_ones_go_down() {
    let columns = columns(&[("status", CATEGORY), ("margin", NUMBER)]);
    let rows = rows(&[&["a", "100"], &["b", "-50"], &["c", "NULL"], &["d", "0"]]);
    let drawn = drawn(&columns, &rows, &[0], &[1], None);
    let wide = part(&drawn, "wide");
    let bars: Vec<(f64, f64)> = wide
        .split("<rect ")
        .skip(1)
        .map(|bar| {
            let of = |name: &str| {
                bar.split(&format!(" {name}=\"")).nth(1).unwrap().split('"').next().unwrap().parse().unwrap()
            };
            (of("y"), of("height"))
        })
        .collect();
    assert_eq!(bars.len(), 3);
    assert!((bars[0].0 + bars[0].1 - bars[1].0).abs() < 0.2, "both touch zero: {bars:?}");
    assert!((bars[0].1 - 2.0 * bars[1].1).abs() < 0.3 && bars[2].1 == 0.0, "{bars:?}");
}

#[test]
fn a_label_that_comes_twice_keeps_both_bars() {
    let columns = columns(&[("status", CATEGORY), ("region", CATEGORY), ("orders", NUMBER)]);
    let twice = rows(&[&["paid", "x", "1"], &["paid", "x", "2"], &["NULL", "x", "3"], &["", "x", "4"]]);
    let one = drawn(&columns, &twice, &[0], &[2], None);
    assert_eq!(part(&one, "wide").matches("<rect").count(), 4);
    assert!(one.markup.contains(">NULL<") && one.markup.contains(">(empty)<"));
    let two = drawn(&columns, &rows(&[&["paid", "x", "1"], &["paid", "y", "2"]]), &[0, 1], &[2], None);
    assert_eq!(part(&two, "wide").matches(">paid<").count(), 1);
    assert!(two.markup.contains("chart-key"));
}

#[test]
fn what_is_left_out_is_said() {
    let columns = columns(&[("day", TIME), ("name", CATEGORY), ("orders", NUMBER)]);
    let many: Rows =
        (0..312).map(|at| rows(&[&["2026-11-25", &format!("name {at}"), &at.to_string()]]).remove(0)).collect();
    let bars = drawn(&columns, &many, &[1], &[2], None);
    assert_eq!(bars.left_out.unwrap().to_string(), "Only the first 40 of 312 entries are shown.");
    let lines = drawn(&columns, &many, &[0, 1], &[2], None);
    assert!(lines.markup.contains("name 311") && !lines.markup.contains("name 12<"));
    assert_eq!(lines.left_out.unwrap().to_string(), "Only the 8 largest of 312 series are drawn.");
    let odd =
        rows(&[&["2026-11-25", "a", "NaN"], &["infinity", "a", "1"], &["NULL", "a", "1"], &["2026-11-26", "a", "2"]]);
    let odd = drawn(&columns, &odd, &[0], &[2], None);
    let said = "1 value is not a finite number and is not drawn. 2 rows have no place on the axis and are not drawn.";
    assert_eq!(odd.left_out.unwrap().to_string(), said);
}

#[test]
fn nothing_to_draw_is_said_too() {
    let columns = columns(&[("day", TIME), ("orders", NUMBER)]);
    assert_eq!(drawn(&columns, &Vec::new(), &[0], &[1], None).summary, "No rows, so there is nothing to draw.");
    let nulls = rows(&[&["2026-11-25", "NULL"], &["2026-11-26", "NULL"]]);
    assert_eq!(drawn(&columns, &nulls, &[0], &[1], None).summary, "Every value is NULL.");
    assert_eq!(drawn(&columns, &nulls, &[0], &[], None).summary, "No column of numbers to draw.");
    let odd = drawn(&columns, &rows(&[&["2026-11-25", "NaN"]]), &[0], &[1], None);
    assert!(odd.summary == "No value that could be drawn." && odd.left_out.is_some());
}

#[test]
fn a_big_number_keeps_every_digit() {
    let columns = columns(&[("revenue", NUMBER), ("refunds", NUMBER)]);
    let drawn = drawn(&columns, &rows(&[&["12345678901234567890.12", "NULL"]]), &[], &[0, 1], None);
    assert!(drawn.markup.contains("12,345,678,901,234,567,890.12"));
    assert_eq!(drawn.summary, "revenue is 12,345,678,901,234,567,890.12, refunds is NULL.");
}

#[test]
fn hostile_texts_stay_texts() {
    let evil = format!("</svg><script>alert(1)</script>\"' onload=x &lt;\u{202e}\0\u{1b}{}", "é".repeat(10_000));
    let columns = columns(&[(&evil, CATEGORY), (&evil, CATEGORY), (&evil, NUMBER), (&evil, NUMBER), (&evil, TIME)]);
    let row = |at: usize| {
        vec![
            Some(format!("{at}{evil}")),
            Some(format!("{}{evil}", at % 3)),
            Some(at.to_string()),
            Some(evil.clone()),
            Some(format!("2026-11-{:02}", at + 1)),
        ]
    };
    let rows: Rows = (0..20).map(row).collect();
    for groups in [&[][..], &[0], &[0, 1], &[4], &[4, 1], &[3]] {
        for measures in [&[2][..], &[2, 3], &[3]] {
            for kind in ChartKind::ALL {
                let data = Data { columns: &columns, rows: &rows, groups, measures };
                let drawn = svg(&data, kind, "\"><script>");
                check(&drawn.markup);
                assert!(!drawn.markup.contains("<script") && !drawn.markup.contains('\u{202e}'));
                assert!(!drawn.summary.chars().any(|letter| letter.is_control() || letter == '\u{202e}'));
                assert!(drawn.summary.chars().count() < 900 && drawn.markup.len() < 300_000);
            }
        }
    }
}

#[test]
fn ten_thousand_rows_stay_within_bounds_and_keep_their_peaks() {
    let columns = columns(&[("at", TIME), ("host", CATEGORY), ("load", NUMBER), ("free", NUMBER)]);
    let moment = |at: usize| {
        format!("2026-{:02}-{:02} {:02}:{:02}:00", at / 2_500 + 1, at / 90 % 28 + 1, at / 4 % 24, at % 4 * 15)
    };
    let value =
        |at: usize| if at == 7_321 { "99999".to_owned() } else { format!("{}.{:03}", at * 7_919 % 1_000, at % 1_000) };
    let row = |at: usize| {
        vec![
            Some(moment(at)),
            Some(format!("host {}", at % 8)),
            (!at.is_multiple_of(3)).then(|| value(at)),
            Some((at * 31 % 997).to_string()),
        ]
    };
    let rows: Rows = (0..10_000).map(row).collect();
    for (groups, measures) in
        [(&[0][..], &[2][..]), (&[0, 1], &[2]), (&[0], &[2, 3]), (&[1], &[2]), (&[], &[2, 3]), (&[2], &[3])]
    {
        for kind in ChartKind::ALL {
            let data = Data { columns: &columns, rows: &rows, groups, measures };
            let drawn = svg(&data, kind, "big");
            check(&drawn.markup);
            assert!(drawn.markup.len() < 300_000, "{kind:?} {groups:?} {measures:?}: {} bytes", drawn.markup.len());
        }
    }
    let line = drawn(&columns, &rows, &[0], &[2], None);
    assert!(line.summary.contains("highest 99999") || line.summary.contains("highest 99,999"), "{}", line.summary);
    assert!(part(&line, "narrow").contains("99,999</title>"));
}

#[test]
fn no_shape_of_data_breaks_a_chart() {
    let columns = columns(&[("t", TIME), ("c", CATEGORY), ("n", NUMBER), ("m", NUMBER)]);
    let times = ["2026-11-25", "2026-11-25 13:00:00.5", "13:00:00", "0001-01-01 BC", "294276-12-31", "NULL", "x"];
    let numbers = ["0", "-1", "1e15", "1000000000000001", "1e-9", "1e299", "-1e299", "NaN", "Infinity", "NULL", "7"];
    for size in [0, 1, 2, 5, 11] {
        for shift in [0, 1, 3, 7] {
            let row = |at: usize| {
                [
                    times[(at + shift) % 7],
                    ["a", "b", "", "NULL"][at % 4],
                    numbers[(at + shift) % 11],
                    numbers[(at * shift) % 11],
                ]
            };
            let rows: Rows = (0..size).map(|at| rows(&[&row(at)]).remove(0)).collect();
            for groups in [&[][..], &[0], &[1], &[2], &[0, 1], &[1, 0], &[2, 1], &[9]] {
                for measures in [&[2][..], &[2, 3], &[3, 9]] {
                    for kind in ChartKind::ALL {
                        drawn(&columns, &rows, groups, measures, Some(kind));
                    }
                }
            }
        }
    }
    let short: Rows = vec![Vec::new(), vec![None]];
    drawn(&columns, &short, &[0], &[3], None);
}
