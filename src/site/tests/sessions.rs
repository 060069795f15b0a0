//! Sessions, and what a form may not bring along.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use axum::routing::get;

use super::Site;

const SIGN_IN: &str = "form[email]=ann@acme.example&form[password]=correct+horse+battery";

impl Site {
    /// Signs in with this cookie already there; the cookie that came of it.
    async fn signed_in(&self, planted: &str) -> String {
        let mut request = self.post("/api/sessions/sign-in", SIGN_IN, false, "application/json");
        request.headers_mut().insert(header::COOKIE, planted.parse().unwrap());
        let answer = self.send(request).await;
        answer.header("set-cookie").split(';').next().unwrap().to_owned()
    }

    async fn is_in(&self, cookie: &str) -> bool {
        let request = Request::get("/data").header(header::COOKIE, cookie).body(Body::empty()).unwrap();
        self.send(request).await.status == StatusCode::OK
    }
}

#[tokio::test]
async fn o_web_05_a_session_has_a_new_id_after_each_change_of_who_one_is() {
    let mut site = Site::new().await;
    let planted = format!("{}=planted-by-somebody-else", contract::cookie::NAME);
    let own = site.signed_in(&planted).await;
    assert!(own != planted && site.is_in(&own).await && !site.is_in(&planted).await);
    // Signing in again with a session there makes another one.
    let again = site.signed_in(&own).await;
    assert_ne!(again, own);

    site.cookie = again.clone();
    let form = "form[current]=correct+horse+battery&form[new]=a+battery+of+horses";
    let changed = site.call("/api/profile/change-password", form, true).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
    let fresh = changed.header("set-cookie").split(';').next().unwrap().to_owned();
    assert!(fresh != again && site.is_in(&fresh).await, "a new id");
    assert!(!site.is_in(&again).await && !site.is_in(&own).await, "and the old ones are dead");

    site.cookie = fresh.clone();
    site.call("/api/sessions/sign-out", "", true).await;
    assert!(!site.is_in(&fresh).await);
}

/// Two roads to a role: the form that makes a member, and one's own session afterwards.
#[tokio::test]
async fn o_web_10_nothing_is_taken_from_a_form_that_is_not_its_field() {
    let mut site = Site::new().await;
    site.call("/api/members/invite", "role=member", true).await;
    let members = site.call("/api/members/list", "", true).await.body;
    let code = members.split("/invitations/").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let extra = "&role=admin&form[role]=admin&is_admin=true&form[is_admin]=true&form[team_id]=x&team_id=x\
                 &owner_id=x&form[author_id]=x&credential_id=x&form[credential_id]=x&form[secret]=x";
    let form = format!("form[code]={code}&form[email]=bob@acme.example&form[password]=a+battery+of+horses{extra}");
    let joined = site.call("/api/members/accept", &form, false).await;
    let admin = std::mem::replace(&mut site.cookie, joined.header("set-cookie").split(';').next().unwrap().to_owned());
    for path in ["/api/members/list", "/api/credential/show"] {
        assert_eq!(site.call(path, &extra[1..], true).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    let form = format!("form[connection_string]=postgresql://a:b@h.example/d{extra}");
    site.call("/api/connections/test", &form, true).await;
    site.cookie = admin;
    let members = site.call("/api/members/list", "", true).await.body;
    assert_eq!(members.matches("\"admin\"").count(), 1, "{members}");
    assert!(members.contains("bob@acme.example"), "in the team that invited: {members}");
}

#[tokio::test]
async fn o_web_11_an_edit_form_comes_without_its_secret() {
    let site = Site::new().await;
    let form = "form[connection_string]=postgresql://ann:Zq7-canary-in-a-form@h.example/d&form[name]=Sales";
    let posted = site.post_form("/api/connections/test", form, "/data/add/redshift").await;
    let place = posted.header("location").trim_start_matches("http://127.0.0.1:3000").to_owned();
    let id = place.split(['/', '=', '&']).find(|part| part.len() == 36).unwrap().to_owned();
    for path in [format!("/data/add/redshift?draft={id}"), place] {
        let page = site.page(&path).await;
        assert!(page.status == StatusCode::OK && !page.body.contains("Zq7-canary"), "{path}");
    }
    let draft = site.call("/api/connections/form", &format!("draft={id}"), true).await.body;
    assert!(draft.contains("\"has_password\":true") && !draft.contains("Zq7-canary"), "{draft}");
}

#[tokio::test]
async fn o_web_15_nobody_is_sent_elsewhere_after_signing_in() {
    let site = Site::new().await;
    for next in ["//evil.example", "https:evil", "/%5Cevil", "javascript:alert(1)"] {
        for name in ["next", "redirect"] {
            let from = format!("/sign-in?{name}={next}");
            let mut request = site.post("/api/sessions/sign-in", SIGN_IN, false, "text/html");
            let referer = format!("http://127.0.0.1:3000{from}").parse().unwrap();
            request.headers_mut().insert(header::REFERER, referer);
            let answer = site.send(request).await;
            let place = answer.header("location").trim_start_matches("http://127.0.0.1:3000");
            assert_eq!((answer.status, place), (StatusCode::FOUND, "/data"), "{from}");
        }
    }
    // Nor by a page that says it sent the form.
    let mut request =
        site.post("/api/sessions/sign-in", "form[email]=x@y.example&form[password]=z", false, "text/html");
    request.headers_mut().insert(header::REFERER, "https://evil.example/".parse().unwrap());
    let place = site.send(request).await.header("location").to_owned();
    assert!(!place.contains("evil.example"), "{place}");
}

#[tokio::test]
async fn o_web_20_tests_of_connections_are_limited_for_each_person() {
    let site = Site::new().await;
    let mut statuses = Vec::new();
    for port in 1000..1200 {
        let form = format!("form[connection_string]=postgresql://a:b@127.0.0.1:{port}/d");
        statuses.push(site.call("/api/connections/test", &form, true).await.status);
    }
    let refused = statuses.iter().filter(|status| **status == StatusCode::TOO_MANY_REQUESTS).count();
    assert!(refused >= 100, "{refused} of 200 were refused");
}

#[tokio::test]
async fn o_web_24_a_panic_shows_nothing_and_ends_nothing() {
    let site = Site::new().await;
    async fn panics() -> &'static str {
        panic!("a secret of the handler's")
    }
    let layered = axum::Router::new()
        .route("/panics", get(panics))
        .layer(tower_http::catch_panic::CatchPanicLayer::custom(crate::site::panicked));
    let request = Request::get("/panics").body(Body::empty()).unwrap();
    let answer = tower::ServiceExt::oneshot(layered, request).await.unwrap();
    assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let body = axum::body::to_bytes(answer.into_body(), 1 << 20).await.unwrap();
    assert!(!String::from_utf8_lossy(&body).contains("secret"));
    assert_eq!(site.page("/data").await.status, StatusCode::OK);
}
