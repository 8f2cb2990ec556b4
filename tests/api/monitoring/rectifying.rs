//! What a red light leads to.
