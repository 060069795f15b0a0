//! Forms that post to a server function, with and without scripts. Leptos's own `ActionForm` reads each form into its
//! function's type, writes it out again and reads the answer, with code of its own for each function: a quarter of the
//! whole download. Here one piece of code sends the fields as the browser itself would, to whichever function.

use std::marker::PhantomData;

use contract::fault::Fault;
use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;
use leptos::server::ServerActionError;
use leptos::server_fn::error::ServerFnUrlError;
use leptos::server_fn::redirect::{REDIRECT_HEADER, call_redirect_hook};
use leptos::server_fn::{Http, ServerFn, codec::PostUrl};
use send_wrapper::SendWrapper;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::js_sys::Uint8Array;
use web_sys::{FormData, Headers, HtmlFormElement, RequestInit, Response, UrlSearchParams};

use crate::api::{ApiError, COMPACT};

type Answer = Result<(), ApiError>;

/// What posting to one server function came to. The function takes a form and answers with nothing but a fault.
pub struct Post<S>(Posting, PhantomData<fn() -> S>);

/// The same, whichever the function is.
#[derive(Clone, Copy)]
pub struct Posting {
    path: &'static str,
    sent: Action<String, Answer>,
}

impl<S> Clone for Post<S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for Post<S> {}

impl<S> From<Post<S>> for Posting {
    fn from(post: Post<S>) -> Self {
        post.0
    }
}

impl<S> std::ops::Deref for Post<S> {
    type Target = Posting;

    fn deref(&self) -> &Posting {
        &self.0
    }
}

impl<S, Out> Post<S>
where
    S: ServerFn<Output = (), Error = ApiError, Protocol = Http<PostUrl, Out>>,
{
    #[expect(clippy::new_without_default, reason = "it belongs to the owner it is made under")]
    pub fn new() -> Self {
        Self(Posting::to(S::PATH), PhantomData)
    }
}

impl Posting {
    fn to(path: &'static str) -> Self {
        // Without scripts a fault comes back in the page's own address.
        let told = use_context::<ServerActionError>().filter(|error| error.path() == path);
        let told = told.map(|error| Err(ServerFnUrlError::<ApiError>::decode_err(error.err())));
        // On the server, what waits for data may go on on another thread, and looks at the fault there.
        let send = move |body: &String| {
            let body = body.clone();
            SendWrapper::new(async move { send(path, &body).await })
        };
        Self { path, sent: Action::new_with_value(told, send) }
    }

    pub fn answer(&self) -> Option<Answer> {
        self.sent.value().get()
    }

    /// Why the last one was refused, if it was.
    pub fn refused(&self) -> Option<Fault> {
        self.answer().and_then(Result::err).map(|error| error.0)
    }

    /// The last one went well.
    pub fn is_done(&self) -> bool {
        self.answer() == Some(Ok(()))
    }

    pub fn is_pending(&self) -> bool {
        self.sent.pending().get()
    }

    /// As before the first was sent.
    pub fn forget(&self) {
        self.sent.clear();
    }

    /// Counts the answers.
    pub fn count(&self) -> usize {
        self.sent.version().get()
    }
}

/// The first of these that was refused, and why.
pub fn first_refused<const N: usize>(posts: [Posting; N]) -> Option<Fault> {
    posts.iter().filter_map(Posting::refused).next()
}

#[component]
pub fn PostForm(#[prop(into)] post: Posting, children: Children) -> impl IntoView {
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        // A second click on the way asks for nothing more.
        if post.sent.pending().get_untracked() {
            return;
        }
        if let Some(body) = fields(&event) {
            post.sent.dispatch(body);
        }
    };
    html::form().action(post.path).method("post").on(leptos::ev::submit, submit).child(children())
}

/// The form's fields that have something in them, as a query string.
pub(super) fn filled(event: &SubmitEvent) -> Option<String> {
    let fields = fields(event)?;
    let filled: Vec<&str> = fields.split('&').filter(|field| !field.ends_with('=')).collect();
    Some(filled.join("&"))
}

/// The form as a browser writes it, with the button that was pressed.
fn fields(event: &SubmitEvent) -> Option<String> {
    let form: HtmlFormElement = event.target()?.dyn_into().ok()?;
    let data = FormData::new_with_form(&form).ok()?;
    if let Some(button) = event.submitter()
        && let (Some(name), value) = (button.get_attribute("name"), button.get_attribute("value"))
    {
        data.append_with_str(&name, &value.unwrap_or_default()).ok()?;
    }
    let fields = UrlSearchParams::new_with_str_sequence_sequence(&data).ok()?;
    fields.to_string().as_string()
}

async fn send(path: &str, body: &str) -> Answer {
    match answered(path, body).await {
        Ok(answered) if answered.is_good => Ok(()),
        Ok(Answered { bytes: Some(fault), .. }) => {
            Err(postcard::from_bytes(&fault).unwrap_or(ApiError(Fault::NoAnswer)))
        }
        _ => Err(ApiError(Fault::NoAnswer)),
    }
}

/// What the server said: an answer, or a fault.
pub(super) struct Answered {
    pub is_good: bool,
    /// None in any other form than the compact one.
    pub bytes: Option<Vec<u8>>,
}

pub(super) async fn answered(path: &str, body: &str) -> Result<Answered, JsValue> {
    let headers = Headers::new()?;
    headers.set("content-type", "application/x-www-form-urlencoded")?;
    headers.set("accept", COMPACT)?;
    let request = RequestInit::new();
    request.set_method("POST");
    request.set_headers(&headers);
    request.set_body(&JsValue::from_str(body));
    let response: Response = JsFuture::from(window().fetch_with_str_and_init(path, &request)).await?.dyn_into()?;
    if response.headers().has(REDIRECT_HEADER)?
        && let Some(location) = response.headers().get("location")?
    {
        call_redirect_hook(&location);
    }
    let is_compact = response.headers().get("content-type")?.as_deref() == Some(COMPACT);
    let bytes = Uint8Array::new(&JsFuture::from(response.array_buffer()?).await?).to_vec();
    Ok(Answered { is_good: response.ok(), bytes: is_compact.then_some(bytes) })
}
