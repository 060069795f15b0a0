-- The runs of a dataset come by their claims: clocks of several servers differ, and may be put back.
drop index refresh_run_dataset;
create index refresh_run_dataset on refresh_run (dataset_id, fence);
