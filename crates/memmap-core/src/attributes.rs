//! Extended attributes and access control lists of a file that replaces another.

use std::path::Path;

/// Copies the extended attributes and the access control list of one file to another. Returns the names of those that the
/// system refused. Does nothing on Windows.
///
/// An access control list that the second file inherited from its folder, and the first does not have, is removed.
/// Signatures and capabilities (`security.ima`, `security.evm`, `security.capability`) are not copied, because they vouch for
/// the bytes of the first file.
pub fn copy_attributes(from: &Path, to: &Path) -> Vec<String> {
    system::copy(from, to)
}

#[cfg(target_os = "linux")]
mod system {
    use std::ffi::{CStr, CString};
    use std::io;
    use std::os::unix::ffi::OsStrExt;
    use std::path::Path;
    use std::ptr;

    const ACL: &CStr = c"system.posix_acl_access";
    const OF_CONTENT: [&CStr; 3] = [c"security.ima", c"security.evm", c"security.capability"];

    pub(super) fn copy(from: &Path, to: &Path) -> Vec<String> {
        let (Ok(from), Ok(to)) =
            (CString::new(from.as_os_str().as_bytes()), CString::new(to.as_os_str().as_bytes()))
        else {
            return Vec::new();
        };
        let names = match names(&from) {
            Ok(names) => names,
            // The file system has no attributes.
            Err(error) if is_unsupported(&error) => return Vec::new(),
            Err(_) => return vec!["extended attributes".to_owned()],
        };
        if !names.iter().any(|name| name.as_c_str() == ACL) {
            // SAFETY: two strings that end with a zero.
            unsafe { libc::removexattr(to.as_ptr(), ACL.as_ptr()) };
        }
        names
            .iter()
            .filter(|name| !OF_CONTENT.contains(&name.as_c_str()))
            .filter(|name| copy_one(name, &from, &to).is_err())
            .map(|name| name.to_string_lossy().into_owned())
            .collect()
    }

    fn copy_one(name: &CStr, from: &CStr, to: &CStr) -> io::Result<()> {
        let value = value(name, from)?;
        // A label of security that the new file has already cannot be set by everybody.
        if self::value(name, to).is_ok_and(|present| present == value) {
            return Ok(());
        }
        // SAFETY: two strings that end with a zero, and a value of this length.
        let status =
            unsafe { libc::setxattr(to.as_ptr(), name.as_ptr(), value.as_ptr().cast(), value.len(), 0) };
        if status == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
    }

    fn names(path: &CStr) -> io::Result<Vec<CString>> {
        let all = filled(|buffer, size| {
            // SAFETY: a string that ends with a zero, and a buffer of this size, or none and 0.
            unsafe { libc::listxattr(path.as_ptr(), buffer.cast(), size) }
        })?;
        Ok(all.split(|byte| *byte == 0).filter(|name| !name.is_empty()).flat_map(CString::new).collect())
    }

    fn value(name: &CStr, path: &CStr) -> io::Result<Vec<u8>> {
        filled(|buffer, size| {
            // SAFETY: two strings that end with a zero, and a buffer of this size, or none and 0.
            unsafe { libc::getxattr(path.as_ptr(), name.as_ptr(), buffer.cast(), size) }
        })
    }

    /// The bytes that a call returns, which is asked for their number first.
    fn filled(call: impl Fn(*mut u8, usize) -> isize) -> io::Result<Vec<u8>> {
        loop {
            let size = usize::try_from(call(ptr::null_mut(), 0)).map_err(|_| io::Error::last_os_error())?;
            let mut bytes = vec![0; size];
            if size == 0 {
                return Ok(bytes);
            }
            match usize::try_from(call(bytes.as_mut_ptr(), size)) {
                Ok(size) => {
                    bytes.truncate(size);
                    return Ok(bytes);
                }
                // Longer by now.
                Err(_) if io::Error::last_os_error().raw_os_error() == Some(libc::ERANGE) => {}
                Err(_) => return Err(io::Error::last_os_error()),
            }
        }
    }

    fn is_unsupported(error: &io::Error) -> bool {
        matches!(error.raw_os_error(), Some(libc::ENOTSUP | libc::ENOSYS))
    }
}

#[cfg(target_vendor = "apple")]
mod system {
    use std::ffi::CString;
    use std::os::unix::ffi::OsStrExt;
    use std::path::Path;
    use std::ptr;

    /// Of `copyfile.h`.
    const COPYFILE_XATTR: libc::copyfile_flags_t = 1 << 2;

    pub(super) fn copy(from: &Path, to: &Path) -> Vec<String> {
        let (Ok(from), Ok(to)) =
            (CString::new(from.as_os_str().as_bytes()), CString::new(to.as_os_str().as_bytes()))
        else {
            return Vec::new();
        };
        // SAFETY: two strings that end with a zero, and no state.
        let status = unsafe {
            libc::copyfile(from.as_ptr(), to.as_ptr(), ptr::null_mut(), libc::COPYFILE_ACL | COPYFILE_XATTR)
        };
        if status == 0 { Vec::new() } else { vec!["access control list or extended attributes".to_owned()] }
    }
}

#[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
mod system {
    use std::path::Path;

    pub(super) fn copy(_from: &Path, _to: &Path) -> Vec<String> {
        Vec::new()
    }
}
