//! Watches a request's connection from outside the library: when it was made and when the first byte came.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

/// How far a request has come.
#[derive(Debug, Clone, Copy)]
pub(super) struct Marks {
    /// A connection is being made, or its making has failed.
    pub(super) connecting: bool,
    /// Time spent on making it.
    pub(super) connect: Option<Duration>,
    /// The request is being sent, and its answer not waited for yet.
    pub(super) sending: bool,
    /// When the first byte of the answer came.
    pub(super) first_byte: Option<Instant>,
    /// The first bytes of the answer, and how many they are.
    beginning: ([u8; 24], usize),
}

impl Marks {
    const NONE: Marks =
        Marks { connecting: false, connect: None, sending: false, first_byte: None, beginning: ([0; 24], 0) };

    /// What the answer begins with.
    pub(super) fn beginning(&self) -> &[u8] {
        let (bytes, count) = &self.beginning;
        &bytes[..*count]
    }
}

thread_local! {
    /// The library does all of a request's work on the thread that asked for it, and has no other way to hand
    /// something from its transport to the caller.
    static MARKS: RefCell<Marks> = const { RefCell::new(Marks::NONE) };
}

/// Starts over for a new request on this thread.
pub(super) fn reset() {
    MARKS.with_borrow_mut(|marks| *marks = Marks::NONE);
}

/// What is known about the request on this thread.
pub(super) fn marks() -> Marks {
    MARKS.with_borrow(|marks| *marks)
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
        MARKS.with_borrow_mut(|marks| marks.connecting = true);
        // Only timeouts differ from request to request. Said to be the request's own, the settings would have the TLS
        // layer read all root certificates again for each connection.
        let details = ConnectionDetails {
            request_level: false,
            uri: details.uri,
            addrs: details.addrs.clone(),
            config: details.config,
            resolver: details.resolver,
            now: details.now,
            timeout: details.timeout,
            current_time: details.current_time.clone(),
            run_connector: details.run_connector.clone(),
            register_shutdown: details.register_shutdown.clone(),
        };
        let transport = self.0.connect(&details, chained)?;
        MARKS.with_borrow_mut(|marks| {
            marks.connecting = false;
            marks.connect = Some(began.elapsed());
        });
        Ok(transport.map(|inner| WatchedTransport { inner }))
    }
}

/// A connection that notes when bytes come.
#[derive(Debug)]
pub(super) struct WatchedTransport<T> {
    inner: T,
}

impl<T: Transport> Transport for WatchedTransport<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        MARKS.with_borrow_mut(|marks| marks.sending = true);
        self.inner.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        MARKS.with_borrow_mut(|marks| marks.sending = false);
        let came = self.inner.await_input(timeout)?;
        if came {
            MARKS.with_borrow_mut(|marks| {
                if marks.first_byte.is_none() {
                    marks.first_byte = Some(Instant::now());
                    let input = self.inner.buffers().input();
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
