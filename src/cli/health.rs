//! `jixiao health`: for the health check of a container, which has no other program to ask with.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use clap::Args;
use jixiao::say;

use super::failure::Failure;

/// As for `serve`.
#[derive(Args)]
pub(super) struct Arguments {
    /// 服务地址 (address of the API)
    #[arg(long, env = "JIXIAO_LISTEN", default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    listen: SocketAddr,
}

/// Asks `/ready`.
pub(super) async fn run(arguments: Arguments) -> Result<(), Failure> {
    let address = reachable(arguments.listen);
    let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(5)).build()?;
    let status = client.get(format!("http://{address}/ready")).send().await?.status();
    if status.is_success() {
        return Ok(());
    }
    Err(Failure::new(&say!("服务未就绪：{address} 答复 {status}", "not ready: {address} answers {status}")))
}

/// Where to reach a service that listens everywhere.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    match address {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    address
}
