//! How a target, the execution of a budget and a whole sheet are scored: the named strategies, pure.
