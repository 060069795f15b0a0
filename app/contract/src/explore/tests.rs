use proptest::prelude::*;

use super::*;
use crate::object_name::ObjectName;
use crate::query::{Column, ColumnShape};

fn column(name: &str, type_name: &str) -> Column {
    Column { name: name.to_owned(), type_name: type_name.to_owned(), shape: ColumnShape::Text, ends_in_blanks: false }
}

fn columns() -> Vec<Column> {
    [
        ("id", "bigint"),
        ("price", "numeric(10,2)"),
        ("weight", "real"),
        ("city", "varchar(80)"),
        ("code", "char(4)"),
        ("is_paid", "boolean"),
        ("day", "date"),
        ("sold_at", "timestamp"),
        ("seen_at", "timestamptz"),
        ("opens", "time"),
        ("shape", "geometry"),
        ("say \"hi\"", "varchar(10)"),
    ]
    .map(|(name, type_name)| column(name, type_name))
    .to_vec()
}

fn compile(query: &str) -> Result<Compiled, ExploreFault> {
    let (explore, faults) = Explore::from_query(query);
    assert_eq!(faults, [], "{query}");
    explore.compile(&ObjectName::new("public", "sales"), &columns(), Dialect::Redshift)
}

fn sql(query: &str) -> String {
    compile(query).expect(query).sql
}

fn fault(query: &str) -> ExploreFault {
    compile(query).expect_err(query)
}

/// The conditions of a query whose filters are these.
fn conditions(query: &str) -> String {
    let sql = sql(query);
    sql.split_once("\nwhere ").expect("a condition").1.to_owned()
}

#[test]
fn a_question_is_one_select() {
    let compiled =
        compile("m=count&m=sum&mc=price&g=sold_at&gb=month&g=city&f=price&fo=ge&fv=9.990&f=city&fo=contains&fv=O'H\\")
            .expect("a statement");
    assert_eq!(
        compiled.sql,
        "select
  cast(date_trunc('month', \"sold_at\") as date) as \"sold_at by month\",
  rtrim(\"city\", ' ') as \"city\",
  cast(count(*) as bigint) as \"count\",
  cast(sum(cast(\"price\" as decimal(38, 2))) as decimal(38, 2)) as \"sum of price\"
from \"public\".\"sales\"
where \"price\" >= cast($1 as decimal(38, 2))
  and strpos(\"city\", $2) > 0
group by 1, 2
order by 1 nulls last, 2 nulls last
limit 1000"
    );
    assert_eq!(compiled.values, ["9.99", "O'H\\"]);
    let shown = compiled.shown();
    assert!(shown.contains("where \"price\" >= 9.99\n  and strpos(\"city\", ('O''H' || chr(92))) > 0\n"), "{shown}");
    let of: Vec<By> = compiled.columns.iter().map(|output| output.of).collect();
    assert_eq!(of, [By::Group(0), By::Group(1), By::Measure(0), By::Measure(1)]);
}

#[test]
fn measures_are_cast() {
    let select = |query: &str| sql(query).lines().nth(1).expect("a line").trim().to_owned();
    assert_eq!(select("m=sum&mc=id"), "cast(sum(cast(\"id\" as decimal(38, 0))) as decimal(38, 0)) as \"sum of id\"");
    assert_eq!(select("m=sum&mc=weight"), "sum(cast(\"weight\" as double precision)) as \"sum of weight\"");
    assert_eq!(
        select("m=average&mc=id"),
        "cast(sum(cast(\"id\" as decimal(38, 0))) as double precision) / nullif(count(\"id\"), 0) as \"average of id\""
    );
    assert_eq!(
        select("m=average&mc=price"),
        "cast(sum(\"price\") as double precision) / nullif(count(\"price\"), 0) as \"average of price\""
    );
    assert_eq!(Dialect::Redshift.decimal_average("\"r\"", 20, true), "avg(cast(\"r\" as double precision))");
    assert_eq!(select("m=min&mc=code"), "min(cast(\"code\" as varchar)) as \"min of code\"");
    assert_eq!(select("m=max&mc=sold_at"), "max(\"sold_at\") as \"max of sold_at\"");
    assert_eq!(
        select("m=distinct&mc=city"),
        "cast(count(distinct rtrim(\"city\", ' ')) as bigint) as \"distinct city\""
    );
    assert_eq!(
        select("m=count&mc=shape"),
        "cast(count(case when \"shape\" is not null then 1 end) as bigint) as \"count of shape\""
    );
    assert_eq!(select("f=id&fo=is_null"), "cast(count(*) as bigint) as \"count\"");
}

#[test]
fn buckets_say_the_zone() {
    assert!(
        sql("g=seen_at&gb=day")
            .contains("cast(date_trunc('day', \"seen_at\" at time zone 'UTC') as date) as \"seen_at by day in UTC\"")
    );
    assert!(sql("g=sold_at&gb=hour").contains("cast(date_trunc('hour', \"sold_at\") as timestamp)"));
    assert!(sql("g=day&gb=week").contains("cast(date_trunc('week', cast(\"day\" as timestamp)) as date)"));
}

#[test]
fn filters_compare_as_the_column_s_type() {
    assert_eq!(conditions("f=id&fo=one_of&fv=1, 2"), "\"id\" in (cast($1 as bigint), cast($2 as bigint))");
    assert_eq!(conditions("f=code&fo=eq&fv=AB"), "cast(\"code\" as varchar) = $1");
    assert_eq!(conditions("f=code&fo=starts_with&fv=A"), "strpos(cast(\"code\" as varchar), $1) = 1");
    assert_eq!(conditions("f=city&fo=ne&fv="), "\"city\" <> $1");
    let given = |query: &str| compile(query).expect(query).values;
    assert_eq!(given("f=city&fo=eq&fv= Bonn  "), [" Bonn"], "Redshift takes blanks at the end for nothing");
    assert_eq!(given("f=city&fo=one_of&fv=\"Bonn \",Köln"), ["Bonn", "Köln"]);
    assert_eq!(given("f=city&fo=contains&fv=Bonn "), ["Bonn "]);
    assert_eq!(
        conditions("f=is_paid&fo=is_true&f=shape&fo=is_not_null"),
        "\"is_paid\" is true\n  and \"shape\" is not null"
    );
    assert_eq!(conditions("f=opens&fo=lt&fv=09:30"), "\"opens\" < cast($1 as time)");
}

#[test]
fn a_moment_is_compared_with_a_whole_day() {
    let of = |query: &str| {
        let compiled = compile(query).expect(query);
        let (_, conditions) = compiled.shown().split_once("\nwhere ").expect("a condition");
        conditions.to_owned()
    };
    assert_eq!(
        of("f=sold_at&fo=eq&fv=2026-12-31"),
        "\"sold_at\" >= cast('2026-12-31 00:00:00' as timestamp) \
         and \"sold_at\" < cast('2027-01-01 00:00:00' as timestamp)"
    );
    assert_eq!(of("f=sold_at&fo=le&fv=2026-12-31"), "\"sold_at\" < cast('2027-01-01 00:00:00' as timestamp)");
    assert_eq!(of("f=seen_at&fo=gt&fv=2026-12-31"), "\"seen_at\" >= cast('2027-01-01 00:00:00+00' as timestamptz)");
    // The last day that can be typed has none after it.
    assert_eq!(
        of("f=sold_at&fo=eq&fv=9999-12-31"),
        "\"sold_at\" >= cast('9999-12-31 00:00:00' as timestamp) \
         and \"sold_at\" <= cast('9999-12-31 23:59:59.999999' as timestamp)"
    );
    assert_eq!(
        of("f=seen_at&fo=gt&fv=9999-12-31"),
        "\"seen_at\" > cast('9999-12-31 23:59:59.999999+00' as timestamptz)"
    );
    assert_eq!(of("f=sold_at&fo=ge&fv=2026-12-31T10:00"), "\"sold_at\" >= cast('2026-12-31 10:00:00' as timestamp)");
}

#[test]
fn rows_are_sorted_and_ties_are_broken() {
    let order = |query: &str| sql(query).lines().rev().nth(1).expect("a line").to_owned();
    assert_eq!(order("g=city&g=day&gb=month"), "order by 2 nulls last, 1 nulls last");
    assert_eq!(order("g=city&g=code"), "order by 3 desc nulls last, 1 nulls last, 2 nulls last");
    assert_eq!(order("g=city&g=day&s=-g2"), "order by 2 desc nulls last, 1 nulls last");
    assert_eq!(order("m=count&m=max&mc=id&g=city&s=m2"), "order by 3 nulls last, 1 nulls last");
    assert_eq!(fault("g=city&s=m2"), ExploreFault::SortUnknown);
    assert_eq!(fault("m=count&s=g1"), ExploreFault::SortUnknown);
    assert!(!sql("m=count&s=m1").contains("order by"), "one row has no order");
}

#[test]
fn names_are_quoted_and_differ() {
    let compiled = compile("g=say+\"hi\"&g=day&g=day&m=count&m=count").expect("a statement");
    let names: Vec<&str> = compiled.columns.iter().map(|output| &*output.name).collect();
    assert_eq!(names, ["say \"hi\"", "day", "day 2", "count", "count 2"]);
    let first =
        "select\n  rtrim(\"say \"\"hi\"\"\", ' ') as \"say \"\"hi\"\"\",\n  \"day\",\n  \"day\" as \"day 2\",\n";
    assert!(compiled.sql.starts_with(first), "{}", compiled.sql);

    let long = "ü".repeat(60);
    let explore = Explore {
        groups: vec![Group { column: long.clone(), bucket: None }, Group { column: "COUNT".to_owned(), bucket: None }],
        ..Explore::default()
    };
    let columns = [column(&long, "varchar(1)"), column("COUNT", "integer")];
    let compiled = explore.compile(&ObjectName::new("a", "b"), &columns, Dialect::Redshift).expect("a statement");
    let names: Vec<&str> = compiled.columns.iter().map(|output| &*output.name).collect();
    assert_eq!(names, [&*"ü".repeat(30), "COUNT", "count 2"]);
}

#[test]
fn what_does_not_fit_is_refused() {
    use ExploreFault::*;
    assert_eq!(fault(""), Nothing);
    assert_eq!(fault("g=city&g=nowhere"), ColumnUnknown { part: Part::Group, row: 1 });
    assert_eq!(fault("m=sum"), ColumnMissing { row: 0 });
    assert_eq!(fault("m=count&m=sum&mc=city"), Unfit { part: Part::Measure, row: 1 });
    assert_eq!(fault("m=min&mc=is_paid"), Unfit { part: Part::Measure, row: 0 });
    assert_eq!(fault("m=distinct&mc=shape"), Unfit { part: Part::Measure, row: 0 });
    assert_eq!(fault("g=shape"), Unfit { part: Part::Group, row: 0 });
    assert_eq!(fault("g=day&gb=hour"), Unfit { part: Part::Group, row: 0 });
    assert_eq!(fault("g=opens&gb=hour"), Unfit { part: Part::Group, row: 0 });
    assert_eq!(fault("f=id&fo=contains&fv=1"), Unfit { part: Part::Filter, row: 0 });
    assert_eq!(fault("f=id&fo=eq&fv=x"), ValueInvalid { row: 0, expected: Expected::WholeNumber });
    assert_eq!(fault("f=id&fo=one_of&fv=1,x"), ValueInvalid { row: 0, expected: Expected::WholeNumber });
    assert_eq!(fault("f=city&fo=eq&fv=%00"), ValueInvalid { row: 0, expected: Expected::Text });
    assert_eq!(fault("f=city&f=day&fo=eq&fv=+"), ValueMissing { row: 1 });
    assert_eq!(fault("f=city&fo=contains"), ValueMissing { row: 0 });
    assert_eq!(fault("f=city&fo=one_of&fv=,"), ValueMissing { row: 0 });
    assert_eq!(fault(&format!("f=city&fv={}", "x".repeat(MAX_VALUE + 1))), ValueTooLong { row: 0 });
    assert_eq!(fault(&format!("f=city&fo=one_of&fv={}", "x,".repeat(101))), ListTooLong { row: 0, limit: 100 });

    let many = Explore { measures: vec![Measure::default(); 11], ..Explore::default() };
    let table = ObjectName::new("public", "sales");
    assert_eq!(many.compile(&table, &columns(), Dialect::Redshift), Err(TooMany { part: Part::Measure, limit: 10 }));
    let limitless = Explore { limit: 10_001, measures: vec![Measure::default()], ..Explore::default() };
    assert_eq!(limitless.compile(&table, &columns(), Dialect::Redshift), Err(LimitInvalid));
    let counted = Explore { measures: vec![Measure::default()], ..Explore::default() };
    assert_eq!(
        counted.compile(&ObjectName::new("a\0", "b"), &columns(), Dialect::Redshift),
        Err(NameInvalid { part: Part::Table, row: 0 })
    );
}

fn any_of<T: Copy + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = T> {
    proptest::sample::select(all)
}

fn text(least: usize) -> impl Strategy<Value = String> {
    proptest::collection::vec(
        prop_oneof![any::<char>(), proptest::sample::select(vec!['&', '=', '+', '%', ' ', '\'', '"', '\\', ',', '\n'])],
        least..12,
    )
    .prop_map(|chars| chars.into_iter().collect())
}

fn question() -> impl Strategy<Value = Explore> {
    let name = || prop_oneof![text(1), proptest::sample::select(columns()).prop_map(|column| column.name)];
    let value =
        prop_oneof![text(0), "[0-9.e-]{0,6}", Just("2026-11-25".to_owned()), Just("2026-11-25 10:00".to_owned())];
    let measure = (any_of(Function::ALL), proptest::option::of(name()))
        .prop_map(|(function, column)| Measure { function, column });
    let group =
        (name(), proptest::option::of(any_of(Bucket::ALL))).prop_map(|(column, bucket)| Group { column, bucket });
    let filter =
        (name(), any_of(Operator::ALL), value).prop_map(|(column, operator, value)| Filter { column, operator, value });
    let by = prop_oneof![any::<u8>().prop_map(By::Group), any::<u8>().prop_map(By::Measure)];
    let sort = (by, any::<bool>()).prop_map(|(by, is_descending)| Sort { by, is_descending });
    (
        proptest::collection::vec(measure, 0..=3),
        proptest::collection::vec(group, 0..=MAX_GROUPS),
        proptest::collection::vec(filter, 0..=4),
        proptest::option::of(sort),
        1..=MAX_LIMIT,
        proptest::option::of(any_of(Chart::ALL)),
    )
        .prop_map(|(measures, groups, filters, sort, limit, chart)| Explore {
            measures,
            groups,
            filters,
            sort,
            limit,
            chart,
        })
}

/// The text outside of quoted names and literals; none where a quote is never closed.
fn bare(sql: &str) -> Option<String> {
    let (mut bare, mut open) = (String::new(), None);
    for c in sql.chars() {
        match open {
            Some(quote) if c == quote => open = None,
            Some(_) => {}
            None if c == '\'' || c == '"' => open = Some(c),
            None => bare.push(c),
        }
    }
    open.is_none().then_some(bare)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn a_question_survives_its_address(explore in question()) {
        prop_assert_eq!(Explore::from_query(&explore.to_query()), (explore.clone(), Vec::new()));
        prop_assert_eq!(Explore::from_pairs(explore.to_pairs()), (explore, Vec::new()));
    }

    #[test]
    fn any_address_is_read_without_a_panic(
        query in "(([mgf]|mc|gb|fo|fv|s|n|c)=(count|sum|day|month|[-+%a-z0-9]{0,4})&?){0,12}\\PC{0,8}",
    ) {
        let (explore, _) = Explore::from_query(&query);
        let _ = explore.compile(&ObjectName::new("public", "sales"), &columns(), Dialect::Redshift);
        prop_assert_eq!(Explore::from_query(&explore.to_query()), (explore, Vec::new()));
    }

    #[test]
    fn no_value_gets_out_of_its_place(explore in question()) {
        let table = ObjectName::new("public", "sales");
        if let Ok(compiled) = explore.compile(&table, &columns(), Dialect::Redshift) {
            let is_plain = |text: &str| {
                let is_allowed = |c: char| c.is_ascii_alphanumeric() || " \n_(),.*/$=<>|+-".contains(c);
                text.chars().all(is_allowed) && !text.contains("/*") && !text.contains("--")
            };
            prop_assert!(bare(&compiled.sql).is_some_and(|bare| is_plain(&bare)), "{}", compiled.sql);
            prop_assert!(bare(compiled.shown()).is_some_and(|bare| is_plain(&bare)), "{}", compiled.shown());
            prop_assert!(!compiled.shown().contains('\\'), "{}", compiled.shown());
            prop_assert_eq!(compiled.sql.matches('$').count(), compiled.values.len());
        }
    }

    #[test]
    fn serde_keeps_a_question(explore in question()) {
        let json = serde_json::to_string(&explore).unwrap();
        prop_assert_eq!(serde_json::from_str::<Explore>(&json).unwrap(), explore);
    }
}

#[test]
fn blanks_at_the_end_of_text_are_told_apart_by_the_source_alone() {
    let of = |query: &str, padded: &str| {
        let columns = columns().into_iter().map(|column| Column { ends_in_blanks: column.name == padded, ..column });
        let (columns, (explore, _)) = (columns.collect::<Vec<_>>(), Explore::from_query(query));
        let alone = explore.source_alone(&columns).map(|column| column.name.clone());
        let sql = explore.compile(&ObjectName::new("public", "sales"), &columns, Dialect::DataFusion).expect(query).sql;
        (alone, sql)
    };
    let compared = "g=day&f=city&fo=eq&fv=Bonn";
    assert_eq!((of(compared, "city").0.as_deref(), of(compared, "").0), (Some("city"), None));
    let (alone, sql) = of("g=city&m=distinct&mc=city&f=city&fo=contains&fv=o", "city");
    assert!(
        alone.is_none() && sql.contains("rtrim(\"city\", ' ') as \"city\"") && sql.contains("strpos(\"city\", $1)"),
        "{sql}"
    );
    // In a snapshot without such there is nothing to take off.
    assert!(!of("g=city&m=max&mc=city", "").1.contains("rtrim"));
    assert!(of("f=code&fo=eq&fv=AB", "code").0.is_none(), "CHAR is filled up with blanks wherever it is");
}
