//! salamander
