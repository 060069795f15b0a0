-- A query can be run again in its place: it keeps its id, its name and who sees it. Its rows are those of one run, which
-- is told by when it was asked for.
alter table result_page add column run bigint not null default 0;
update result_page set run = (select queued_at from query where query.id = query_id);
drop index result_page_rows;
create unique index result_page_rows on result_page (query_id, run, first_row);
