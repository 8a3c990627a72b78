#[cfg(unix)]
use std::mem::MaybeUninit;
use std::sync::OnceLock;

/// Bytes of memory that this process may use: the machine's, or the limit of its control group if that is lower. `u64::MAX` where
/// neither is known.
pub(crate) fn memory_limit() -> u64 {
    static LIMIT: OnceLock<u64> = OnceLock::new();
    *LIMIT.get_or_init(|| physical().min(system::cgroup_limit().unwrap_or(u64::MAX)))
}

/// Bytes of private memory that this process may still reserve; `u64::MAX` where that is not known.
#[cfg(unix)]
pub(crate) fn private_room() -> u64 {
    [system::data_room(), system::commit_room()].into_iter().flatten().min().unwrap_or(u64::MAX)
}

/// The limit of the process on private writable memory (`RLIMIT_DATA`). Mapping over a range of ours passes it unseen, and leaves
/// others without memory. One system call, for handlers too.
#[cfg(unix)]
pub(crate) fn data_limit() -> Option<u64> {
    let mut limit = MaybeUninit::<libc::rlimit>::uninit();
    // SAFETY: the result goes to memory of the right type.
    let status = unsafe { libc::getrlimit(libc::RLIMIT_DATA, limit.as_mut_ptr()) };
    // SAFETY: filled in, if the call succeeded.
    let limit = (status == 0).then(|| unsafe { limit.assume_init() }.rlim_cur)?;
    #[allow(clippy::unnecessary_cast, reason = "the type differs between systems")]
    (limit != libc::RLIM_INFINITY).then_some(limit as u64)
}

#[cfg(unix)]
fn physical() -> u64 {
    // SAFETY: takes no pointers.
    let pages = unsafe { libc::sysconf(libc::_SC_PHYS_PAGES) };
    u64::try_from(pages).map_or(u64::MAX, |pages| pages.saturating_mul(crate::page_size() as u64))
}

#[cfg(not(unix))]
fn physical() -> u64 {
    u64::MAX
}

#[cfg(target_os = "linux")]
mod system {
    use std::fs;
    use std::path::Path;

    /// What `RLIMIT_DATA` leaves.
    pub(super) fn data_room() -> Option<u64> {
        let limit = super::data_limit()?;
        // Source: proc(5), statm: data and stack are the sixth number, in pages.
        let statm = fs::read_to_string("/proc/self/statm").ok()?;
        let used: u64 = statm.split(' ').nth(5)?.parse().ok()?;
        Some(limit.saturating_sub(used.saturating_mul(crate::page_size() as u64)))
    }

    /// What the system has left to commit, where it refuses more (`vm.overcommit_memory` 2).
    pub(super) fn commit_room() -> Option<u64> {
        if fs::read_to_string("/proc/sys/vm/overcommit_memory").ok()?.trim() != "2" {
            return None;
        }
        let meminfo = fs::read_to_string("/proc/meminfo").ok()?;
        let kilobytes = |name: &str| -> Option<u64> {
            let line = meminfo.lines().find(|line| line.starts_with(name))?;
            line.split_whitespace().nth(1)?.parse().ok()
        };
        Some(kilobytes("CommitLimit:")?.saturating_sub(kilobytes("Committed_AS:")?) * 1024)
    }

    /// The smallest limit of the control groups that this process is in, of either version.
    pub(super) fn cgroup_limit() -> Option<u64> {
        limit_in(&fs::read_to_string("/proc/self/cgroup").ok()?, Path::new("/sys/fs/cgroup"))
    }

    /// `groups` has the format of `/proc/self/cgroup`: lines of `number:controllers:path`.
    pub(super) fn limit_in(groups: &str, root: &Path) -> Option<u64> {
        let of_line = |line: &str| {
            let (controllers, path) = line.split_once(':')?.1.split_once(':')?;
            let (root, name) = match controllers {
                "" => (root.to_owned(), "memory.max"),
                "memory" => (root.join("memory"), "memory.limit_in_bytes"),
                _ => return None,
            };
            // The limits of the groups above hold too. In a container the path may be that of the host, and the root the group's own.
            let group = root.join(path.trim_start_matches('/'));
            group
                .ancestors()
                .take_while(|group| group.starts_with(&root))
                .filter_map(|group| fs::read_to_string(group.join(name)).ok()?.trim().parse::<u64>().ok())
                .min()
        };
        groups.lines().filter_map(of_line).min()
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    #[cfg(unix)]
    pub(super) fn data_room() -> Option<u64> {
        None
    }

    #[cfg(unix)]
    pub(super) fn commit_room() -> Option<u64> {
        None
    }

    pub(super) fn cgroup_limit() -> Option<u64> {
        None
    }
}

#[cfg(all(test, target_os = "linux", not(miri)))]
mod tests {
    use super::system::limit_in;
    use super::{memory_limit, physical};
    use std::fs;

    #[test]
    fn memory_limit_is_at_most_the_physical_memory() {
        let meminfo = fs::read_to_string("/proc/meminfo").expect("meminfo");
        let total: u64 =
            meminfo.split_whitespace().nth(1).and_then(|text| text.parse().ok()).expect("MemTotal in kB");
        assert!(physical() >= total * 1024 / 2 && physical() <= total * 1024 * 2, "{}", physical());
        assert!(memory_limit() >= 1 << 24 && memory_limit() <= physical(), "{}", memory_limit());
    }

    #[test]
    fn limit_in_returns_the_smallest_limit_of_all_groups() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        fs::create_dir_all(root.join("a/b")).expect("a group");
        fs::create_dir_all(root.join("memory/c")).expect("a group");
        fs::write(root.join("a/memory.max"), "1000\n").expect("a limit");
        fs::write(root.join("a/b/memory.max"), "max\n").expect("a limit");
        fs::write(root.join("memory/c/memory.limit_in_bytes"), "500\n").expect("a limit");
        assert_eq!(limit_in("0::/a/b\n", root), Some(1000));
        assert_eq!(limit_in("5:cpu:/x\n4:memory:/c\n0::/a\n", root), Some(500));
        assert_eq!(limit_in("0::/elsewhere\n", root), None);
        assert_eq!(limit_in("", root), None);
    }
}
