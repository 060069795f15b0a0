// Redshift's SQL: PostgreSQL's ways of writing, with words of its own. CodeMirror's list for PostgreSQL holds hundreds
// that are ordinary column names here (`id`, `name`, `location`), so it is not taken over.
import { SQLDialect } from "@codemirror/lang-sql";

const KEYWORDS = words(`
  all alter analyze and any append approximate as asc attach begin between both by cancel cascade case cast check
  close cluster collate column comment commit compound constraint copy create cross cube current_date current_schema
  current_time current_timestamp current_user cursor database datashare deallocate declare default delete desc describe
  detach distinct distkey diststyle drop else encode end escape even except exclude execute exists explain external
  false fetch filter first following for foreign from full function glue grant group grouping having iam_role
  identity if ignore ilike in inner insert intersect interleaved interval into is isnull join last lateral
  leading left like limit lock masking materialized merge minus natural no not notnull null nulls of
  offset on only or order outer over overlaps owner parquet partition partitioned pivot policy preceding prepare
  primary procedure qualify range recluster references refresh rename replace reset respect revoke right
  rollback rollup row rows select serializable session_user set sets share show similar some sort sortkey
  stored symmetric table tablesample temp temporary then to top trailing transaction true truncate
  unbounded union unique unnest unpivot update user using vacuum values view volatile when where window
  with within without`);

const TYPES = words(`
  array bigint binary bool boolean bpchar char character date datetime decimal double float float4 float8 geography
  geometry hllsketch int int2 int4 int8 integer nchar numeric nvarchar precision real smallint super text time timestamp
  timestamptz timetz varbinary varbyte varchar varying`);

const FUNCTIONS = words(`
  abs add_months any_value ascii avg btrim ceil ceiling char_length charindex chr coalesce concat convert_timezone
  count cume_dist current_database current_setting date_cmp date_part date_trunc dateadd datediff decode dense_rank exp
  extract first_value floor getdate greatest hll initcap is_array is_object is_valid_json json_array_length
  json_extract_array_element_text json_extract_path_text json_parse json_serialize json_typeof lag last_day last_value
  lead least len length listagg ln log lower lpad ltrim max md5 median min mod months_between next_day ntile nullif
  nvl nvl2 octet_length parse_url percent_rank percentile_cont percentile_disc power quote_ident quote_literal random
  rank ratio_to_report regexp_count regexp_instr regexp_replace regexp_substr repeat reverse round row_number rpad rtrim
  sha2 sign split_part split_to_array sqrt stddev stddev_pop stddev_samp strpos strtol substring sum sysdate
  to_char to_date to_hex to_number to_timestamp translate trim trunc try_cast upper var_pop var_samp variance
  width_bucket`);

/** Names that must be quoted: docs.aws.amazon.com/redshift/latest/dg/r_pg_keywords.html */
export const RESERVED = new Set(words(`
  aes128 aes256 all allowoverwrite analyse analyze and any array as asc authorization az64 backup between binary
  blanksasnull both bytedict bzip2 case cast check collate column constraint create credentials cross current_date
  current_time current_timestamp current_user current_user_id default deferrable deflate defrag delta delta32k desc
  disable distinct do else emptyasnull enable encode encrypt encryption end except explicit false for foreign freeze
  from full globaldict256 globaldict64k grant group gzip having identity ignore ilike in initially inner intersect
  interval into is isnull join language leading left like limit localtime localtimestamp lun luns lzo lzop minus
  mostly16 mostly32 mostly8 natural new not notnull null nulls off offline offset oid old on only open or order outer
  overlaps parallel partition percent permissions pivot placing primary raw readratio recover references rejectlog
  resort respect restore right select session_user similar snapshot some sysdate system table tag tdes text255 text32k
  then timestamp to top trailing true truncatecolumns union unique unnest unpivot user using verbose wallet when where
  with without`));

export const dialect = SQLDialect.define({
  charSetCasts: true,
  doubleDollarQuotedStrings: true,
  operatorChars: "+-*/<>=~!@#%^&|`?",
  specialVar: "",
  keywords: KEYWORDS.join(" "),
  types: TYPES.join(" "),
  builtin: FUNCTIONS.join(" "),
});

/** What completion offers of them. */
export const known = [
  ...KEYWORDS.map((label) => ({ label, boost: -1 })),
  ...TYPES.map((label) => ({ label, detail: "type", boost: -2 })),
  ...FUNCTIONS.map((label) => ({ label, detail: "function", boost: -2 })),
];

function words(text) {
  return text.trim().split(/\s+/);
}
