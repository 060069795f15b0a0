//! Ten thousand points on a few hundred pixels: what is kept of them, so that no peak is lost.

use std::collections::HashSet;

/// A place in a drawing; `None` for a value that is not there.
pub(super) type Place = (f64, Option<f64>);

/// Lines: of every column of pixels the first, the lowest, the highest and the last point, when there are more than
/// `most`. A gap at a column's edge stays; one within a column is narrower than can be seen.
pub(super) fn line(places: &[Place], most: usize) -> Vec<usize> {
    let (Some(first), Some(last)) = (places.first(), places.last()) else {
        return Vec::new();
    };
    if places.len() <= most {
        return (0..places.len()).collect();
    }
    let columns = (most / 4).max(1) as f64;
    let width = ((last.0 - first.0) / columns).max(f64::MIN_POSITIVE);
    let column = |at: usize| ((places[at].0 - first.0) / width).floor().min(columns - 1.0) as usize;
    let mut kept = Vec::with_capacity(most);
    let mut start = 0;
    while start < places.len() {
        let here = column(start);
        let end = (start..places.len()).find(|at| column(*at) != here).unwrap_or(places.len());
        keep(places, start..end, &mut kept);
        start = end;
    }
    kept
}

fn keep(places: &[Place], column: std::ops::Range<usize>, kept: &mut Vec<usize>) {
    let values = || column.clone().filter_map(|at| places[at].1.map(|y| (at, y)));
    let lowest = values().min_by(|one, other| one.1.total_cmp(&other.1));
    let highest = values().max_by(|one, other| one.1.total_cmp(&other.1));
    let mut chosen = vec![column.start, column.end - 1];
    let found = [values().next(), lowest, highest, values().next_back()];
    chosen.extend(found.into_iter().flatten().map(|(at, _)| at));
    chosen.sort_unstable();
    chosen.dedup();
    kept.extend(chosen);
}

/// Dots: one of those that would cover each other. When more than `most` stay, the cells grow until they do not.
/// The second value is the cell's final side.
pub(super) fn dots(places: &[(f64, f64)], most: usize) -> (Vec<usize>, f64) {
    let mut side = 1.0;
    loop {
        let mut taken = HashSet::new();
        let cell = |place: &(f64, f64)| ((place.0 / side) as i64, (place.1 / side) as i64);
        let kept: Vec<usize> = (0..places.len()).filter(|at| taken.insert(cell(&places[*at]))).collect();
        if kept.len() <= most.max(1) {
            return (kept, side);
        }
        side *= 1.2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_peak_among_ten_thousand_survives() {
        let mut places: Vec<Place> = (0..10_000).map(|at| (f64::from(at) / 10.0, Some(f64::from(at % 7)))).collect();
        places[7_321].1 = Some(500.0);
        places[2_222].1 = Some(-500.0);
        let kept = line(&places, 2_000);
        assert!(kept.len() <= 2_000, "{}", kept.len());
        assert!(kept.contains(&7_321) && kept.contains(&2_222) && kept.contains(&0) && kept.contains(&9_999));
        assert!(kept.is_sorted());
    }

    #[test]
    fn few_points_stay_and_gaps_stay_seen() {
        let places: Vec<Place> = (0..100).map(|at| (f64::from(at), (at != 50).then_some(1.0))).collect();
        assert_eq!(line(&places, 100).len(), 100);
        let places: Vec<Place> =
            (0..10_000).map(|at| (f64::from(at), (!(4_000..6_000).contains(&at)).then_some(1.0))).collect();
        let kept = line(&places, 400);
        assert!(kept.len() <= 600 && kept.iter().any(|at| places[*at].1.is_none()));
        let empty: Vec<Place> = vec![(0.0, None); 5_000];
        assert!(!line(&empty, 100).is_empty() && line(&[], 100).is_empty());
    }

    #[test]
    fn dots_in_one_place_are_one_dot() {
        let places: Vec<(f64, f64)> = (0..10_000).map(|at| (f64::from(at % 10), 5.0)).collect();
        assert_eq!(dots(&places, 100).0.len(), 10);
        let places: Vec<(f64, f64)> =
            (0..10_000).map(|at| (f64::from(at % 100) * 4.0, f64::from(at / 100) * 4.0)).collect();
        let (kept, side) = dots(&places, 1_500);
        assert!(kept.len() <= 1_500 && side > 4.0);
    }
}
