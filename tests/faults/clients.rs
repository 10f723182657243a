//! Clients that open connections and say next to nothing: they are let go in time, and nobody waits for them.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use crate::support::{
    database::Engine,
    within,
    world::{World, ada},
};

/// More of them than a server has threads, by far.
const SLOW: usize = 300;

/// Whether the other end has let go of it.
fn is_over(stream: &mut TcpStream) -> bool {
    let mut room = [0; 512];
    loop {
        match stream.read(&mut room) {
            Ok(0) => return true,
            // Perhaps it is told why.
            Ok(_) => {}
            Err(error) => return error.kind() != std::io::ErrorKind::WouldBlock,
        }
    }
}

#[test]
fn who_says_next_to_nothing_is_let_go_and_holds_nobody_up() {
    let world = World::live(Engine::Sqlite);
    let address = world.server.url.trim_start_matches("http://").to_owned();
    let beginnings: [&[u8]; 4] = [
        // Nothing at all; half a head; a head whose body never comes; half a head after an answer.
        b"",
        b"POST /oauth2/token HTTP/1.1\r\nHost: a\r\nX-Slow: ",
        b"POST /oauth2/token HTTP/1.1\r\nHost: a\r\nContent-Length: 9000\r\n\r\ngrant",
        b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nGET /healthz HTTP/1.1\r\nX-Slow: ",
    ];
    let mut slow: Vec<_> = (0..SLOW)
        .map(|number| {
            let mut stream = TcpStream::connect(&address).expect("a connection");
            stream.set_nonblocking(true).expect("it does not block");
            let beginning = beginnings[number % beginnings.len()];
            stream.write_all(beginning).expect("its beginning");
            stream
        })
        .collect();
    let mut signed_in = 0;
    within(Duration::from_secs(15), "all of them are let go", || {
        // Byte by byte, as long as anybody listens.
        slow.retain_mut(|stream| {
            let said = stream.write(b"a");
            said.is_ok() && !is_over(stream)
        });
        world.exchange(&world.code(&ada())).expect(200);
        signed_in += 1;
        slow.is_empty()
    });
    assert!(signed_in > 0);
}
