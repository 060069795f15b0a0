//! Generates the sample rows: the shapes of AWS's TICKIT example, made up here, the same at every start.

use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int16Array, Int32Array, Int64Array,
    StringArray, TimestampMicrosecondArray,
};
use datafusion::datasource::MemTable;
use datafusion::error::DataFusionError;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::data::{Table, Type};

type Made = Result<Arc<MemTable>, DataFusionError>;

const FIRST: [&str; 12] =
    ["Ada", "Björn", "Chen", "Dara", "Elif", "Femi", "Grace", "Hugo", "Inés", "Jun", "Kofi", "Léa"];
const LAST: [&str; 12] =
    ["Abara", "Brandt", "Costa", "Diaz", "Eriksen", "Fofana", "Grant", "Haddad", "Ito", "Jansen", "Kowal", "Lind"];
const CITIES: [(&str, &str); 8] = [
    ("Chicago", "IL"),
    ("Houston", "TX"),
    ("Miami", "FL"),
    ("Seattle", "WA"),
    ("Portland", "OR"),
    ("Denver", "CO"),
    ("Boston", "MA"),
    ("Austin", "TX"),
];
const VENUES: [&str; 6] = ["Arena", "Hall", "Park", "Theatre", "Stadium", "Garden"];
const CATEGORIES: [(&str, &str, &str); 11] = [
    ("Sports", "MLB", "Major League Baseball"),
    ("Sports", "NHL", "National Hockey League"),
    ("Sports", "NFL", "National Football League"),
    ("Sports", "NBA", "National Basketball Association"),
    ("Sports", "MLS", "Major League Soccer"),
    ("Shows", "Musicals", "Musical theatre"),
    ("Shows", "Plays", "All non-musical theatre"),
    ("Shows", "Opera", "All opera and light opera"),
    ("Concerts", "Pop", "All rock and pop music concerts"),
    ("Concerts", "Jazz", "All jazz singers and bands"),
    ("Concerts", "Classical", "All symphony, concerto, and choir concerts"),
];
const ACTS: [&str; 8] =
    ["Northern Lights", "The Long Way Home", "Carmen", "City Derby", "Blue Hour", "Macbeth", "Open Air", "Finals"];

/// 2026-01-01, in days since 1970.
const FIRST_DAY: i32 = 20_454;
const DAY_US: i64 = 86_400_000_000;
const VENUE_COUNT: usize = 202;

pub(super) struct Tickit {
    sales: usize,
    users: usize,
    events: usize,
    listings: usize,
}

fn array<A: datafusion::arrow::array::Array + 'static>(array: A) -> ArrayRef {
    Arc::new(array)
}

fn ids(count: usize) -> ArrayRef {
    array(Int32Array::from_iter_values(1..=count as i32))
}

fn text(values: impl Iterator<Item = String>) -> ArrayRef {
    array(StringArray::from_iter_values(values))
}

fn money(values: impl Iterator<Item = i128>, precision: u8, scale: i8) -> Result<ArrayRef, DataFusionError> {
    Ok(array(Decimal128Array::from_iter_values(values).with_precision_and_scale(precision, scale)?))
}

impl Tickit {
    pub fn new(sales: usize) -> Self {
        Self { sales, users: (sales / 17).max(10), events: (sales / 20).max(10), listings: (sales / 2).max(10) }
    }

    fn dice(&self, seed: u64) -> StdRng {
        StdRng::seed_from_u64(seed)
    }

    pub fn users(&self) -> Made {
        let mut dice = self.dice(1);
        let names: Vec<(&str, &str, (&str, &str))> = (0..self.users)
            .map(|_| (FIRST[dice.random_range(0..12)], LAST[dice.random_range(0..12)], CITIES[dice.random_range(0..8)]))
            .collect();
        let likes = |seed| {
            let mut dice = self.dice(seed);
            let values = (0..self.users).map(|_| match dice.random_range(0..5) {
                0 => None,
                n => Some(n < 3),
            });
            array(BooleanArray::from_iter(values))
        };
        Table::new()
            .column("userid", Type::Int, ids(self.users))
            .column("username", Type::Char(8), text((0..self.users).map(|n| format!("USR{n:05}"))))
            .column("firstname", Type::Varchar(30), text(names.iter().map(|name| name.0.to_owned())))
            .column("lastname", Type::Varchar(30), text(names.iter().map(|name| name.1.to_owned())))
            .column("city", Type::Varchar(30), text(names.iter().map(|name| name.2.0.to_owned())))
            .column("state", Type::Char(2), text(names.iter().map(|name| name.2.1.to_owned())))
            .column("likesports", Type::Bool, likes(2))
            .column("liketheatre", Type::Bool, likes(3))
            .column("likejazz", Type::Bool, likes(4))
            .build()
    }

    pub fn venue(&self) -> Made {
        let mut dice = self.dice(5);
        let places: Vec<(&str, &str)> = (0..VENUE_COUNT).map(|_| CITIES[dice.random_range(0..8)]).collect();
        let seats = (0..VENUE_COUNT).map(|n| (n % 3 != 0).then(|| dice.random_range(200..90_000)));
        let seats = array(Int32Array::from_iter(seats));
        let names = places.iter().enumerate().map(|(n, place)| format!("{} {}", place.0, VENUES[n % 6]));
        Table::new()
            .column("venueid", Type::SmallInt, array(Int16Array::from_iter_values(1..=VENUE_COUNT as i16)))
            .column("venuename", Type::Varchar(100), text(names))
            .column("venuecity", Type::Varchar(30), text(places.iter().map(|place| place.0.to_owned())))
            .column("venuestate", Type::Char(2), text(places.iter().map(|place| place.1.to_owned())))
            .column("venueseats", Type::Int, seats)
            .build()
    }

    pub fn category(&self) -> Made {
        Table::new()
            .column("catid", Type::SmallInt, array(Int16Array::from_iter_values(1..=11)))
            .column("catgroup", Type::Varchar(10), text(CATEGORIES.iter().map(|c| c.0.to_owned())))
            .column("catname", Type::Varchar(10), text(CATEGORIES.iter().map(|c| c.1.to_owned())))
            .column("catdesc", Type::Varchar(50), text(CATEGORIES.iter().map(|c| c.2.to_owned())))
            .build()
    }

    pub fn date(&self) -> Made {
        let days = || 0..365_i32;
        let weekday = |day: i32| ["TH", "FR", "SA", "SU", "MO", "TU", "WE"][day as usize % 7].to_owned();
        Table::new()
            .column("dateid", Type::SmallInt, array(Int16Array::from_iter_values(days().map(|day| day as i16 + 1))))
            .column("caldate", Type::Date, array(Date32Array::from_iter_values(days().map(|day| FIRST_DAY + day))))
            .column("day", Type::Char(3), text(days().map(weekday)))
            .column("week", Type::SmallInt, array(Int16Array::from_iter_values(days().map(|day| (day / 7) as i16 + 1))))
            .column("qtr", Type::Char(5), text(days().map(|day| (day / 92 + 1).to_string())))
            .column("year", Type::SmallInt, array(Int16Array::from_iter_values(days().map(|_| 2026))))
            .column("holiday", Type::Bool, array(BooleanArray::from_iter(days().map(|day| Some(day % 53 == 0)))))
            .build()
    }

    pub fn event(&self) -> Made {
        let mut dice = self.dice(6);
        let rows = || 0..self.events;
        let starts = rows().map(|_| {
            i64::from(FIRST_DAY + dice.random_range(0..365)) * DAY_US + dice.random_range(14..22) * 3_600_000_000
        });
        let starts = array(TimestampMicrosecondArray::from_iter_values(starts));
        Table::new()
            .column("eventid", Type::Int, ids(self.events))
            .column(
                "venueid",
                Type::SmallInt,
                array(Int16Array::from_iter_values(rows().map(|n| (n % VENUE_COUNT) as i16 + 1))),
            )
            .column("catid", Type::SmallInt, array(Int16Array::from_iter_values(rows().map(|n| (n % 11) as i16 + 1))))
            .column("dateid", Type::SmallInt, array(Int16Array::from_iter_values(rows().map(|n| (n % 365) as i16 + 1))))
            .column("eventname", Type::Varchar(200), text(rows().map(|n| ACTS[n % 8].to_owned())))
            .column("starttime", Type::Timestamp, starts)
            .build()
    }

    /// The types that PostgreSQL lacks.
    pub fn event_details(&self) -> Made {
        let count = self.events.min(500);
        let rows = || 0..count;
        let details = |n: usize| {
            format!(r#"{{"doors":"{}:30","acts":["{}"],"seated":{}}}"#, 17 + n % 4, ACTS[n % 8], n.is_multiple_of(2))
        };
        Table::new()
            .column("eventid", Type::Int, ids(count))
            .column("details", Type::Super, text(rows().map(details)))
            .column("poster", Type::Varbyte, text(rows().map(|n| format!("{:08x}{:08x}", n * 7919, n * 104_729))))
            .column("doors", Type::TimeTz, text(rows().map(|n| format!("{:02}:30:00+00", 17 + n % 4))))
            .column(
                "price_index",
                Type::Numeric(38, 10),
                money(rows().map(|n| n as i128 * 1_234_567_890_123 - 99), 38, 10)?,
            )
            .column(
                "rating",
                Type::Double,
                array(Float64Array::from_iter(rows().map(|n| (n % 9 != 0).then_some(n as f64 / 7.0)))),
            )
            .column(
                "on_sale",
                Type::TimestampTz,
                array(
                    TimestampMicrosecondArray::from_iter_values(
                        rows().map(|n| i64::from(FIRST_DAY) * DAY_US + n as i64 * 3_600_000_001),
                    )
                    .with_timezone("+00:00"),
                ),
            )
            .build()
    }

    pub fn listing(&self) -> Made {
        let mut dice = self.dice(7);
        let prices: Vec<i128> = (0..self.listings).map(|_| dice.random_range(20..3_000) * 100).collect();
        let tickets: Vec<i16> = (0..self.listings).map(|_| dice.random_range(1..30)).collect();
        let totals = prices.iter().zip(&tickets).map(|(price, count)| price * i128::from(*count));
        let rows = || 0..self.listings;
        Table::new()
            .column("listid", Type::Int, ids(self.listings))
            .column(
                "sellerid",
                Type::Int,
                array(Int32Array::from_iter_values(rows().map(|n| (n * 31 % self.users) as i32 + 1))),
            )
            .column(
                "eventid",
                Type::Int,
                array(Int32Array::from_iter_values(rows().map(|n| (n % self.events) as i32 + 1))),
            )
            .column("dateid", Type::SmallInt, array(Int16Array::from_iter_values(rows().map(|n| (n % 365) as i16 + 1))))
            .column("numtickets", Type::SmallInt, array(Int16Array::from(tickets.clone())))
            .column("priceperticket", Type::Numeric(8, 2), money(prices.iter().copied(), 8, 2)?)
            .column("totalprice", Type::Numeric(8, 2), money(totals.map(|total| total.min(99_999_999)), 8, 2)?)
            .build()
    }

    pub fn sales(&self) -> Made {
        let mut dice = self.dice(8);
        let rows = || 0..self.sales;
        let quantity: Vec<i16> = rows().map(|_| dice.random_range(1..9)).collect();
        let paid: Vec<i128> =
            quantity.iter().map(|count| i128::from(*count) * dice.random_range(20..1_500) * 100).collect();
        let times = rows().map(|n| i64::from(FIRST_DAY + (n % 365) as i32) * DAY_US + dice.random_range(0..DAY_US));
        let times = array(TimestampMicrosecondArray::from_iter_values(times));
        let users = self.users;
        Table::new()
            .column("salesid", Type::Int, ids(self.sales))
            .column(
                "listid",
                Type::Int,
                array(Int32Array::from_iter_values(rows().map(|n| (n % self.listings) as i32 + 1))),
            )
            .column(
                "sellerid",
                Type::Int,
                array(Int32Array::from_iter_values(rows().map(|n| (n * 31 % users) as i32 + 1))),
            )
            .column(
                "buyerid",
                Type::Int,
                array(Int32Array::from_iter_values(rows().map(|n| (n * 17 % users) as i32 + 1))),
            )
            .column(
                "eventid",
                Type::Int,
                array(Int32Array::from_iter_values(rows().map(|n| (n % self.events) as i32 + 1))),
            )
            .column("dateid", Type::SmallInt, array(Int16Array::from_iter_values(rows().map(|n| (n % 365) as i16 + 1))))
            .column("qtysold", Type::SmallInt, array(Int16Array::from(quantity)))
            .column("pricepaid", Type::Numeric(8, 2), money(paid.iter().copied(), 8, 2)?)
            .column("commission", Type::Numeric(8, 2), money(paid.iter().map(|paid| paid * 15 / 100), 8, 2)?)
            .column("saletime", Type::Timestamp, times)
            .build()
    }

    pub fn payroll(&self) -> Made {
        Table::new()
            .column("person", Type::Varchar(60), text(FIRST.iter().map(|name| (*name).to_owned())))
            .column("salary", Type::Numeric(12, 2), money((0..12).map(|n| 4_200_000 + n * 100_000), 12, 2)?)
            .build()
    }

    pub fn ledger(&self) -> Made {
        Table::new()
            .column("entry", Type::BigInt, array(Int64Array::from_iter_values(1..=100)))
            .column("amount", Type::Numeric(18, 2), money((1..=100).map(|n| n * 1_999), 18, 2)?)
            .build()
    }

    pub fn clicks(&self) -> Made {
        let rows = || 0..1_000_i64;
        Table::new()
            .column(
                "clicked_at",
                Type::Timestamp,
                array(TimestampMicrosecondArray::from_iter_values(
                    rows().map(|n| i64::from(FIRST_DAY) * DAY_US + n * 60_000_000),
                )),
            )
            .column("page", Type::Varchar(256), text(rows().map(|n| format!("/event/{}", n % 97))))
            .build()
    }
}
