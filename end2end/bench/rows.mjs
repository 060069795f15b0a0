// The rows that the benches read: 11 columns of the usual types.
export const columns = (rows) => `select n::bigint as id, (n % 50000)::int as customer, (n % 400)::smallint as day_number,
  (n * 37 % 1000000 / 100.0)::numeric(12,2) as price, n / 7.0::float8 as score, n % 3 = 0 as is_new,
  date '2020-01-01' + n % 2000 as day, timestamp '2020-01-01' + n * interval '31 seconds' as made_at,
  'customer ' || n % 50000 as name, md5(n::text) as hash, case when n % 5 = 0 then null else 'note ' || n end as note
  from generate_series(1, ${rows}) as n`;
