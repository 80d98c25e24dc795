//! What is asked of a worker, and what it answers.

use std::sync::Arc;
use std::time::Duration;

use super::codec::{Message, Reader, Unread};
use crate::system::process::Network;
use crate::value::{Map, Segment, Value};
use crate::words;

/// The largest result that may cross.
pub(super) const LIMIT: u64 = if cfg!(test) { 4 << 20 } else { 256 << 20 };

/// One call.
#[derive(Clone, Debug)]
pub struct Call<'a> {
    /// `module:function`, or `module:Class.method`.
    pub target: &'a str,
    /// What the target is called with to get the object whose methods are then called; none where it is the function
    /// itself.
    pub init: Option<Arguments>,
    /// The function alone, or methods of one object in their order; the last result counts.
    pub steps: Vec<Step>,
    pub form: Option<Form>,
    pub seed: u64,
    /// Variables of this call alone.
    pub env: &'a [(String, String)],
    pub network: &'a Network,
}

/// A method, or (`None`) the target itself.
#[derive(Clone, Debug)]
pub struct Step {
    pub method: Option<Arc<str>>,
    pub arguments: Arguments,
}

#[derive(Clone, Debug, Default)]
pub struct Arguments {
    pub positional: Vec<Value>,
    pub named: Map,
}

words! {
    /// As what tables and arrays arrive.
    pub enum Form {
        /// Tables as pandas data frames, as `pandas.read_csv` makes them: a null is a NaN.
        Dataframe = "dataframe",
        /// Tables as polars data frames.
        Polars = "polars",
        /// Tables as pyarrow tables.
        Arrow = "arrow",
        /// Tables, and lists of numbers, as numpy arrays.
        Numpy = "numpy",
        /// Tables as lists of mappings, one for each row; arrays as lists.
        Plain = "plain",
        /// Tables as pandas data frames with nullable dtypes, in which null and NaN are two things.
        Nullable = "nullable",
    }
}

/// What a call came to.
#[derive(Debug)]
pub enum Outcome {
    Returned(Value),
    /// It returned something that has no form here: why.
    Lost(String),
    Raised(Raised),
    /// It could not be called at all.
    Fault(Fault),
}

/// An exception.
#[derive(Clone, Debug)]
pub struct Raised {
    pub kind: Arc<str>,
    pub message: Arc<str>,
    /// As Python prints it, without the worker's own frames.
    pub traceback: Arc<str>,
    /// The last line of the team's own code that it passed: file and line.
    pub place: Option<(Arc<str>, u64)>,
}

/// Why a function could not be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// There is no such module; what modules there are beside it.
    NoModule {
        module: Arc<str>,
        message: Arc<str>,
        beside: Vec<Arc<str>>,
    },
    /// Importing the module failed.
    Import {
        module: Arc<str>,
        message: Arc<str>,
        traceback: Arc<str>,
    },
    NoAttribute {
        holder: Arc<str>,
        name: Arc<str>,
        names: Vec<Arc<str>>,
    },
    NotCallable {
        subject: Arc<str>,
        kind: Arc<str>,
    },
    /// An argument cannot take the form that was asked for.
    Argument {
        message: Arc<str>,
    },
}

pub(super) fn request(call: &Call<'_>, asked: i64) -> (Vec<u8>, Vec<u8>) {
    let mut message = Message::new();
    message.tuple(10);
    message.int(asked.into());
    message.text("call");
    message.text(call.target);
    match &call.init {
        Some(init) => {
            message.list(2);
            arguments(&mut message, init);
        }
        None => message.null(),
    }
    message.list(call.steps.len());
    for step in &call.steps {
        message.list(3);
        match &step.method {
            Some(method) => message.text(method),
            None => message.null(),
        }
        arguments(&mut message, &step.arguments);
    }
    match call.form {
        Some(form) => message.text(form.word()),
        None => message.null(),
    }
    message.int(call.seed.into());
    let env = call.env.iter().map(|(name, value)| (Arc::from(&**name), Value::from(&**value)));
    message.map(&env.collect());
    message.int(LIMIT.into());
    message.bool(message.tagged);
    message.finish()
}

fn arguments(message: &mut Message, arguments: &Arguments) {
    message.list(arguments.positional.len());
    arguments.positional.iter().for_each(|argument| message.value(argument));
    message.map(&arguments.named);
}

/// The number of the process.
pub(super) fn greeting(head: &[u8], body: &[u8]) -> Result<Option<rustix::process::Pid>, Unread> {
    let mut reader = Reader::new(head, body);
    let (4, 0, "hello") = (reader.tuple()?, reader.int()?, &*reader.text()?) else {
        return Err(Unread::Garbage("no greeting"));
    };
    reader.int()?;
    Ok(i32::try_from(reader.int()?).ok().and_then(rustix::process::Pid::from_raw))
}

pub(super) fn answer(head: &[u8], body: &[u8], asked: i64) -> Result<(Outcome, Duration), Unread> {
    let mut reader = Reader::new(head, body);
    if reader.tuple()? != 4 || reader.int()? != asked {
        return Err(Unread::Garbage("an answer to something else"));
    }
    let kind = reader.text()?;
    let spent = u64::try_from(reader.int()?).map(Duration::from_nanos).unwrap_or_default();
    let outcome = match &*kind {
        "result" => match reader.value() {
            Ok(value) => Outcome::Returned(value),
            Err(Unread::Uncrossable { path, why }) => Outcome::Lost(lost(&path, &why)),
            Err(garbage) => return Err(garbage),
        },
        "lost" => {
            let [path, why] = texts(&reader.value()?)?;
            Outcome::Lost(lost(&path, &why))
        }
        "raised" => Outcome::Raised(raised(&reader.value()?)?),
        "fault" => Outcome::Fault(fault(&reader.value()?)?),
        _ => return Err(Unread::Garbage("an answer of no known kind")),
    };
    Ok((outcome, spent))
}

fn lost(path: &str, why: &str) -> String {
    if path.is_empty() {
        format!("the result did not cross: {why}")
    } else {
        format!("`result{path}` did not cross: {why}")
    }
}

const ODD: Unread = Unread::Garbage("an answer of another form");

/// The texts that a list starts with.
fn texts<const N: usize>(value: &Value) -> Result<[Arc<str>; N], Unread> {
    let Value::List(items) = value else { return Err(ODD) };
    let texts: Vec<Arc<str>> = items
        .iter()
        .take(N)
        .filter_map(|item| match item {
            Value::Text(text) => Some(text.clone()),
            _ => None,
        })
        .collect();
    texts.try_into().map_err(|_| ODD)
}

fn raised(value: &Value) -> Result<Raised, Unread> {
    let [kind, message, traceback] = texts(value)?;
    let place = value.follow(&[Segment::Index(3)]).ok().and_then(|place| {
        let [file] = texts(&place).ok()?;
        let Ok(Value::Int(line)) = place.follow(&[Segment::Index(1)]) else { return None };
        Some((file, u64::try_from(line).ok()?))
    });
    Ok(Raised { kind, message, traceback, place })
}

fn fault(value: &Value) -> Result<Fault, Unread> {
    let [kind, subject, message] = texts(value)?;
    let Value::List(items) = value else { return Err(ODD) };
    let [.., Value::List(names), Value::Text(traceback)] = &items[..] else { return Err(ODD) };
    let names = names.iter().filter_map(Value::as_text).map(Arc::from).collect();
    Ok(match &*kind {
        "no-module" => Fault::NoModule { module: subject, message, beside: names },
        "import" => Fault::Import { module: subject, message, traceback: traceback.clone() },
        "no-attribute" => Fault::NoAttribute { holder: subject, name: message, names },
        "not-callable" => Fault::NotCallable { subject, kind: message },
        "argument" => Fault::Argument { message },
        _ => return Err(ODD),
    })
}
