//! A connection by AWS IAM: nothing is stored, each query mints its own, and nobody's are anybody else's.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use testkit::canary;
use testkit::logs::Logs;

use crate::world::{Names, Plan, World, cloud, codes, files};
use contract::aws::IamFields;
use contract::check::{CheckOutcome, CheckView};
use contract::connection::{ConnectionForm, Method};
use contract::dataset::Picks;
use contract::fault::{Fault, Field};
use contract::query::{Ask, QueryState, QueryView};
use contract::secret::Secret;
use contract::team::{Actor, Role};
use redshift::Deadlines;
use sample_cluster::aws::{self, AwsServer, Cloud};
use sample_cluster::cluster::SAMPLE_HOST;
use sample_cluster::{Cluster, Options, Quirks, Waking};

/// The sample with its pretend AWS, and a world that knows both.
pub struct Sample {
    pub cluster: Cluster,
    pub cloud: Arc<Cloud>,
    pub aws: AwsServer,
}

impl Sample {
    pub async fn new(quirks: Quirks) -> Self {
        let cloud = Arc::new(Cloud::default());
        let options = Options { sales: 500, quirks, cloud: Arc::clone(&cloud), ..Options::default() };
        let cluster = Cluster::start(options).await.unwrap();
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let aws = AwsServer::start(listen, Arc::clone(&cloud), cluster.address().port()).await.unwrap();
        Self { cluster, cloud, aws }
    }

    pub fn plan(&self) -> Plan {
        let at = Ok(self.cluster.address());
        Plan {
            names: Arc::new(Names(vec![(SAMPLE_HOST, at), (aws::SERVERLESS_HOST, at)])),
            extra_ca_pem: Some(self.cluster.ca_pem().to_owned()),
            cloud: cloud(&self.aws),
            ..Plan::default()
        }
    }
}

pub fn iam_form(change: impl FnOnce(&mut ConnectionForm)) -> ConnectionForm {
    let mut form = ConnectionForm {
        method: "iam".into(),
        region: aws::REGION.into(),
        cluster: aws::CLUSTER.into(),
        user: "flitch_readonly".into(),
        database: "dev".into(),
        ..ConnectionForm::default()
    };
    change(&mut form);
    form
}

impl World {
    /// Saves what was checked, and adds `public`'s tables.
    pub async fn save_and_pick(&self, view: &CheckView) -> String {
        let id = view.connection_id.clone();
        self.backend.connections.save(&self.actor, &id).await.unwrap();
        let picks = Picks { connection_id: id, whole_schema: "public".into(), ..Picks::default() };
        assert!(self.backend.datasets.add(&self.actor, picks).await.unwrap() > 0);
        self.backend.datasets.list(&self.actor).await.unwrap()[0].id.clone()
    }

    async fn preview_ended(&self, actor: &Actor, dataset: &str) -> QueryView {
        loop {
            let preview = self.backend.queries.ask(actor, dataset, Ask::rows()).await.unwrap();
            if !preview.state.is_running() {
                return preview;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_fields_are_enough_and_each_query_mints_its_own() {
    let sample = Sample::new(Quirks::default()).await;
    let world = World::new(sample.plan()).await;
    let view = world.check(iam_form(|_| {})).await;
    assert!(view.outcome.is_good(), "{:?}", view.stages);
    assert_eq!(view.stages.len(), 12);
    for code in ["aws_identity", "endpoint_found", "minted", "table_read"] {
        assert!(codes(&view).contains(&code), "{code}");
    }
    assert_eq!((view.target.host.as_str(), view.target.method()), (SAMPLE_HOST, Method::Iam));
    let dataset = world.save_and_pick(&view).await;
    let preview = world.preview_ended(&world.actor, &dataset).await;
    assert_eq!(preview.state, QueryState::Done, "{:?}", preview.finding);

    let mints = sample.cloud.ledger.mints();
    assert_eq!(mints.len(), 2, "one for the check, one for the preview");
    assert!(mints.iter().all(|mint| mint.sign_ins == 1), "each opened one session");
    let asked = sample.cloud.asked();
    let described = asked.iter().filter(|asked| asked.operation == "DescribeClusters").count();
    assert_eq!(described, 1, "the endpoint is known from the check");

    let shown = world.backend.connections.show(&world.actor, &view.connection_id).await.unwrap();
    let facts = shown.mints.unwrap();
    let last = facts.last.unwrap();
    assert_eq!((facts.today, last.user.as_str()), (2, "IAM:flitch_readonly"));
    assert!(last.expires_at - last.minted_at > 890_000_000 && last.took_us > 0);
    assert_eq!(shown.target.user, "flitch_readonly", "grants are for the database's own user");

    let stored = world.shared.store.connection_fetch(&world.actor.team_id, &world.actor.member_id, &shown.id).await;
    assert_eq!(stored.unwrap().unwrap().secret, None, "no secret is stored");
}

/// U3 of the catalogue: logs at the finest level, the database's files, and all that a page gets.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_minted_is_in_no_log_no_file_and_no_page() {
    let logs = Logs::keep();
    let sample = Sample::new(Quirks::default()).await;
    sample.cloud.mint_with(canary::SECRET);
    let world = World::new(sample.plan()).await;
    let role = trusted(&world, &world.actor, &sample, aws::ROLE).await;
    let view = world.check(iam_form(|form| form.role = role)).await;
    assert!(view.outcome.is_good(), "{:?}", view.stages);
    let dataset = world.save_and_pick(&view).await;
    let preview = world.preview_ended(&world.actor, &dataset).await;
    let picker = world.backend.datasets.picker(&world.actor, &view.connection_id, Default::default()).await.unwrap();
    let shown = world.backend.connections.show(&world.actor, &view.connection_id).await.unwrap();
    let facts = world.backend.connections.aws_facts(&world.actor).await.unwrap();
    // The credentials are short: a refusal of them is a page too.
    sample.cloud.shorten(&[Duration::ZERO, Duration::ZERO]);
    let refused = world.check_again(&view.connection_id).await;
    assert!(codes(&refused).contains(&"mint_refused"));
    let told = serde_json::json!([view, refused, preview, picker, shown, facts]).to_string();
    assert_eq!(canary::leaks(told.as_bytes()), Vec::<String>::new(), "pages");
    assert_eq!(canary::leaks(&logs.bytes()), Vec::<String>::new(), "logs");
    world.shared.store.close().await;
    for file in files(&world.folder) {
        assert_eq!(canary::leaks(&std::fs::read(&file).unwrap()), Vec::<String>::new(), "{}", file.display());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_queries_make_a_hundred_mints() {
    let sample = Sample::new(Quirks::default()).await;
    let world = World::new(sample.plan()).await;
    let view = world.check(iam_form(|_| {})).await;
    let dataset = world.save_and_pick(&view).await;
    let before = sample.cloud.ledger.mints().len();
    for _ in 0..100 {
        world.backend.queries.ask_again(&world.actor, &dataset, Ask::rows()).await.unwrap();
        assert_eq!(world.preview_ended(&world.actor, &dataset).await.state, QueryState::Done);
    }
    let mints = &sample.cloud.ledger.mints()[before..];
    assert_eq!(mints.len(), 100);
    assert!(mints.iter().all(|mint| mint.sign_ins == 1), "no credential opened a second session");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_workgroup_and_the_identity_itself_sign_in_under_the_name_that_aws_gave() {
    let sample = Sample::new(Quirks::default()).await;
    let world = World::new(sample.plan()).await;
    for form in [
        iam_form(|form| form.is_caller = true),
        iam_form(|form| {
            form.kind = "serverless".into();
            form.cluster = aws::WORKGROUP.into();
        }),
    ] {
        let view = world.check(form).await;
        assert!(view.outcome.is_good(), "{:?}", view.stages);
        let shown = world.backend.connections.show(&world.actor, &view.connection_id).await.unwrap();
        assert_eq!(shown.target.user, "IAM:flitch");
    }
}

/// A role that trusts the actor's team.
async fn trusted(world: &World, actor: &Actor, sample: &Sample, role: &str) -> String {
    let facts = world.backend.connections.aws_facts(actor).await.unwrap();
    let policy = contract::aws::policy::trust("arn:aws:iam::123456789012:user/flitch", &facts.external_id);
    sample.cloud.trust(role, &policy).unwrap();
    format!("arn:aws:iam::123456789012:role/{role}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_cred_09_one_persons_concurrent_queries_share_a_mint_and_two_peoples_do_not() {
    let sample = Sample::new(Quirks::default()).await;
    let world = World::new(sample.plan()).await;
    let role = trusted(&world, &world.actor, &sample, aws::ROLE).await;
    let view = world.check(iam_form(|form| form.role = role)).await;
    assert!(view.outcome.is_good(), "{:?}", view.stages);
    world.save_and_pick(&view).await;
    let datasets = world.backend.datasets.list(&world.actor).await.unwrap();
    let colleague = Actor { member_id: world.stranger().await.member_id, ..world.actor.clone() };
    let before = sample.cloud.ledger.mints().len();
    let (ann, two, other) = tokio::join!(
        world.preview_ended(&world.actor, &datasets[0].id),
        world.preview_ended(&world.actor, &datasets[1].id),
        world.preview_ended(&colleague, &datasets[0].id),
    );
    for preview in [&ann, &two, &other] {
        assert_eq!(preview.state, QueryState::Done, "{:?}", preview.finding);
    }
    let mints = &sample.cloud.ledger.mints()[before..];
    let by = |person: &str| mints.iter().filter(|mint| mint.caller.ends_with(person)).collect::<Vec<_>>();
    assert_eq!(by(&colleague.member_id).len(), 1, "a colleague mints his own");
    assert!((1..=2).contains(&by(&world.actor.member_id).len()));
    assert_eq!(mints.iter().map(|mint| mint.sign_ins).sum::<usize>(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_cred_07_among_teams_the_servers_identity_is_for_listed_clusters_only() {
    let sample = Sample::new(Quirks::default()).await;
    let world = World::new(sample.plan()).await;
    let facts = |world: &World, actor: &Actor| {
        let (backend, actor) = (world.backend.clone(), actor.clone());
        async move { backend.connections.aws_facts(&actor).await.unwrap() }
    };
    assert!(!facts(&world, &world.actor).await.needs_role, "a team that is alone needs none");
    let alone = world.check(iam_form(|_| {})).await;
    assert!(alone.outcome.is_good());

    let stranger = world.stranger().await;
    for actor in [&world.actor, &stranger] {
        assert!(facts(&world, actor).await.needs_role);
        let refused = world.backend.connections.draft(actor, iam_form(|_| {}), true).await.unwrap();
        assert_eq!(refused.fault, Some(Fault::RoleNeeded));
        assert!(world.backend.checks.start(actor, &refused.id).await.is_err());
        let for_the_team = iam_form(|form| form.is_credential = true);
        let refused = world.backend.connections.draft(actor, for_the_team, true).await.unwrap();
        assert_eq!(refused.fault, Some(Fault::RoleNeeded), "nor by way of a team's credential");
    }
    // What was saved before is judged again each time.
    let again = world.check_again(&alone.connection_id).await;
    assert!(codes(&again).contains(&"aws_role_needed"), "{:?}", again.stages);

    let listed = vec![format!("{}/us-east-1/sample", world.actor.team_id).parse().unwrap()];
    let world = world.restarted(Plan { listed, ..sample.plan() });
    assert_eq!(facts(&world, &world.actor).await.listed, ["us-east-1/sample"]);
    assert!(world.check_again(&alone.connection_id).await.outcome.is_good());
    let theirs = world.backend.connections.draft(&stranger, iam_form(|_| {}), true).await.unwrap();
    assert_eq!(theirs.fault, Some(Fault::RoleNeeded), "listed for another team");
    let elsewhere = world.backend.connections.draft(&world.actor, iam_form(|form| form.cluster = "other".into()), true);
    assert_eq!(elsewhere.await.unwrap().fault, Some(Fault::RoleNeeded));

    // A role of the one team is not the other's: AWS compares the external id.
    let (ann, bob) = (facts(&world, &world.actor).await.external_id, facts(&world, &stranger).await.external_id);
    assert!(ann != bob && ann.len() >= 32);
    let role = trusted(&world, &world.actor, &sample, aws::ROLE).await;
    let with_role = || iam_form(|form| form.role = role.clone());
    assert!(world.check(with_role()).await.outcome.is_good());
    let theirs = world.backend.connections.draft(&stranger, with_role(), true).await.unwrap();
    let started = world.backend.checks.start(&stranger, &theirs.id).await.unwrap();
    let mut theirs = world.restarted(sample.plan());
    theirs.actor = stranger;
    let view = theirs.ended(&started).await;
    assert!(codes(&view).contains(&"aws_role_denied"), "{:?}", view.stages);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn credentials_that_ran_out_while_a_workgroup_woke_up_are_minted_once_more() {
    let waking = Waking { drops: 0, blocks: Duration::from_millis(1_500) };
    let sample = Sample::new(Quirks { waking, ..Quirks::default() }).await;
    let deadlines = Deadlines { wake: Duration::from_secs(5), ..Deadlines::default() };
    let world = World::new(Plan { deadlines, ..sample.plan() }).await;
    sample.cloud.shorten(&[Duration::from_millis(200)]);
    let view = world
        .check(iam_form(|form| {
            form.kind = "serverless".into();
            form.cluster = aws::WORKGROUP.into();
        }))
        .await;
    assert!(view.outcome.is_good(), "{:?}", view.stages);
    assert_eq!(sample.cloud.ledger.mints().len(), 2);
}

/// The same for whoever opens a session without a check.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn credentials_that_ran_out_before_a_list_was_read_are_minted_once_more() {
    let waking = Waking { drops: 0, blocks: Duration::from_millis(1_500) };
    let sample = Sample::new(Quirks { waking, ..Quirks::default() }).await;
    let deadlines = Deadlines { wake: Duration::from_secs(5), ..Deadlines::default() };
    let world = World::new(Plan { deadlines, ..sample.plan() }).await;
    let workgroup = iam_form(|form| {
        form.kind = "serverless".into();
        form.cluster = aws::WORKGROUP.into();
    });
    let saved = world.backend.connections.draft(&world.actor, workgroup, true).await.unwrap();
    sample.cloud.shorten(&[Duration::from_millis(200)]);
    let picker = world.list_again(&saved.id, "").await;
    assert_eq!((picker.finding, picker.object_count), (None, 14));
    assert_eq!(sample.cloud.ledger.mints().len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_cred_08_the_clusters_admin_is_refused_unless_confirmed_and_no_user_is_made() {
    let sample = Sample::new(Quirks::default()).await;
    let world = World::new(sample.plan()).await;
    let as_admin = |endpoint: &str, accepts: bool| {
        iam_form(|form| {
            form.user = "admin".into();
            form.endpoint = endpoint.into();
            form.accepts_admin = accepts;
        })
    };
    // As AWS names the admin, and by its usual names where AWS is not asked.
    for endpoint in ["", SAMPLE_HOST] {
        let refused = world.check(as_admin(endpoint, false)).await;
        assert!(codes(&refused).contains(&"admin_user"), "{:?}", refused.stages);
    }
    // Nor by the way around the check: saved anyway, and then asked for the list.
    let saved = world.backend.connections.draft(&world.actor, as_admin("", false), true).await.unwrap();
    world.backend.connections.save(&world.actor, &saved.id).await.unwrap();
    let list = world.list_again(&saved.id, "").await;
    assert_eq!(list.finding.as_ref().map(contract::finding::Finding::code), Some("admin_user"));
    assert!(sample.cloud.ledger.mints().is_empty(), "nothing was minted for the admin");
    let confirmed = world.check(as_admin("", true)).await;
    assert!(codes(&confirmed).contains(&"user_is_superuser"), "and it is said that it may do anything");
    let asked = sample.cloud.asked();
    let mint = asked.iter().find(|asked| asked.operation == "GetClusterCredentials").unwrap();
    let parameter = |name: &str| mint.parameters.get(name).map(String::as_str);
    assert_eq!((parameter("AutoCreate"), parameter("DurationSeconds")), (Some("false"), Some("900")));
    assert!(!mint.parameters.keys().any(|name| name.starts_with("DbGroups")));
}

/// O-CRED-01 for IAM: whoever could aim minted credentials at a host of their own would have them.
#[tokio::test]
async fn o_cred_01_a_member_sends_minted_credentials_to_awss_own_host_only() {
    let sample = Sample::new(Quirks::default()).await;
    let world = World::new(sample.plan()).await;
    let member = Actor { role: Role::Member, ..world.actor.clone() };
    let fault = |form: ConnectionForm, actor: &Actor| {
        let (backend, actor) = (world.backend.clone(), actor.clone());
        async move { backend.connections.draft(&actor, form, true).await.unwrap().fault }
    };
    let at = |endpoint: &str| iam_form(|form| form.endpoint = endpoint.into());
    let own_ca = iam_form(|form| form.ca_certificate = sample.cluster.ca_pem().into());
    let other_name = iam_form(|form| form.tls_name = "evil.example".into());
    for form in [
        at("localhost:5439"),
        at("evil.example:5439"),
        // AWS's name of another cluster, of another region, and of a workgroup.
        at("other.abc123xyz789.us-east-1.redshift.amazonaws.com:5439"),
        at("sample.abc123xyz789.eu-west-1.redshift.amazonaws.com:5439"),
        at("sample.123456789012.us-east-1.redshift-serverless.amazonaws.com:5439"),
        own_ca.clone(),
        other_name,
    ] {
        assert_eq!(fault(form, &member).await, Some(Fault::EndpointForAdmins));
    }
    assert_eq!(fault(at(SAMPLE_HOST), &member).await, None);
    assert_eq!(fault(own_ca, &world.actor).await, None, "an admin sets up what is special");
}

#[tokio::test]
async fn o_sec_04_a_refused_form_stores_no_string_that_could_hold_a_secret() {
    let world = World::new(Plan::default()).await;
    let canary = |text: &str| text.replace("CANARY", canary::SECRET);
    for form in [
        iam_form(|form| {
            form.user = "1bad".into();
            form.pasted = Secret::new(canary("jdbc:redshift:iam://sample:us-east-1/dev?SecretAccessKey=CANARY"));
        }),
        iam_form(|form| form.pasted = Secret::new(canary("what is CANARY?"))),
        iam_form(|form| form.endpoint = canary("postgresql://u:CANARY@h.example/db")),
        iam_form(|form| form.cluster = canary("postgresql://u:CANARY@h.example/db")),
    ] {
        let saved = world.backend.connections.draft(&world.actor, form, true).await.unwrap();
        assert!(saved.fault.is_some());
        let draft = world.backend.connections.draft_show(&world.actor, &saved.id).await.unwrap();
        assert_eq!(canary::leaks(serde_json::to_string(&draft).unwrap().as_bytes()), Vec::<String>::new());
    }
    world.shared.store.close().await;
    for file in files(&world.folder) {
        assert_eq!(canary::leaks(&std::fs::read(&file).unwrap()), Vec::<String>::new(), "{}", file.display());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_that_moved_is_found_again_and_one_that_sleeps_says_so() {
    let sample = Sample::new(Quirks::default()).await;
    let world = World::new(sample.plan()).await;
    let saved = world.backend.connections.draft(&world.actor, iam_form(|_| {}), true).await.unwrap();
    let row = world.shared.store.connection_fetch(&world.actor.team_id, &world.actor.member_id, &saved.id).await;
    let row = row.unwrap().unwrap();
    let gone = store::Found { host: "sample.gone.us-east-1.redshift.amazonaws.com", port: 5439, admin: "admin" };
    world.shared.store.connection_found(&row.id, &row.purpose, gone).await.unwrap();
    assert_eq!(world.list_again(&saved.id, "").await.finding, None, "AWS told where it is now");
}

#[tokio::test]
async fn a_refused_form_comes_back_as_it_was_typed() {
    let world = World::new(Plan::default()).await;
    let wrong = iam_form(|form| {
        form.cluster = "Not A Cluster".into();
        form.name = "Sales".into();
    });
    let saved = world.backend.connections.draft(&world.actor, wrong, true).await.unwrap();
    assert_eq!(saved.fault, Some(Fault::FieldInvalid { field: Field::Cluster }));
    let draft = world.backend.connections.draft_show(&world.actor, &saved.id).await.unwrap();
    assert_eq!(
        (draft.method, draft.iam.cluster.as_str(), draft.name.as_str()),
        (Method::Iam, "Not A Cluster", "Sales")
    );
    assert_eq!(world.backend.connections.save(&world.actor, &saved.id).await, Err(Fault::NotFound));

    let pasted = ConnectionForm {
        method: "iam".into(),
        pasted: Secret::new("jdbc:redshift:iam://sales:eu-west-1/mart?DbUser=ann"),
        draft: saved.id.clone(),
        ..ConnectionForm::default()
    };
    let saved = world.backend.connections.draft(&world.actor, pasted, true).await.unwrap();
    assert_eq!(saved.fault, None);
    let draft = world.backend.connections.draft_show(&world.actor, &saved.id).await.unwrap();
    let IamFields { region, cluster, user, pasted, .. } = draft.iam;
    assert_eq!((region.as_str(), cluster.as_str(), user.as_str(), pasted.as_str()), ("eu-west-1", "sales", "ann", ""));
    let view = world.check_again(&saved.id).await;
    assert_eq!(view.outcome, CheckOutcome::Failed);
    assert!(codes(&view).contains(&"aws_no_credentials"), "{:?}", view.stages);
}

#[tokio::test]
async fn a_typed_endpoint_passes_the_same_door_as_any_other() {
    let sample = Sample::new(Quirks::default()).await;
    let extra_ports = vec![sample.cluster.address().port()];
    let strict = Plan { policy: redshift::Policy { extra_ports, ..Default::default() }, ..sample.plan() };
    let world = World::new(strict).await;
    for endpoint in ["127.0.0.1:5439", "169.254.169.254:5439", SAMPLE_HOST] {
        let view = world.check(iam_form(|form| form.endpoint = endpoint.into())).await;
        assert!(codes(&view).contains(&"endpoint_typed"), "{endpoint}");
        assert!(codes(&view).contains(&"address_forbidden"), "{endpoint}: {:?}", view.stages);
    }
    // And what AWS tells does too.
    let view = world.check(iam_form(|_| {})).await;
    assert!(codes(&view).contains(&"address_forbidden"), "{:?}", view.stages);
    assert!(sample.cloud.ledger.mints().is_empty(), "nothing was minted for a forbidden address");
}
