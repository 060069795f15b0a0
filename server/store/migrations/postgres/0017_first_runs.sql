-- Whether no run has come to its end since somebody turned it on: no budget rests what it begins with.
alter table refresh add column is_first bigint not null default 0;
update refresh set is_first = 1 where is_on = 1 and snapshot_id = '' and asked_by = '@beginning';
