//! What the service says to PostgreSQL, recorded on the way and said again without the service.
//!
//! That is the bound against which the service is measured: the same statements in the same order with the same
//! parameters, byte for byte, prepared once a connection, from a program that does nothing else.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinHandle;

use super::Result;
use super::county::Place;

/// What one side says until it waits for the other: messages of PostgreSQL's protocol up to a `Sync` or a `Query`.
#[derive(Clone, Default)]
struct Exchange {
    bytes: Vec<u8>,
    /// Where its messages begin.
    messages: Vec<usize>,
}

impl Exchange {
    /// The types of its messages, for example `PDS`: parse, describe, sync.
    fn kinds(&self) -> Vec<u8> {
        self.messages.iter().filter_map(|start| self.bytes.get(*start)).copied().collect()
    }

    fn contains(&self, text: &str) -> bool {
        self.places_of(text).next().is_some()
    }

    fn places_of<'a>(&'a self, text: &'a str) -> impl Iterator<Item = usize> + 'a {
        let windows = self.bytes.windows(text.len()).enumerate();
        windows.filter(move |(_, window)| *window == text.as_bytes()).map(|(start, _)| start)
    }

    /// The name of the prepared statement that a `Bind` uses or a `Parse` makes.
    fn statement(&self) -> Option<&[u8]> {
        let body = self.bytes.get(5..)?;
        let mut texts = body.split(|byte| *byte == 0);
        match self.bytes.first()? {
            b'P' => texts.next(),
            b'B' => texts.nth(1),
            _ => None,
        }
    }
}

/// What was said on one connection.
#[derive(Default)]
struct Conversation {
    startup: Vec<u8>,
    exchanges: Vec<Exchange>,
}

type Conversations = Arc<Mutex<Vec<Arc<Mutex<Conversation>>>>>;

/// Listens to all that is said to a PostgreSQL by way of its own socket.
pub struct Recorder {
    folder: PathBuf,
    conversations: Conversations,
    listening: JoinHandle<()>,
}

impl Recorder {
    /// Stands before a socket of PostgreSQL's, in a folder of its own.
    pub fn before(socket: &Path, folder: &Path) -> Result<Self> {
        let folder = folder.join("recorder");
        std::fs::create_dir_all(&folder)?;
        let listener = UnixListener::bind(folder.join(".s.PGSQL.5432"))?;
        let conversations = Conversations::default();
        let listening = tokio::spawn(listen(listener, socket.to_owned(), Arc::clone(&conversations)));
        Ok(Self { folder, conversations, listening })
    }

    /// The URL of the service's database by way of the recorder.
    pub fn url(&self) -> String {
        format!("postgresql:///jixiao?host={}&port=5432&user=jixiao_service", self.folder.display())
    }

    /// How much was said so far, on each connection.
    pub fn mark(&self) -> Mark {
        Mark(locked(&self.conversations).iter().map(|each| locked(each).exchanges.len()).collect())
    }

    /// What was said since a mark on the connection that said most, to be said again; what was prepared before is prepared first.
    /// On the others the service looks after itself.
    pub fn script(&self, Mark(before): &Mark) -> Result<Script> {
        let conversations: Vec<_> = locked(&self.conversations).clone();
        let starts = before.iter().copied().chain(std::iter::repeat(0));
        let bytes = |(each, start): &(&Arc<Mutex<Conversation>>, usize)| {
            locked(each).exchanges.iter().skip(*start).map(|exchange| exchange.bytes.len()).sum::<usize>()
        };
        let (conversation, start) = conversations.iter().zip(starts).max_by_key(bytes).ok_or("nothing was said")?;
        let conversation = locked(conversation);
        let prepares = |exchange: &&Exchange| exchange.kinds().starts_with(b"P") || exchange.contains("SET ");
        let settings = conversation.exchanges.iter().filter(prepares);
        let speaks = |exchange: &&Exchange| matches!(exchange.kinds().first(), Some(b'B' | b'Q'));
        Ok(Script {
            startup: conversation.startup.clone(),
            preparation: settings.cloned().collect(),
            exchanges: conversation.exchanges.iter().skip(start).filter(speaks).cloned().collect(),
        })
    }
}

/// How much was said at some time.
pub struct Mark(Vec<usize>);

impl Drop for Recorder {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn listen(listener: UnixListener, socket: PathBuf, conversations: Conversations) {
    while let Ok((client, _)) = listener.accept().await {
        let Ok(server) = UnixStream::connect(&socket).await else { return };
        let conversation = Arc::<Mutex<Conversation>>::default();
        locked(&conversations).push(Arc::clone(&conversation));
        let (from_client, mut to_client) = client.into_split();
        let (mut from_server, to_server) = server.into_split();
        tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
        tokio::spawn(async move { overhear(BufReader::new(from_client), to_server, &conversation).await });
    }
}

async fn overhear(
    mut client: impl AsyncReadExt + Unpin,
    mut server: impl AsyncWriteExt + Unpin,
    conversation: &Mutex<Conversation>,
) -> Result<()> {
    let mut startup = Vec::new();
    read_message(&mut client, &mut startup).await?;
    server.write_all(&startup).await?;
    locked(conversation).startup = startup;
    let mut exchange = Exchange::default();
    loop {
        let start = exchange.bytes.len();
        let kind = client.read_u8().await?;
        exchange.messages.push(start);
        exchange.bytes.push(kind);
        read_message(&mut client, &mut exchange.bytes).await?;
        server.write_all(exchange.bytes.get(start..).unwrap_or_default()).await?;
        if matches!(kind, b'S' | b'Q') {
            locked(conversation).exchanges.push(std::mem::take(&mut exchange));
        }
    }
}

/// Reads a message from its length on.
async fn read_message(from: &mut (impl AsyncReadExt + Unpin), to: &mut Vec<u8>) -> Result<()> {
    let length = from.read_u32().await?;
    to.extend_from_slice(&length.to_be_bytes());
    let rest = u64::from(length.saturating_sub(4));
    let read = from.take(rest).read_to_end(to).await?;
    if u64::try_from(read)? == rest { Ok(()) } else { Err("the connection was closed".into()) }
}

/// Something that was said to PostgreSQL.
#[derive(Clone)]
pub struct Script {
    startup: Vec<u8>,
    preparation: Vec<Exchange>,
    exchanges: Vec<Exchange>,
}

impl Script {
    /// The script of some work at one place, as it would be said at another.
    pub fn at(&self, recorded: &Place) -> Template {
        let fillings: [Filling; 3] = [|place| &place.school, |place| &place.month, |place| &place.month_before];
        let holes = |exchange: &Exchange, filling: Filling| {
            exchange.places_of(filling(recorded)).map(move |start| (start, filling)).collect::<Vec<_>>()
        };
        let form = |exchange: &Exchange| Form {
            bytes: exchange.bytes.clone(),
            holes: fillings.iter().flat_map(|filling| holes(exchange, *filling)).collect(),
        };
        Template(self.exchanges.iter().map(form).collect())
    }

    /// What is said before the statement whose text contains something, and that statement.
    pub fn split_at(&self, text: &str) -> Result<(Vec<Vec<u8>>, Vec<u8>)> {
        let prepared = self.preparation.iter().find(|exchange| exchange.contains(text));
        let name = prepared.and_then(Exchange::statement).ok_or("that statement was not prepared")?;
        let position = self.exchanges.iter().position(|exchange| exchange.statement() == Some(name));
        let position = position.ok_or("that statement was not executed")?;
        let bytes = |exchange: &Exchange| exchange.bytes.clone();
        let before = self.exchanges.iter().take(position).map(bytes).collect();
        Ok((before, self.exchanges.get(position).map(bytes).unwrap_or_default()))
    }

    /// The script without the statements whose text contains something.
    pub fn without(&self, text: &str) -> Self {
        let prepared = self.preparation.iter().filter(|exchange| exchange.contains(text));
        let names: Vec<&[u8]> = prepared.filter_map(Exchange::statement).collect();
        let stays = |exchange: &&Exchange| exchange.statement().is_none_or(|name| !names.contains(&name));
        let exchanges = self.exchanges.iter().filter(stays).cloned().collect();
        Self { startup: self.startup.clone(), preparation: self.preparation.clone(), exchanges }
    }

    /// How often it waits for PostgreSQL.
    pub fn round_trips(&self) -> usize {
        self.exchanges.len()
    }

    /// All of it, as it was said.
    pub fn exchanges(&self) -> impl Iterator<Item = &[u8]> {
        self.exchanges.iter().map(|exchange| exchange.bytes.as_slice())
    }
}

type Filling = fn(&Place) -> &str;

/// A script whose place is open.
pub struct Template(Vec<Form>);

struct Form {
    bytes: Vec<u8>,
    holes: Vec<(usize, Filling)>,
}

impl Form {
    fn filled_in(&self, place: &Place) -> Vec<u8> {
        let mut bytes = self.bytes.clone();
        for (start, filling) in &self.holes {
            let filling = filling(place).as_bytes();
            if let Some(hole) = bytes.get_mut(*start..start + filling.len()) {
                hole.copy_from_slice(filling);
            }
        }
        bytes
    }
}

/// A connection to PostgreSQL on which a script can be said.
pub struct Speaker {
    stream: BufReader<UnixStream>,
    answer: Vec<u8>,
}

impl Speaker {
    /// Connects, and prepares what the script needs.
    pub async fn prepare(socket: &Path, script: &Script) -> Result<Self> {
        let stream = BufReader::with_capacity(64 * 1024, UnixStream::connect(socket).await?);
        let mut speaker = Self { stream, answer: Vec::new() };
        speaker.say(&script.startup).await?;
        for exchange in &script.preparation {
            speaker.say(&exchange.bytes).await?;
        }
        Ok(speaker)
    }

    /// Says the script at a place.
    pub async fn say_at(&mut self, template: &Template, place: &Place) -> Result<()> {
        for form in &template.0 {
            self.say(&form.filled_in(place)).await?;
        }
        Ok(())
    }

    /// Says something, and waits until PostgreSQL is ready for more.
    pub async fn say(&mut self, bytes: &[u8]) -> Result<()> {
        self.stream.write_all(bytes).await?;
        loop {
            let kind = self.stream.read_u8().await?;
            self.answer.clear();
            read_message(&mut self.stream, &mut self.answer).await?;
            match kind {
                b'Z' => return Ok(()),
                b'E' => return Err(String::from_utf8_lossy(&self.answer).into_owned().into()),
                _ => {}
            }
        }
    }
}
