//! Once for the process: versions, initialisation, error capture, no readers of files or network.

use std::cell::RefCell;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr;
use std::sync::OnceLock;

use libxml::bindings as xml;
use xmlsec::bindings as sec;

/// The oldest patch release of xmlsec 1.2 that we work with; it brought OpenSSL 3.
const OLDEST_XMLSEC_1_2: c_int = 35;
/// Patch releases of 1.2 that we ask for by number to learn which one is loaded.
const NEWEST_XMLSEC_1_2: c_int = 99;
/// libxml2 2.14 changed its ABI; 2.9.10 is the oldest that a supported distribution has.
const LIBXML2: std::ops::Range<u32> = 2_09_10..2_14_00;

/// The versions of the C libraries that are loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Versions {
    /// libxml2.
    pub libxml2: String,
    /// libxmlsec1.
    pub xmlsec: String,
    /// OpenSSL's libcrypto.
    pub openssl: String,
}

/// The C libraries are not the ones we can work with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InitError {
    /// libxml2 is older than 2.9.10, or 2.14 and later.
    #[error("libxml2 {found} is not supported, 2.9.10 up to 2.13 are")]
    Libxml2Version {
        /// The version that is loaded.
        found: String,
    },
    /// libxml2 is of another minor version than the headers this was built with.
    #[error("libxml2 {found} is loaded, but this was built for {built}")]
    Libxml2Mismatch {
        /// The version that is loaded.
        found: String,
        /// The version of the headers.
        built: String,
    },
    /// libxmlsec1 is not of version 1.2 from 1.2.35 on.
    #[error("libxmlsec1 is not of version 1.2 (1.2.35 or later)")]
    XmlsecVersion,
    /// libxmlsec1 could not be initialised.
    #[error("libxmlsec1 could not be initialised")]
    Xmlsec,
    /// Its OpenSSL engine could not be initialised.
    #[error("the OpenSSL engine of libxmlsec1 could not be initialised")]
    Engine,
}

static STATE: OnceLock<Result<Versions, InitError>> = OnceLock::new();

/// Sets the C libraries up: checks their versions, initialises libxml2 and xmlsec, captures their
/// errors (nothing is written to standard error), and takes their readers of files and network
/// away. It does so once for the process; every other function does it too when it has to.
///
/// # Errors
///
/// [`InitError`], the same at every call.
pub fn init() -> Result<Versions, InitError> {
    STATE.get_or_init(set_up).clone()
}

/// [`init`], without a copy of the versions.
pub(crate) fn ready() -> Result<(), InitError> {
    match STATE.get_or_init(set_up) {
        Ok(_) => Ok(()),
        Err(error) => Err(error.clone()),
    }
}

fn set_up() -> Result<Versions, InitError> {
    // Before xmlsec has libcrypto initialise itself with its defaults: those free everything when
    // the process exits, under the feet of threads that still make keys or verify. The crate openssl
    // asks for OPENSSL_INIT_NO_ATEXIT, and the first to ask is the one that is heard.
    openssl::init();
    libxml::init_parser();
    // SAFETY: the handler is a function of ours that lives for ever; this sets the one that new
    // threads begin with.
    unsafe { xml::xmlThrDefSetStructuredErrorFunc(ptr::null_mut(), Some(ignore_xml_error)) };
    silence_libxml2();
    let libxml2 = libxml2_version()?;

    // SAFETY: these run once, behind the OnceLock, before any other use of the library; the
    // callback is a function of ours that lives for ever.
    unsafe {
        xmlSecErrorsSetCallback(Some(capture_xmlsec_error));
        if sec::xmlSecInit() < 0 {
            return Err(InitError::Xmlsec);
        }
        // Each initialisation puts a callback of its own in place.
        xmlSecErrorsSetCallback(Some(capture_xmlsec_error));
    }
    let xmlsec = xmlsec_version()?;
    // SAFETY: as above.
    unsafe {
        if sec::xmlSecOpenSSLAppInit(ptr::null()) < 0 || sec::xmlSecOpenSSLInit() < 0 {
            return Err(InitError::Engine);
        }
        xmlSecErrorsSetCallback(Some(capture_xmlsec_error));
        // xmlsec's readers of file, http and ftp URIs.
        xmlSecIOCleanupCallbacks();
        // libxml2's own. Popping leaves the table empty; xmlCleanupInputCallbacks would have it
        // filled again at the next use.
        xml::xmlRegisterDefaultInputCallbacks();
        while xml::xmlPopInputCallbacks() > 0 {}
    }
    drain_errors();
    Ok(Versions {
        libxml2,
        xmlsec,
        openssl: openssl::version::version().to_owned(),
    })
}

fn libxml2_version() -> Result<String, InitError> {
    // SAFETY: the accessor returns the address of a pointer to a static string such as
    // `20914-GITv2.9.14`.
    let text = unsafe { CStr::from_ptr(*xml::__xmlParserVersion()) }.to_string_lossy();
    let number = text
        .split(|character: char| !character.is_ascii_digit())
        .next();
    let number: u32 = number.and_then(|number| number.parse().ok()).unwrap_or(0);
    let found = dotted(number);
    if !LIBXML2.contains(&number) {
        return Err(InitError::Libxml2Version { found });
    }
    if number / 100 != xml::LIBXML_VERSION / 100 {
        return Err(InitError::Libxml2Mismatch {
            found,
            built: dotted(xml::LIBXML_VERSION),
        });
    }
    Ok(found)
}

fn dotted(number: u32) -> String {
    format!(
        "{}.{}.{}",
        number / 10_000,
        number / 100 % 100,
        number % 100
    )
}

fn xmlsec_version() -> Result<String, InitError> {
    let is = |patch, mode| {
        // SAFETY: a pure comparison with the numbers compiled into the library.
        unsafe { sec::xmlSecCheckVersionExt(1, 2, patch, mode) == 1 }
    };
    let compatible = sec::xmlSecCheckVersionMode_xmlSecCheckVersionABICompatible;
    let exact = sec::xmlSecCheckVersionMode_xmlSecCheckVersionExactMatch;
    if !is(OLDEST_XMLSEC_1_2, compatible) {
        return Err(InitError::XmlsecVersion);
    }
    let patch = (OLDEST_XMLSEC_1_2..=NEWEST_XMLSEC_1_2).find(|&patch| is(patch, exact));
    Ok(patch.map_or_else(|| "1.2".to_owned(), |patch| format!("1.2.{patch}")))
}

// Not in the bindings of the crate: errors.h and io.h.
type XmlSecErrorsCallback = unsafe extern "C" fn(
    file: *const c_char,
    line: c_int,
    func: *const c_char,
    error_object: *const c_char,
    error_subject: *const c_char,
    reason: c_int,
    msg: *const c_char,
);
unsafe extern "C" {
    fn xmlSecErrorsSetCallback(callback: Option<XmlSecErrorsCallback>);
    fn xmlSecIOCleanupCallbacks();
}

/// libxml2 2.9 keeps its handler in each thread: two stores, so do it wherever a thread enters.
pub(crate) fn silence_libxml2() {
    // SAFETY: the handler is a function of ours that lives for ever.
    unsafe { xml::xmlSetStructuredErrorFunc(ptr::null_mut(), Some(ignore_xml_error)) };
}

/// The parser's context keeps the error that we report; everything else would go to stderr.
unsafe extern "C" fn ignore_xml_error(_data: *mut c_void, _error: xml::xmlErrorPtr) {}

/// What xmlsec said about one failure, innermost first.
#[derive(Debug, Clone, Copy)]
pub(crate) struct XmlsecError {
    /// `XMLSEC_ERRORS_R_…`.
    pub(crate) reason: i32,
}

/// More than the calls that one failure passes through.
const MAX_CAPTURED: usize = 16;

thread_local! {
    static CAPTURED: RefCell<Vec<XmlsecError>> = const { RefCell::new(Vec::new()) };
}

/// Takes the reason alone: the rest may hold the sender's text. It must not panic.
unsafe extern "C" fn capture_xmlsec_error(
    _file: *const c_char,
    _line: c_int,
    _func: *const c_char,
    _error_object: *const c_char,
    _error_subject: *const c_char,
    reason: c_int,
    _msg: *const c_char,
) {
    let _gone = CAPTURED.try_with(|captured| {
        if let Ok(mut captured) = captured.try_borrow_mut()
            && captured.len() < MAX_CAPTURED
        {
            captured.push(XmlsecError { reason });
        }
    });
}

/// Takes what xmlsec said on this thread since the last call, and empties OpenSSL's queue.
pub(crate) fn drain_errors() -> Vec<XmlsecError> {
    drain_openssl_errors();
    CAPTURED.try_with(RefCell::take).unwrap_or_default()
}

/// OpenSSL's queue belongs to the thread: what is left in it would be blamed on the next caller.
pub(crate) fn drain_openssl_errors() {
    drop(openssl::error::ErrorStack::get());
}

#[cfg(test)]
mod tests {
    use std::ffi::CString;

    use super::*;

    fn url(path: &std::path::Path) -> CString {
        CString::new(path.to_str().unwrap()).unwrap()
    }

    #[test]
    fn the_libraries_can_read_no_file() {
        ready().unwrap();
        let file = std::env::current_exe()
            .unwrap()
            .with_file_name("readable-by-nobody.xml");
        std::fs::write(&file, "<a/>").unwrap();
        let file_url = format!("file://{}", file.display());
        for name in [url(&file), CString::new(file_url).unwrap()] {
            // SAFETY: the name is a NUL-terminated string; what is made is freed.
            unsafe {
                let document = xml::xmlReadFile(name.as_ptr(), ptr::null(), 0);
                assert!(document.is_null(), "libxml2 read {name:?}");
                let chain = sec::xmlSecTransformCtxCreate();
                let code = sec::xmlSecTransformCtxUriExecute(chain, name.as_ptr().cast::<u8>());
                assert!(code < 0, "xmlsec read {name:?}");
                sec::xmlSecTransformCtxDestroy(chain);
            }
        }
        assert!(!drain_errors().is_empty(), "xmlsec's refusals are captured");
        std::fs::remove_file(&file).unwrap();
    }

    #[test]
    fn the_captured_errors_are_bounded_and_belong_to_the_thread() {
        ready().unwrap();
        for _ in 0..100 {
            // SAFETY: a null node is an error that the function reports.
            unsafe { sec::xmlSecDSigCtxVerify(ptr::null_mut(), ptr::null_mut()) };
        }
        std::thread::spawn(|| assert!(drain_errors().is_empty()))
            .join()
            .unwrap();
        assert_eq!(drain_errors().len(), MAX_CAPTURED);
        assert!(drain_errors().is_empty());
    }

    #[test]
    fn versions_are_dotted() {
        assert_eq!(dotted(20_914), "2.9.14");
        assert_eq!(dotted(21_309), "2.13.9");
    }
}
