//! The lightest HTTP client that does: it shares the machine with what it measures.

use std::net::SocketAddr;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::Result;

/// A connection that is kept alive.
pub struct Connection {
    stream: BufReader<TcpStream>,
    /// The headers that every request has.
    headers: String,
}

/// A request.
pub struct Request<'a> {
    method: &'a str,
    path: &'a str,
    media_type: &'a str,
    accept: &'a str,
    body: &'a [u8],
}

const ANYTHING: &str = "*/*";

impl<'a> Request<'a> {
    /// The same request for an answer of this media type.
    pub fn accepting(self, media_type: &'a str) -> Self {
        Self { accept: media_type, ..self }
    }

    pub fn get(path: &'a str) -> Self {
        Self { method: "GET", path, media_type: "application/json", accept: ANYTHING, body: &[] }
    }

    pub fn put(path: &'a str, media_type: &'a str, body: &'a [u8]) -> Self {
        Self { method: "PUT", path, media_type, accept: ANYTHING, body }
    }

    pub fn post(path: &'a str, media_type: &'a str, body: &'a [u8]) -> Self {
        Self { method: "POST", path, media_type, accept: ANYTHING, body }
    }
}

/// An answer.
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

impl Answer {
    /// The answer, where the status is the one expected.
    pub fn expect(self, status: u16) -> Result<Self> {
        if self.status == status {
            return Ok(self);
        }
        Err(format!("{} in place of {status}: {}", self.status, String::from_utf8_lossy(&self.body)).into())
    }
}

impl Connection {
    /// A connection without a token.
    pub async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufReader::new(stream), headers: format!("host: {address}\r\n") })
    }

    /// From now on with a bearer token.
    pub fn with_token(self, token: &str) -> Self {
        let headers = format!("{}authorization: Bearer {token}\r\n", self.headers);
        Self { headers, ..self }
    }

    /// Another connection with the same headers: the service closes one that was idle for some seconds.
    pub async fn again(&mut self) -> Result<()> {
        let address = self.stream.get_ref().peer_addr()?;
        let headers = std::mem::take(&mut self.headers);
        *self = Self { headers, ..Self::open(address).await? };
        Ok(())
    }

    /// Sends a request and reads the whole answer.
    pub async fn send(&mut self, request: &Request<'_>) -> Result<Answer> {
        let Request { method, path, media_type, accept, body } = request;
        let (headers, length) = (&self.headers, body.len());
        let head = format!(
            "{method} {path} HTTP/1.1\r\n{headers}content-type: {media_type}\r\naccept: {accept}\r\ncontent-length: {length}\r\n\r\n"
        );
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(body);
        self.stream.write_all(&bytes).await?;
        self.receive().await
    }

    async fn receive(&mut self) -> Result<Answer> {
        let mut line = String::new();
        self.stream.read_line(&mut line).await?;
        let status = line.split(' ').nth(1).ok_or("the connection was closed")?.parse()?;
        let (mut length, mut is_chunked) = (0, false);
        loop {
            line.clear();
            self.stream.read_line(&mut line).await?;
            match line.trim_end().split_once(": ") {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.parse()?,
                Some((name, value)) if name.eq_ignore_ascii_case("transfer-encoding") => {
                    is_chunked = value == "chunked"
                }
                Some(_) => {}
                None => break,
            }
        }
        let mut body = Vec::new();
        if is_chunked {
            while self.receive_chunk(&mut body).await? {}
        } else {
            body.resize(length, 0);
            self.stream.read_exact(&mut body).await?;
        }
        Ok(Answer { status, body })
    }

    /// Reads a chunk, and says whether it was not the last.
    async fn receive_chunk(&mut self, body: &mut Vec<u8>) -> Result<bool> {
        let mut line = String::new();
        self.stream.read_line(&mut line).await?;
        let (begin, length) = (body.len(), usize::from_str_radix(line.trim_end(), 16)?);
        body.resize(begin + length, 0);
        self.stream.read_exact(body.get_mut(begin..).unwrap_or_default()).await?;
        line.clear();
        self.stream.read_line(&mut line).await?;
        Ok(length > 0)
    }
}
