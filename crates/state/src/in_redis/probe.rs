//! What a Redis server says of itself, for whoever wants to know why it does not work.

use crate::{StateError, in_redis::link::Request};

use super::Redis;

/// What a Redis server says of itself (`INFO`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedisFacts {
    /// Its version, in its own words.
    pub version: String,
    /// What it drops when its memory is full: `noeviction` is nothing.
    pub eviction: String,
    /// Whether it takes writes: a replica does not.
    pub writable: bool,
}

impl RedisFacts {
    fn read(info: &str) -> Self {
        let field = |name: &str| {
            let mut lines = info.lines().filter_map(|line| line.split_once(':'));
            let found = lines.find(|(given, _)| *given == name);
            found.map(|(_, value)| value.trim().to_owned())
        };
        Self {
            version: field("redis_version").unwrap_or_default(),
            eviction: field("maxmemory_policy").unwrap_or_default(),
            writable: field("role").is_none_or(|role| role == "master"),
        }
    }

    /// The first part of the version.
    #[must_use]
    pub fn major(&self) -> u32 {
        let first = self.version.split('.').next();
        first
            .and_then(|first| first.parse().ok())
            .unwrap_or_default()
    }
}

impl Redis {
    /// Asks the server what it is.
    ///
    /// # Errors
    /// [`StateError::Unavailable`].
    pub async fn facts(&self) -> Result<RedisFacts, StateError> {
        let command = redis::cmd("INFO");
        let info: String = self.ask(Request::Command(&command)).await?;
        Ok(RedisFacts::read(&info))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_of_info_are_read() {
        let info = "# Server\r\nredis_version:7.0.15\r\n# Memory\r\nmaxmemory_policy:allkeys-lru\r\n\
                    # Replication\r\nrole:slave\r\n";
        let facts = RedisFacts::read(info);
        assert_eq!((facts.major(), facts.eviction.as_str()), (7, "allkeys-lru"));
        assert!(!facts.writable);
        assert!(RedisFacts::read("role:master\r\n").writable);
    }
}
