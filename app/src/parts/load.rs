//! Data that comes with the page, or is fetched when a link leads to it. A resource of Leptos's has code of its own for
//! each type, and so has each call of a server function: a third of the whole download. Here both work with text, in one
//! piece of code, and only the reading knows types.

use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::pin::Pin;

use contract::fault::Fault;
use leptos::prelude::*;
use leptos::server::codee::{Decoder, Encoder};
use leptos::server_fn::ServerFn;
use serde::{Serialize, de::DeserializeOwned};

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

/// The text is what it is.
pub struct Plain;

impl Encoder<String> for Plain {
    type Error = std::convert::Infallible;
    type Encoded = String;

    fn encode(text: &String) -> Result<String, Self::Error> {
        Ok(text.clone())
    }
}

impl Decoder<String> for Plain {
    type Error = std::convert::Infallible;
    type Encoded = str;

    fn decode(text: &str) -> Result<String, Self::Error> {
        Ok(text.to_owned())
    }
}

/// What a server function answered, once it has.
pub struct Loaded<T>(Resource<String, Plain>, PhantomData<fn() -> T>);

impl<T> Clone for Loaded<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Loaded<T> {}

type Answer<T> = Result<T, ApiError>;

impl<T: DeserializeOwned> Loaded<T> {
    pub fn get(&self) -> Option<Answer<T>> {
        self.0.get().map(|text| read(&text))
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

/// Read from bytes, as everything else is: a second reader, from text, is 30 KB of wasm.
fn read<T: DeserializeOwned>(text: &str) -> Answer<T> {
    serde_json::from_slice(text.as_bytes()).unwrap_or(Err(ApiError(Fault::NoAnswer)))
}

/// Asks a server function, and again when what is asked of it changes.
pub fn load<S: Asked>(question: impl Fn() -> S + Send + Sync + 'static) -> Loaded<S::Output> {
    load_after(|| 0, question)
}

/// The same, and again when `count` changes: something was done that changes the answer.
pub fn load_after<S: Asked>(
    count: impl Fn() -> usize + Send + Sync + 'static,
    question: impl Fn() -> S + Send + Sync + 'static,
) -> Loaded<S::Output> {
    let body = move || (count(), serde_qs::to_string(&question()).unwrap_or_default());
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

type Asker = fn(String) -> Pin<Box<dyn Future<Output = String> + Send>>;

/// The answer that came last stays while the server does not answer the same question again: a look that failed must
/// not end the looking. Another question has no such answer.
fn resource(body: Box<dyn Fn() -> (usize, String) + Send + Sync>, ask: Asker) -> Resource<String, Plain> {
    // A question, and its answer.
    let last = StoredValue::new((String::new(), String::new()));
    let body = StoredValue::new(body);
    let question = move || body.with_value(|body| body());
    let asked = Resource::new_with_options(
        question,
        move |(_, body)| async move {
            let text = ask(body.clone()).await;
            if text != NO_ANSWER {
                last.set_value((body, text.clone()));
                return text;
            }
            last.with_value(|(known, answer)| if *known == body { answer.clone() } else { text })
        },
        false,
    );
    // What came with the page itself, which no call has seen.
    Effect::new(move |seen: Option<bool>| {
        if let (Some(text), None | Some(false)) = (asked.get(), seen) {
            last.set_value((untrack(question).1, text));
            return true;
        }
        seen.unwrap_or_default()
    });
    asked
}

const NO_ANSWER: &str = r#"{"Err":"no_answer"}"#;

#[cfg(feature = "ssr")]
fn asker<S: Asked>() -> Asker {
    |body| {
        Box::pin(async move {
            let question: Result<S, _> = serde_qs::Config::new(5, false).deserialize_str(&body);
            let answer = match question {
                Ok(question) => question.run_body().await,
                Err(_) => Err(ApiError(Fault::BadRequest)),
            };
            serde_json::to_string(&answer).unwrap_or_else(|_| NO_ANSWER.to_owned())
        })
    }
}

/// The path is all that differs, and a plain function can hold no more than a type.
#[cfg(not(feature = "ssr"))]
fn asker<S: Asked>() -> Asker {
    |body| Box::pin(call(S::PATH, body))
}

#[cfg(not(feature = "ssr"))]
async fn call(path: &'static str, body: String) -> String {
    let answer = send_wrapper::SendWrapper::new(super::post::answered(path, &body)).await;
    match answer {
        Ok(super::post::Answered { is_good: true, text }) => format!("{{\"Ok\":{text}}}"),
        Ok(super::post::Answered { text, .. }) => format!("{{\"Err\":{text}}}"),
        Err(_) => NO_ANSWER.to_owned(),
    }
}
