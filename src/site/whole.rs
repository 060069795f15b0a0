//! What a request has begun it ends, also where the browser hangs up meanwhile: a call writes down what it did, and a page
//! is made to its end. Parts of a page are made in tasks of their own, which look at what the page holds; it must not be
//! gone before they are.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, StreamExt};

use super::{BODY_LIMIT, REQUEST_DEADLINE, panicked};

/// Middleware.
pub(super) async fn to_the_end(request: Request, next: Next) -> Response {
    // What is still to come of it comes before, so that a slow sender is let go like any other.
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, BODY_LIMIT).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let work = async {
        let response = next.run(Request::from_parts(parts, body.into())).await;
        let kind = response.headers().get(header::CONTENT_TYPE);
        // Whoever drops a download ends it.
        let is_page = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
        if is_page { response.map(|body| Body::from_stream(Page(Some(body.into_data_stream())))) } else { response }
    };
    match tokio::spawn(work).await {
        Ok(response) => response,
        // The panic itself was logged where it happened.
        Err(_) => panicked(Box::new(())),
    }
}

/// A page as it is made. None once it is.
struct Page(Option<BodyDataStream>);

impl Stream for Page {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(rest) = &mut self.0 else { return Poll::Ready(None) };
        let part = std::task::ready!(rest.poll_next_unpin(context));
        if part.is_none() {
            self.0 = None;
        }
        Poll::Ready(part)
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        if let (Some(rest), Ok(runtime)) = (self.0.take(), tokio::runtime::Handle::try_current()) {
            let to_its_end = rest.for_each(|_| std::future::ready(()));
            runtime.spawn(tokio::time::timeout(REQUEST_DEADLINE, to_its_end));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_page_that_nobody_reads_any_more_is_made_to_its_end() {
        let (told, mut made) = tokio::sync::mpsc::unbounded_channel();
        let parts = futures_util::stream::iter(0..3).map(move |part| {
            told.send(part).unwrap();
            Ok::<_, axum::Error>(Bytes::from_static(b"part"))
        });
        let mut page = Page(Some(Body::from_stream(parts).into_data_stream()));
        page.next().await.unwrap().unwrap();
        drop(page);
        for part in 0..3 {
            assert_eq!(made.recv().await, Some(part));
        }
        assert_eq!(made.recv().await, None, "and let go then");
    }
}
