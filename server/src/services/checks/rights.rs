//! What the user may do with what there is: the last stage's findings, and what the picker shows as readable.

use std::collections::HashMap;

use contract::connection::Target;
use contract::finding::Finding;
use redshift::catalog::{Catalog, Object, ObjectKind, Schema};
use redshift::probe::TableRights;

use super::listing::LISTED;

/// What is known of rights on tables; a table that was not looked up counts as readable.
pub struct Rights(HashMap<(String, String), TableRights>);

impl Rights {
    pub fn new(rights: Vec<TableRights>) -> Self {
        Self(rights.into_iter().map(|rights| ((rights.schema.clone(), rights.table.clone()), rights)).collect())
    }

    /// Rights on every local table and view of the catalog were looked up.
    fn is_complete(&self, catalog: &Catalog) -> bool {
        let is_local = |object: &&Object| !matches!(object.kind, ObjectKind::ExternalTable | ObjectKind::SharedTable);
        catalog.schemas.iter().all(|schema| {
            let local = schema.objects.iter().filter(is_local);
            local.into_iter().all(|object| self.0.contains_key(&(schema.name.clone(), object.name.clone())))
        })
    }

    pub fn is_readable(&self, schema: &Schema, table: &str) -> bool {
        let known = self.0.get(&(schema.name.clone(), table.to_owned()));
        schema.is_usable && known.is_none_or(|rights| rights.is_readable)
    }

    fn is_writable(&self, schema: &Schema, table: &str) -> bool {
        self.0.get(&(schema.name.clone(), table.to_owned())).is_some_and(|rights| rights.is_writable)
    }
}

/// Rights that are missing, and rights that a reading user should not have. Where datasets were picked, only what is
/// missing for them counts.
pub(super) fn findings(
    catalog: &Catalog,
    rights: &Rights,
    is_superuser: bool,
    target: &Target,
    picked: &[(String, String)],
) -> Vec<Finding> {
    let is_needed = |schema: &str, table: Option<&str>| {
        let is_it = |(known, name): &(String, String)| known == schema && table.is_none_or(|table| table == name);
        picked.is_empty() || picked.iter().any(is_it)
    };
    let user = || target.user.clone();
    if is_superuser {
        return vec![Finding::UserIsSuperuser { user: user() }];
    }
    let mut found = Vec::new();
    for schema in &catalog.schemas {
        if schema.is_creatable {
            found.push(Finding::UserCanWrite { user: user(), schema: schema.name.clone(), table: None });
        } else if let Some(object) = schema.objects.iter().find(|object| rights.is_writable(schema, &object.name)) {
            let table = Some(object.name.clone());
            found.push(Finding::UserCanWrite { user: user(), schema: schema.name.clone(), table });
        }
    }
    let closed = catalog.schemas.iter().filter(|schema| !schema.is_usable && is_needed(&schema.name, None));
    let closed = closed.take(LISTED);
    found.extend(closed.map(|schema| Finding::SchemaDenied { schema: schema.name.clone(), user: user() }));
    let usable = catalog.schemas.iter().filter(|schema| schema.is_usable);
    let denied = usable.flat_map(|schema| schema.objects.iter().map(move |object| (schema, object)));
    let denied = denied.filter(|(schema, object)| !rights.is_readable(schema, &object.name));
    let denied = denied.filter(|(schema, object)| is_needed(&schema.name, Some(&object.name))).take(LISTED);
    found.extend(denied.map(|(schema, object)| Finding::TableDenied {
        schema: schema.name.clone(),
        table: object.name.clone(),
        user: user(),
    }));
    if !rights.is_complete(catalog) {
        found.push(Finding::RightsUnknown { user: user() });
    }
    if found.is_empty() { vec![Finding::RightsFit] } else { found }
}
