//! Every address of the app, built in one place.

use contract::connection::Method;

pub const HOME: &str = "/";
pub const WELCOME: &str = "/welcome";
pub const SIGN_IN: &str = "/sign-in";
pub const DATA: &str = "/data";
pub const ADD: &str = "/data/add";
pub const ADD_REDSHIFT: &str = "/data/add/redshift";
pub const HELP: &str = "/help/redshift";
pub const HELP_REFRESH: &str = "/help/refresh";
pub const MEMBERS: &str = "/settings/members";
pub const PROFILE: &str = "/settings/profile";
pub const DATA_CONNECTIONS: &str = "/settings/data-connections";
/// The form for a team credential.
pub const TEAM_CREDENTIAL: &str = "/data/add/redshift?for=team";
/// The SQL workspace.
pub const QUERY: &str = "/query";
pub const AUDIT: &str = "/settings/audit";
pub const AUDIT_CSV: &str = "/settings/audit.csv";

/// The form, filled from a draft; `wait` when its test was refused for coming too soon.
pub fn add_redshift_draft(draft: &str, wait: bool) -> String {
    format!("{ADD_REDSHIFT}?draft={draft}{}", if wait { "&wait=1" } else { "" })
}

/// The form by one method, with the draft's other fields.
pub fn add_redshift_by(method: Method, draft: &str, is_credential: bool) -> String {
    let draft = if draft.is_empty() { String::new() } else { format!("&draft={draft}") };
    let purpose = if is_credential { "&for=team" } else { "" };
    format!("{ADD_REDSHIFT}?method={}{draft}{purpose}", method.as_str())
}

/// The dry run of a draft that replaces the team credential.
pub fn rotation(draft: &str) -> String {
    format!("{DATA_CONNECTIONS}/rotation/{draft}")
}

pub fn connection(id: &str) -> String {
    format!("/data/connections/{id}")
}

pub fn check(connection: &str, check: &str) -> String {
    format!("/data/connections/{connection}/checks/{check}")
}

pub fn picker(connection: &str) -> String {
    format!("/data/connections/{connection}/datasets")
}

/// The picker with one schema open; with all of them for an empty name.
pub fn picker_schema(connection: &str, schema: &str) -> String {
    let query = if schema.is_empty() { String::new() } else { format!("?schema={}", encode(schema)) };
    picker(connection) + &query
}

pub fn query(id: &str) -> String {
    format!("{QUERY}/{id}")
}

/// The workspace with this in its editor; nothing runs by it.
pub fn query_with(connection: &str, sql: &str) -> String {
    format!("{QUERY}?connection={connection}&sql={}", encode(sql))
}

/// A query's full result as a file.
pub fn export(id: &str, format: &str) -> String {
    format!("{QUERY}/{id}/result.{format}")
}

/// Names for the editor to complete.
pub fn completions(connection: &str) -> String {
    format!("/data/connections/{connection}/names.json")
}

/// Its schedule, and how its runs went.
pub fn dataset_refresh(id: &str) -> String {
    dataset(id) + "?view=refresh"
}

pub fn dataset(id: &str) -> String {
    format!("/data/datasets/{id}")
}

/// The audit log's older entries, by the same filters.
pub fn audit(action: &str, search: &str, before: i64) -> String {
    format!("{AUDIT}?action={}&search={}&before={before}", encode(action), encode(search))
}

pub fn audit_csv(action: &str, search: &str) -> String {
    format!("{AUDIT_CSV}?action={}&search={}", encode(action), encode(search))
}

/// The only paths a stranger may open.
pub fn is_public(path: &str) -> bool {
    matches!(path, WELCOME | SIGN_IN) || path.starts_with("/invitations/")
}

/// Help with the reader's own values in it.
pub fn help(user: &str, schema: &str) -> String {
    format!("{HELP}?user={}&schema={}", encode(user), encode(schema))
}

pub use contract::connection::percent_encode as encode;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_what_the_product_says() {
        assert_eq!(add_redshift_draft("d", false), "/data/add/redshift?draft=d");
        assert_eq!(add_redshift_draft("d", true), "/data/add/redshift?draft=d&wait=1");
        assert_eq!(add_redshift_by(Method::Iam, "", false), "/data/add/redshift?method=iam");
        assert_eq!(add_redshift_by(Method::String, "d", false), "/data/add/redshift?method=string&draft=d");
        assert_eq!(add_redshift_by(Method::Iam, "", true), "/data/add/redshift?method=iam&for=team");
        assert_eq!(rotation("d"), "/settings/data-connections/rotation/d");
        assert_eq!(connection("c"), "/data/connections/c");
        assert_eq!(check("c", "k"), "/data/connections/c/checks/k");
        assert_eq!(picker("c"), "/data/connections/c/datasets");
        assert_eq!(picker_schema("c", ""), "/data/connections/c/datasets");
        assert_eq!(picker_schema("c", "a&b"), "/data/connections/c/datasets?schema=a%26b");
        assert_eq!(audit("a", "b c", 7), "/settings/audit?action=a&search=b%20c&before=7");
        assert_eq!(audit_csv("", "x"), "/settings/audit.csv?action=&search=x");
        assert_eq!(dataset("d"), "/data/datasets/d");
        assert_eq!(help("a b", "s&t"), "/help/redshift?user=a%20b&schema=s%26t");
    }
}
