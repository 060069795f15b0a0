//! From rows to series of points: what goes where, in the order it is drawn, and what stays out.

use std::collections::HashMap;

use super::words::{LeftOut, Part};
use super::{ChartKind, Data, Kind, dates, number};

/// More lines than this cannot be told apart, by colour or otherwise.
const MOST_SERIES: usize = 8;
const MOST_BARS: usize = 40;

pub(super) enum Axis {
    /// The true distance between two moments is shown.
    Time {
        has_dates: bool,
        has_times: bool,
    },
    Number,
    /// One place for each label, in the rows' order.
    Slots(Vec<String>),
}

pub(super) struct Point {
    /// Seconds, a number, or a slot's position.
    pub x: f64,
    /// `None` is a gap.
    pub y: Option<f64>,
    pub row: usize,
    pub column: usize,
}

pub(super) struct Series {
    pub name: String,
    pub points: Vec<Point>,
}

pub(super) struct Plot<'a> {
    pub data: &'a Data<'a>,
    pub kind: ChartKind,
    /// `None` where the rows' numbers are the axis.
    pub x_column: Option<usize>,
    /// Names a dot that has two measures for its place.
    pub label_column: Option<usize>,
    pub axis: Axis,
    pub series: Vec<Series>,
    pub measures: Vec<usize>,
    pub nulls: usize,
    pub left_out: LeftOut,
}

impl<'a> Plot<'a> {
    pub fn new(data: &'a Data<'a>, kind: ChartKind) -> Self {
        let roles = Roles::of(data, kind);
        let mut plot = Self {
            data,
            kind,
            x_column: roles.x,
            label_column: roles.label,
            axis: Axis::Number,
            series: Vec::new(),
            measures: roles.measures.clone(),
            nulls: 0,
            left_out: LeftOut::default(),
        };
        let is_slots = kind == ChartKind::Bar && !roles.is_time(data);
        let x = if is_slots { vec![Some(0.0); data.rows.len()] } else { plot.places(&roles) };
        plot.series = plot.gather(&roles, &x);
        plot.keep_largest();
        if is_slots {
            plot.fill_slots();
        } else {
            for series in &mut plot.series {
                series.points.sort_by(|one, other| one.x.total_cmp(&other.x));
            }
        }
        plot
    }

    /// All values that are drawn.
    pub fn values(&self) -> impl Iterator<Item = (&Series, &Point, f64)> {
        self.series
            .iter()
            .flat_map(|series| series.points.iter().filter_map(move |point| point.y.map(|y| (series, point, y))))
    }

    pub fn span_y(&self) -> Option<(f64, f64)> {
        span(self.values().map(|(_, _, y)| y))
    }

    /// Of all points, those without a value too: the axis shows that there were some.
    pub fn span_x(&self) -> Option<(f64, f64)> {
        span(self.series.iter().flat_map(|series| series.points.iter().map(|point| point.x)))
    }

    /// A point's place on the axis, as the database wrote it.
    pub fn x_text(&self, point: &Point) -> String {
        match self.x_column {
            Some(column) => slot_label(self.data.cell(point.row, column)),
            None => format!("row {}", point.row + 1),
        }
    }

    pub fn y_text(&self, point: &Point) -> &'a str {
        self.data.cell(point.row, point.column).unwrap_or("NULL")
    }

    /// Each row's place on the axis, which is of one kind for all of them.
    fn places(&mut self, roles: &Roles) -> Vec<Option<f64>> {
        let data = self.data;
        let Some(column) = roles.x else {
            return (0..data.rows.len()).map(|row| Some((row + 1) as f64)).collect();
        };
        if !roles.is_time(data) {
            return (0..data.rows.len()).map(|row| number::read(data.cell(row, column)?)).collect();
        }
        let moments: Vec<_> = (0..data.rows.len()).map(|row| dates::read(data.cell(row, column)?)).collect();
        let has_dates = moments.iter().flatten().any(|moment| moment.has_date);
        let has_times = moments.iter().flatten().any(|moment| moment.has_time);
        self.axis = Axis::Time { has_dates, has_times };
        // A time of day has no place among dates.
        moments.into_iter().map(|moment| moment.filter(|moment| moment.has_date == has_dates).map(|it| it.at)).collect()
    }

    fn gather(&mut self, roles: &Roles, x: &[Option<f64>]) -> Vec<Series> {
        let data = self.data;
        let mut series: Vec<Series> = Vec::new();
        let mut known: HashMap<String, usize> = HashMap::new();
        for (row, x) in x.iter().enumerate() {
            let Some(x) = *x else {
                self.left_out.no_place += 1;
                continue;
            };
            for column in &roles.measures {
                let name = roles.series_name(data, row, *column);
                let at = *known.entry(name).or_insert_with_key(|name| {
                    series.push(Series { name: name.clone(), points: Vec::new() });
                    series.len() - 1
                });
                let text = data.cell(row, *column);
                let y = text.and_then(number::read);
                self.nulls += usize::from(text.is_none());
                self.left_out.not_numbers += usize::from(text.is_some() && y.is_none());
                series[at].points.push(Point { x, y, row, column: *column });
            }
        }
        series
    }

    fn keep_largest(&mut self) {
        let of = self.series.len();
        if of <= MOST_SERIES {
            return;
        }
        let total = |series: &Series| series.points.iter().filter_map(|point| point.y).map(f64::abs).sum::<f64>();
        let mut ranked: Vec<(usize, f64)> = self.series.iter().map(total).enumerate().collect();
        ranked.sort_by(|one, other| other.1.total_cmp(&one.1));
        ranked.truncate(MOST_SERIES);
        let mut at = 0;
        self.series.retain(|_| {
            at += 1;
            ranked.iter().any(|(kept, _)| *kept == at - 1)
        });
        self.left_out.series = Some(Part { shown: MOST_SERIES, of });
    }

    /// A label that comes again in one series gets a slot of its own: nothing is summed up or hidden here.
    fn fill_slots(&mut self) {
        let mut labels: Vec<(String, usize)> = Vec::new();
        let mut known: HashMap<(String, usize), usize> = HashMap::new();
        for series in &mut self.series {
            let mut times: HashMap<String, usize> = HashMap::new();
            for point in &mut series.points {
                let label = slot_label(self.x_column.and_then(|column| self.data.cell(point.row, column)));
                let nth = times.entry(label.clone()).or_default();
                let slot = *known.entry((label.clone(), *nth)).or_insert_with(|| {
                    labels.push((label, point.row));
                    labels.len() - 1
                });
                *nth += 1;
                point.x = slot as f64;
            }
        }
        // Numbers in their own order, names in the order of the rows: whoever wrote the query may have sorted them.
        let is_number = self.x_column.is_some_and(|column| self.data.columns[column].kind == Kind::Number);
        let mut order: Vec<usize> = (0..labels.len()).collect();
        order.sort_by(|one, other| {
            let (one, other) = (&labels[*one], &labels[*other]);
            let by_value = || {
                let value = |label: &str| number::read(label).unwrap_or(f64::INFINITY);
                value(&one.0).total_cmp(&value(&other.0))
            };
            if is_number { by_value() } else { one.1.cmp(&other.1) }
        });
        let most =
            if self.series.len() == 1 { MOST_BARS } else { (120 / self.series.len().max(1)).clamp(8, MOST_BARS) };
        if order.len() > most {
            self.left_out.bars = Some(Part { shown: most, of: order.len() });
        }
        let place: HashMap<usize, usize> = order.iter().take(most).enumerate().map(|(at, slot)| (*slot, at)).collect();
        for series in &mut self.series {
            series.points.retain_mut(|point| match place.get(&(point.x as usize)) {
                Some(at) => {
                    point.x = *at as f64;
                    true
                }
                None => false,
            });
        }
        self.axis = Axis::Slots(order.iter().take(most).map(|slot| labels[*slot].0.clone()).collect());
    }
}

/// Which column plays which part in a chart of this kind.
struct Roles {
    x: Option<usize>,
    label: Option<usize>,
    series: Vec<usize>,
    measures: Vec<usize>,
}

impl Roles {
    fn of(data: &Data, kind: ChartKind) -> Self {
        let (groups, measures) = (data.groups(), data.measures());
        let ordered = groups.first().is_some_and(|at| data.columns[*at].kind != Kind::Category);
        if kind == ChartKind::Scatter && !ordered && measures.len() > 1 {
            // One measure against the other; a group with few values colours the dots.
            let label = groups.first().copied();
            let series = groups.into_iter().filter(|at| few(data, *at)).collect();
            return Self { x: Some(measures[0]), label, series, measures: measures[1..].to_vec() };
        }
        let x = groups.first().copied();
        Self { x, label: None, series: groups.into_iter().skip(1).collect(), measures }
    }

    fn is_time(&self, data: &Data) -> bool {
        self.x.is_some_and(|at| data.columns[at].kind == Kind::Time)
    }

    fn series_name(&self, data: &Data, row: usize, measure: usize) -> String {
        let mut parts: Vec<String> = self.series.iter().map(|column| slot_label(data.cell(row, *column))).collect();
        if self.measures.len() > 1 || parts.is_empty() {
            parts.push(data.name(measure).to_owned());
        }
        parts.join(" · ")
    }
}

fn few(data: &Data, column: usize) -> bool {
    let mut seen: Vec<Option<&str>> = Vec::new();
    (0..data.rows.len()).all(|row| {
        let value = data.cell(row, column);
        if !seen.contains(&value) {
            seen.push(value);
        }
        seen.len() <= MOST_SERIES
    })
}

/// A place without a name would look like a mistake.
fn slot_label(text: Option<&str>) -> String {
    match text {
        None => "NULL".to_owned(),
        Some(text) if text.trim().is_empty() => "(empty)".to_owned(),
        Some(text) => text.to_owned(),
    }
}

fn span(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.fold(None, |span, value| match span {
        None => Some((value, value)),
        Some((low, high)) => Some((low.min(value), high.max(value))),
    })
}
