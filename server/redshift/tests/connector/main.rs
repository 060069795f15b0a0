//! The connector against a real PostgreSQL and against the sample cluster.

mod hostile;
mod postgres;
mod sample;
mod way;
