//! The folders `accept/<case>/` and `reject/<case>/`: documents that other software signed.
