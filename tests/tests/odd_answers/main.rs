//! Every documented answer and webhook, with every branch and every leaf of it replaced by each JSON type: nothing but
//! the replaced value may be lost, and what was lost is reported by path and type.

#![allow(clippy::unwrap_used, reason = "the helpers of a test are tests too")]
#![allow(missing_docs, unreachable_pub, reason = "the modules of a test")]

mod answers;
mod places;
mod webhooks;
