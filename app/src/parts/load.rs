//! Data that comes with the page, or is fetched when a link leads to it. A resource of Leptos's has code of its own for
//! each type, and so has each call of a server function: a third of the whole download. Here both work with bytes, in
//! one piece of code, and only the reading knows types.

use std::convert::Infallible;
use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::pin::Pin;

use contract::fault::Fault;
use leptos::prelude::*;
#[cfg(feature = "ssr")]
use leptos::reactive::computed::suspense::SuspenseContext;
use leptos::server::codee::{Decoder, Encoder};
use leptos::server_fn::ServerFn;
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, percent_encode};
use serde::{Serialize, de::DeserializeOwned};

#[cfg(not(feature = "ssr"))]
use super::post::{Answered, answered};
use crate::api::ApiError;

/// A server function whose arguments are a form.
#[cfg(feature = "ssr")]
pub trait Asked: ServerFn<Error = ApiError, Output: Serialize> + Serialize + DeserializeOwned {}
#[cfg(feature = "ssr")]
impl<S: ServerFn<Error = ApiError, Output: Serialize> + Serialize + DeserializeOwned> Asked for S {}
#[cfg(not(feature = "ssr"))]
pub trait Asked: ServerFn<Error = ApiError> + Serialize {}
#[cfg(not(feature = "ssr"))]
impl<S: ServerFn<Error = ApiError> + Serialize> Asked for S {}

/// Bytes in a page: whatever is text in them is legible there, to people and to the tests that look for secrets.
pub struct Legible;

/// Leptos writes `<` in a page as JSON would, and leaves it to a reader of JSON to undo that.
const ESCAPED: &AsciiSet = &CONTROLS.add(b'%').add(b'<');

impl Encoder<Vec<u8>> for Legible {
    type Error = Infallible;
    type Encoded = String;

    fn encode(bytes: &Vec<u8>) -> Result<String, Infallible> {
        Ok(percent_encode(bytes, ESCAPED).to_string())
    }
}

impl Decoder<Vec<u8>> for Legible {
    type Error = Infallible;
    type Encoded = str;

    fn decode(text: &str) -> Result<Vec<u8>, Infallible> {
        Ok(percent_decode_str(text).collect())
    }
}

/// What a server function answered, once it has.
pub struct Loaded<T>(Resource<Vec<u8>, Legible>, PhantomData<fn() -> T>);

impl<T> Clone for Loaded<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Loaded<T> {}

type Answer<T> = Result<T, ApiError>;

impl<T: DeserializeOwned> Loaded<T> {
    pub fn get(&self) -> Option<Answer<T>> {
        self.0.get().map(|bytes| read(&bytes))
    }

    /// None where it was not wanted so far. What waits looks again when there is an answer, as with any other.
    pub async fn wanted(self) -> Option<Answer<T>> {
        let bytes = self.0.await;
        (bytes != UNASKED).then(|| read(&bytes))
    }

    pub fn refetch(&self) {
        self.0.refetch();
    }
}

impl<T: DeserializeOwned + Send + 'static> IntoFuture for Loaded<T> {
    type Output = Answer<T>;
    type IntoFuture = Pin<Box<dyn Future<Output = Answer<T>> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { read(&self.0.await) })
    }
}

/// What stands for an answer while none is wanted. No answer is like it: those begin with a 0 or a 1.
const UNASKED: &[u8] = &[u8::MAX];

/// Of an answer that never came there is nothing.
fn read<T: DeserializeOwned>(bytes: &[u8]) -> Answer<T> {
    postcard::from_bytes(bytes).unwrap_or(Err(ApiError(Fault::NoAnswer)))
}

/// Asks a server function, and again when what is asked of it changes.
///
/// A page loads where it begins, never in what waits for something: there the server makes the view more than once, each
/// time with resources of its own, and the browser would take up what belongs to another one.
pub fn load<S: Asked>(question: impl Fn() -> S + Send + Sync + 'static) -> Loaded<S::Output> {
    load_after(|| 0, question)
}

/// The same, and again when `count` changes: something was done that changes the answer.
pub fn load_after<S: Asked>(
    count: impl Fn() -> usize + Send + Sync + 'static,
    question: impl Fn() -> S + Send + Sync + 'static,
) -> Loaded<S::Output> {
    load_when(|| true, count, question)
}

/// The same, while it is wanted: see [`Loaded::wanted`].
pub fn load_when<S: Asked>(
    is_wanted: impl Fn() -> bool + Send + Sync + 'static,
    count: impl Fn() -> usize + Send + Sync + 'static,
    question: impl Fn() -> S + Send + Sync + 'static,
) -> Loaded<S::Output> {
    let body = move || (count(), is_wanted().then(|| serde_qs::to_string(&question()).unwrap_or_default()));
    Loaded(resource(Box::new(body), asker::<S>()), PhantomData)
}

/// Asks once.
pub async fn ask<S: Asked>(question: S) -> Answer<S::Output>
where
    S::Output: DeserializeOwned,
{
    let body = serde_qs::to_string(&question).unwrap_or_default();
    read(&asker::<S>()(body).await)
}

type Asker = fn(String) -> Pin<Box<dyn Future<Output = Vec<u8>> + Send>>;

/// The answer that came last stays while the server does not answer the same question again: a look that failed must
/// not end the looking. Another question has no such answer.
fn resource(body: Box<dyn Fn() -> (usize, Option<String>) + Send + Sync>, ask: Asker) -> Resource<Vec<u8>, Legible> {
    #[cfg(feature = "ssr")]
    debug_assert!(use_context::<SuspenseContext>().is_none(), "loaded in what waits: see `load`");
    // A question, and its answer.
    let last = StoredValue::new((String::new(), Vec::new()));
    let body = StoredValue::new(body);
    // On the server a resource's task may look once more when the page has been made, and all that it is made of is gone.
    let question = move || body.try_with_value(|body| body()).unwrap_or_default();
    let asked = Resource::new_with_options(
        question,
        move |(_, body)| async move {
            let Some(body) = body else { return UNASKED.to_vec() };
            let answer = ask(body.clone()).await;
            if !answer.is_empty() {
                last.set_value((body, answer.clone()));
                return answer;
            }
            let kept = last.try_with_value(|(known, last)| (*known == body).then(|| last.clone()));
            kept.flatten().unwrap_or(answer)
        },
        false,
    );
    // What came with the page itself, which no call has seen.
    Effect::new(move |seen: Option<bool>| {
        if let (Some(answer), Some(body), None | Some(false)) = (asked.get(), untrack(question).1, seen)
            && answer != UNASKED
        {
            last.set_value((body, answer));
            return true;
        }
        seen.unwrap_or_default()
    });
    asked
}

#[cfg(feature = "ssr")]
fn asker<S: Asked>() -> Asker {
    |body| {
        Box::pin(async move {
            let question: Result<S, _> = serde_qs::Config::new(5, false).deserialize_str(&body);
            let answer = match question {
                Ok(question) => question.run_body().await,
                Err(_) => Err(ApiError(Fault::BadRequest)),
            };
            postcard::to_allocvec(&answer).unwrap_or_default()
        })
    }
}

/// The path is all that differs, and a plain function can hold no more than a type.
#[cfg(not(feature = "ssr"))]
fn asker<S: Asked>() -> Asker {
    |body| Box::pin(call(S::PATH, body))
}

#[cfg(not(feature = "ssr"))]
thread_local! {
    static AWAY: ArcRwSignal<bool> = ArcRwSignal::new(false);
}

/// The server did not answer the last look: what is shown may be older than it says.
pub fn is_away() -> bool {
    #[cfg(feature = "ssr")]
    return false;
    #[cfg(not(feature = "ssr"))]
    AWAY.with(ArcRwSignal::clone).get()
}

#[cfg(not(feature = "ssr"))]
async fn call(path: &'static str, body: String) -> Vec<u8> {
    let answered = send_wrapper::SendWrapper::new(answered(path, &body)).await;
    let is_away = answered.is_err();
    AWAY.with(ArcRwSignal::clone).maybe_update(|away| std::mem::replace(away, is_away) != is_away);
    match answered {
        // As the compact form has a `Result`: which of the two it is, and what is in it.
        Ok(Answered { is_good, bytes: Some(bytes) }) => [vec![u8::from(!is_good)], bytes].concat(),
        _ => Vec::new(),
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn every_byte_comes_back_from_a_page() {
        let bytes: Vec<u8> = (0..=255).collect();
        let Ok(text) = Legible::encode(&bytes);
        assert!(text.is_ascii() && !text.contains('<'), "{text}");
        assert_eq!(Legible::decode(&text), Ok(bytes));
    }
}
