//! Functions that do more than read. Any schema may stand in front, and any quotes around.

/// System functions with side effects start with these; those that only look are listed below.
const PREFIXES: [&str; 15] = [
    "pg_",
    "lo_",
    "dblink",
    "binary_upgrade_",
    "crosstab",
    "query_to_",
    "query_export_",
    "cursor_to_",
    "table_to_xml",
    "schema_to_xml",
    "database_to_xml",
    "http_",
    "heap_force_",
    "autoprewarm",
    "run_command_on_",
];

/// Names of their own: settings, sequences, text that is run as SQL, the file system, other servers, the cluster.
const NAMES: [&str; 24] = [
    "set_config",
    "setseed",
    "nextval",
    "setval",
    "lastval",
    "ts_stat",
    "ts_rewrite",
    "connectby",
    "xpath_table",
    "loread",
    "lowrite",
    "txid_current",
    "http",
    "invoke",
    "suppress_redundant_updates_trigger",
    "gin_clean_pending_list",
    "brin_summarize_new_values",
    "brin_summarize_range",
    "brin_desummarize_range",
    "change_query_priority",
    "change_session_priority",
    "change_user_priority",
    "reboot_cluster",
    "failover_primary_compute",
];

/// What starts with `pg_` and only looks.
const HARMLESS: [&str; 33] = [
    "pg_typeof",
    "pg_get_viewdef",
    "pg_get_expr",
    "pg_get_indexdef",
    "pg_get_constraintdef",
    "pg_get_userbyid",
    "pg_get_functiondef",
    "pg_get_function_arguments",
    "pg_get_function_result",
    "pg_get_keywords",
    "pg_get_cols",
    "pg_get_late_binding_view_cols",
    "pg_get_external_tables",
    "pg_get_external_columns",
    "pg_get_external_schemas",
    "pg_get_session_roles",
    "pg_get_iam_role_by_user",
    "pg_get_grantee_by_iam_role",
    "pg_table_is_visible",
    "pg_type_is_visible",
    "pg_function_is_visible",
    "pg_table_size",
    "pg_total_relation_size",
    "pg_relation_size",
    "pg_database_size",
    "pg_size_pretty",
    "pg_encoding_to_char",
    "pg_backend_pid",
    "pg_last_query_id",
    "pg_last_copy_id",
    "pg_last_copy_count",
    "pg_last_unload_id",
    "pg_last_unload_count",
];

pub(super) fn may_do_more_than_read(name: &str) -> bool {
    let name = name.to_lowercase();
    NAMES.contains(&name.as_str())
        || (PREFIXES.iter().any(|prefix| name.starts_with(prefix)) && !HARMLESS.contains(&name.as_str()))
}
