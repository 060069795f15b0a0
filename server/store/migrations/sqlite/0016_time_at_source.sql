-- How long the source worked on a run's statement; null of runs before, and of those that never asked.
alter table refresh_run add column source_us bigint;
