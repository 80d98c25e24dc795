//! Watches a request's connection from outside the library: the limits that hold, how far it has come, and when.
//!
//! Limits of the library's own would be copied, with all its settings, for each request.

use std::cell::RefCell;
use std::io;
use std::time::{Duration, Instant};

use ureq::Timeout;
use ureq::unversioned::transport::time::Duration as Span;
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

use super::Timeouts;

/// What is made of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Making {
    Address,
    Connection,
    Handshake,
}

/// How far a request has come.
#[derive(Debug, Clone, Copy)]
pub(super) struct Marks {
    /// A connection is being made, its address looked up included, or its making has failed.
    pub(super) connecting: bool,
    /// What of it.
    pub(super) making: Making,
    /// Time spent on looking up a name.
    pub(super) resolve: Option<Duration>,
    /// Time spent on connecting; `None` on a connection that was there.
    pub(super) connect: Option<Duration>,
    /// Time spent on the TLS handshake.
    pub(super) tls: Option<Duration>,
    /// When the first byte of the answer came.
    pub(super) first_byte: Option<Instant>,
    /// The request is being sent, and its answer not waited for yet.
    pub(super) sending: bool,
    /// The first bytes of the answer, and how many they are.
    beginning: ([u8; 24], usize),
}

impl Marks {
    const NONE: Marks = Marks {
        connecting: false,
        making: Making::Connection,
        resolve: None,
        connect: None,
        tls: None,
        first_byte: None,
        sending: false,
        beginning: ([0; 24], 0),
    };

    /// What the answer begins with.
    pub(super) fn is_more_than_beginning(&self) -> bool {
        self.beginning.1 == self.beginning.0.len()
    }

    pub(super) fn beginning(&self) -> &[u8] {
        let (bytes, count) = &self.beginning;
        &bytes[..*count]
    }

    /// A connection that was there was used, and nothing came back.
    pub(super) fn is_stale(&self) -> bool {
        !self.connecting && self.connect.is_none() && self.first_byte.is_none()
    }
}

/// A request on this thread.
#[derive(Clone, Copy)]
struct Watch {
    marks: Marks,
    /// When its connection was there, but for TLS.
    connected: Option<Instant>,
    /// When it must be over.
    end: Option<Instant>,
    /// When its connection must be there.
    connect_end: Option<Instant>,
    read: Option<Duration>,
}

impl Watch {
    const NONE: Watch =
        Watch { marks: Marks::NONE, connected: None, end: None, connect_end: None, read: None };
}

thread_local! {
    /// The library does all of a request's work on the thread that asked for it, and has no other way to hand
    /// something from its transport to the caller.
    static WATCH: RefCell<Watch> = const { RefCell::new(Watch::NONE) };
}

/// Starts over for a new exchange on this thread, of which `left` of its request's total time is left.
pub(super) fn begin(timeouts: &Timeouts, now: Instant, left: Duration) {
    let watch = Watch {
        end: now.checked_add(left),
        connect_end: now.checked_add(timeouts.connect),
        read: timeouts.read,
        ..Watch::NONE
    };
    WATCH.with_borrow_mut(|held| *held = watch);
}

/// What is known about the request on this thread.
pub(super) fn marks() -> Marks {
    WATCH.with_borrow(|watch| watch.marks)
}

/// How long the next wait may take.
pub(super) fn limit() -> NextTimeout {
    WATCH.with_borrow(|watch| {
        let (end, reason) = match (watch.marks.connecting, watch.end, watch.connect_end) {
            (true, Some(end), Some(connect)) if connect < end => (Some(connect), Timeout::Connect),
            (_, end, _) => (end, Timeout::Global),
        };
        NextTimeout {
            after: end.map_or(Span::NotHappening, |end| end.saturating_duration_since(Instant::now()).into()),
            reason,
            per_read: watch.read.filter(|_| !watch.marks.connecting).map(Span::from),
            per_write: None,
        }
    })
}

/// Notes that a connection is being made; the answer is to be handed to [`connecting_ends`].
fn connecting_begins() -> bool {
    WATCH.with_borrow_mut(|watch| std::mem::replace(&mut watch.marks.connecting, true))
}

fn connecting_ends(before: bool) {
    WATCH.with_borrow_mut(|watch| watch.marks.connecting = before);
}

fn making(stage: Making) {
    WATCH.with_borrow_mut(|watch| watch.marks.making = stage);
}

/// Looks up a name, watched.
pub(super) fn resolving<T>(look: impl FnOnce() -> Result<T, ureq::Error>) -> Result<T, ureq::Error> {
    let began = Instant::now();
    let before = connecting_begins();
    making(Making::Address);
    let found = look()?;
    making(Making::Connection);
    connecting_ends(before);
    WATCH.with_borrow_mut(|watch| watch.marks.resolve = Some(began.elapsed()));
    Ok(found)
}

/// Stands behind what connects and before what makes TLS of it, and tells them apart.
#[derive(Debug)]
pub(super) struct Connected;

impl<In: Transport> Connector<In> for Connected {
    type Out = In;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<In>, ureq::Error> {
        if details.needs_tls() {
            making(Making::Handshake);
        }
        WATCH.with_borrow_mut(|watch| watch.connected = Some(Instant::now()));
        Ok(chained)
    }
}

/// A connector, watched.
#[derive(Debug)]
pub(super) struct WatchedConnector<C>(pub(super) C);

impl<C: Connector> Connector for WatchedConnector<C> {
    type Out = WatchedTransport<C::Out>;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<()>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        let began = Instant::now();
        // A proxy is connected to while its target is.
        let before = connecting_begins();
        let details = ConnectionDetails {
            request_level: details.request_level,
            uri: details.uri,
            addrs: details.addrs.clone(),
            config: details.config,
            resolver: details.resolver,
            now: details.now,
            timeout: limit(),
            current_time: details.current_time.clone(),
            run_connector: details.run_connector.clone(),
            register_shutdown: details.register_shutdown.clone(),
        };
        let transport = self.0.connect(&details, chained)?;
        connecting_ends(before);
        WATCH.with_borrow_mut(|watch| {
            let connected = watch.connected.unwrap_or(began);
            watch.marks.connect = Some(connected.saturating_duration_since(began));
            watch.marks.tls = details.needs_tls().then(|| connected.elapsed());
        });
        Ok(transport.map(|inner| WatchedTransport { inner }))
    }
}

/// The library takes a connection that breaks for the end of a body of unknown length, which it is only where the server
/// closed it in good order.
fn cut_off(error: ureq::Error) -> ureq::Error {
    use io::ErrorKind::{ConnectionAborted, ConnectionReset, UnexpectedEof};
    match error {
        ureq::Error::Io(error)
            if marks().first_byte.is_some()
                && matches!(error.kind(), UnexpectedEof | ConnectionAborted | ConnectionReset) =>
        {
            ureq::Error::Io(io::Error::other(error))
        }
        other => other,
    }
}

/// A connection that is held to the limits of its request, and notes when bytes come.
#[derive(Debug)]
pub(super) struct WatchedTransport<T> {
    inner: T,
}

impl<T: Transport> Transport for WatchedTransport<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, _: NextTimeout) -> Result<(), ureq::Error> {
        WATCH.with_borrow_mut(|watch| watch.marks.sending = true);
        self.inner.transmit_output(amount, limit())
    }

    fn await_input(&mut self, _: NextTimeout) -> Result<bool, ureq::Error> {
        WATCH.with_borrow_mut(|watch| watch.marks.sending = false);
        let came = self.inner.await_input(limit()).map_err(cut_off)?;
        if came {
            let input = self.inner.buffers().input();
            WATCH.with_borrow_mut(|watch| {
                let marks = &mut watch.marks;
                if !marks.connecting && marks.first_byte.is_none() {
                    marks.first_byte = Some(Instant::now());
                    let (bytes, count) = &mut marks.beginning;
                    *count = input.len().min(bytes.len());
                    bytes[..*count].copy_from_slice(&input[..*count]);
                }
            });
        }
        Ok(came)
    }

    fn is_open(&mut self) -> bool {
        self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}
