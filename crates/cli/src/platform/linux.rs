//! Linux.

pub(crate) use super::unix::{QuietInput, detach, editor_command, ended_by_system, flush_input};

/// Editors to try where neither `VISUAL` nor `EDITOR` is set.
pub(crate) const DEFAULT_EDITORS: &[&str] = &["sensible-editor", "nano", "vim", "vi"];

/// Programs whose windows show us: ourselves, and the terminal. The terminal is
/// the parent of the session's leader, and whatever lies between it and us.
pub(crate) fn hosts() -> Vec<u32> {
    let own = std::process::id();
    let mut hosts = vec![own];
    let Some(leader) = read_stat(own).map(|stat| stat.session) else {
        return hosts;
    };
    let mut next = own;
    while let Some(stat) = read_stat(next) {
        // 1 is the system itself, which has no windows.
        if stat.parent <= 1 || hosts.contains(&stat.parent) {
            break;
        }
        hosts.push(stat.parent);
        if next == leader {
            break;
        }
        next = stat.parent;
    }
    hosts
}

struct Stat {
    parent: u32,
    session: u32,
}

fn read_stat(pid: u32) -> Option<Stat> {
    parse_stat(&std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// `pid (name) state parent group session …`; the name may hold anything.
fn parse_stat(text: &str) -> Option<Stat> {
    let (_, rest) = text.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(1);
    let parent = fields.next()?.parse().ok()?;
    let session = fields.nth(1)?.parse().ok()?;
    Some(Stat { parent, session })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_does_not_confuse() {
        let stat = parse_stat("77 (a) b (c)) S 12 77 13 34816 77").unwrap();
        assert_eq!((stat.parent, stat.session), (12, 13));
        assert!(parse_stat("nonsense").is_none());
    }

    #[test]
    fn we_host_ourselves() {
        assert_eq!(hosts().first(), Some(&std::process::id()));
    }
}
