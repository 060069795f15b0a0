-- How long a run's statement was open at the source; null where that is not known.
alter table refresh_run add column source_us bigint;
